"""``/experts teach`` and ``/experts documents``: adding, listing and removing documents.

Slack waits three seconds for the answer to a form, so the documents are read after it. The
requester is told which of them failed.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from bot.adapters.slack.api.files import SlackFile, SlackFiles
from bot.adapters.slack.blocks import seals
from bot.adapters.slack.blocks.answers import Answer, sentence
from bot.adapters.slack.blocks.form_target import FormTarget
from bot.adapters.slack.documents import document_forms, document_messages
from bot.adapters.slack.documents.document_forms import DocumentSubmission
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.interactions.responder import Requester, Responder
from bot.adapters.slack.receiving.mentions import Mentions
from bot.adapters.slack.threads.message_document import MessageReading, WorkspaceLinks
from bot.json_types import Json
from bot.language import gettext, in_shared_language
from bot.panel.errors import PanelError, Refused
from bot.panel.language_model.files.byte_budget import ByteBudget
from bot.panel.model import CollectionId, UserId
from bot.panel.roster.changes import Change
from bot.panel.roster.documents.expert_documents import ExpertDocuments
from bot.panel.roster.documents.knowledge import ContentLater, Document, Upload
from bot.panel.roster.roster import WorkspaceScope

_HELD_AT_ONCE = 40 * 1024 * 1024  # bytes of documents on their way, by all forms

Fetch = Callable[[], Awaitable[Upload]]


class DocumentsCommand:
    """Gives experts documents, lists them and removes them."""

    def __init__(
        self,
        documents: ExpertDocuments,
        files: SlackFiles,
        mentions: Mentions,
        responder: Responder,
    ) -> None:
        self._documents = documents
        self._files = files
        self._messages = MessageReading(responder.api, mentions)
        self._links = WorkspaceLinks(responder.api, responder.identity)
        self._responder = responder
        self._room = ByteBudget(_HELD_AT_ONCE)

    async def open_form(self, name: str, requester: Requester, *, for_defaults: bool) -> None:
        scope = requester.scope(for_defaults=for_defaults)
        expert = await self._documents.check_may_teach(scope, name, requester.user)
        target = FormTarget(requester.channel_id, for_defaults, expert.name)
        form = document_forms.modal(target, expert)
        await self._responder.open_modal(requester.trigger_id, form, requester.user)

    async def listed(self, name: str, requester: Requester, *, for_defaults: bool) -> Answer:
        scope = requester.scope(for_defaults=for_defaults)
        listed = await self._documents.documents(scope, name)
        target = FormTarget(requester.channel_id, for_defaults, listed.expert.name)
        answer = document_messages.documents(target, listed)
        place = seals.in_answer(requester.team_id, requester.channel_id, requester.user)
        return Answer(answer.text, self._responder.sealed(answer.blocks, place))

    async def check(self, submission: DocumentSubmission, requester: Requester) -> None:
        """Raise Refused if the expert cannot be given these documents."""
        if submission.link:
            self._messages.check(submission.link, requester.channel_id)
            await self._links.check(submission.link)
        target = submission.target
        scope = requester.scope(for_defaults=target.for_defaults)
        await self._documents.check_may_teach(scope, target.expert, requester.user)

    async def add(self, submission: DocumentSubmission, requester: Requester) -> None:
        """Add the documents; tell the channel which, and the requester what failed."""
        target = submission.target
        scope = requester.scope(for_defaults=target.for_defaults)
        added: list[Document] = []
        problems: list[str] = []
        await self._responder.tell(sentence(gettext("I am reading what you gave me…")), requester)
        try:
            expert = await self._documents.check(scope, target.expert, requester.user)
            collection = await self._documents.open(scope, target.expert, requester.user)
            for fetch in self._uploads(submission, requester):
                await self._add(collection, fetch, requester.user, added, problems)
        except PanelError as error:
            problems.append(error_sentence(error))
        else:
            if added:
                with in_shared_language():
                    announcement = document_messages.taught(target, expert, added, requester.user)
                await self._announce(announcement, requester)
        if problems:
            failures = sentence("\n".join(f"- {problem}" for problem in problems))
            await self._responder.tell(failures, requester)

    async def follow(self, change: Change, files: Sequence[str], requester: Requester) -> None:
        """Add the *files* of a submitted expert's form, if any."""
        if files:
            for_defaults = isinstance(change.scope, WorkspaceScope)
            target = FormTarget(requester.channel_id, for_defaults, change.expert.name)
            await self.add(DocumentSubmission(target, tuple(files), ""), requester)

    async def remove(self, action: Json, requester: Requester) -> Answer:
        """Remove the document of a clicked button; return the list of the others."""
        place = seals.in_answer(requester.team_id, requester.channel_id, requester.user)
        target, document = _read(self._responder.value(action, place))
        await self._responder.clicks.check_member(requester.channel_id, requester.user)
        scope = requester.scope(for_defaults=target.for_defaults)
        expert = await self._documents.check(scope, target.expert, requester.user)
        removed = await self._documents.remove(scope, target.expert, document, requester.user)
        with in_shared_language():
            announcement = document_messages.removed(expert, removed, requester.user)
        await self._announce(announcement, requester)
        return await self.listed(target.expert, requester, for_defaults=target.for_defaults)

    def _uploads(self, submission: DocumentSubmission, requester: Requester) -> Iterator[Fetch]:
        for file_id in submission.files:
            yield partial(self._file, file_id, requester)
        if submission.link:
            yield partial(self._message, submission.link, requester)

    async def _add(
        self,
        collection: CollectionId,
        fetch: Fetch,
        by: UserId,
        added: list[Document],
        problems: list[str],
    ) -> None:
        try:
            added.append(await self._documents.add(collection, await fetch(), by))
        except PanelError as error:
            problems.append(error_sentence(error))

    async def _file(self, file_id: str, requester: Requester) -> Upload:
        file = await self._files.find(file_id)
        if not await self._may_give(requester, file):
            raise Refused(
                gettext(
                    "One of the files is neither yours nor shared in a channel that you are in, "
                    "so I do not take it."
                )
            )
        self._documents.check_document(file.name, file.size)  # before it is downloaded
        return Upload(file.name, ContentLater(file.size, partial(self._held, file)))

    @asynccontextmanager
    async def _held(self, file: SlackFile) -> AsyncIterator[bytes]:
        async with self._room.share(file.size):
            yield await self._files.content(file)

    async def _message(self, link: str, requester: Requester) -> Upload:
        await self._links.check(link)
        return await self._messages.document(self._messages.check(link, requester.channel_id), link)

    async def _may_give(self, requester: Requester, file: SlackFile) -> bool:
        """Whether a file that a form names is one that its sender can see: ids can be written."""
        if file.owner == requester.user:
            return True
        channels = await self._responder.members.channels_of(requester.user)
        if channels is None:  # what we know at least: where they have given the command
            channels = {requester.channel_id}
        return not file.shared_in.isdisjoint(channels)

    async def _announce(self, announcement: Answer, requester: Requester) -> None:
        """Tell the channel; only the requester in the app's home, or if that fails."""
        if not requester.channel_id:
            await self._responder.tell(announcement, requester)
        elif problem := await self._responder.announce(announcement, requester):
            await self._responder.tell(problem, requester)


def _read(value: str) -> tuple[FormTarget, str]:
    try:
        stored = json.loads(value)
        return FormTarget.load(stored), str(stored["document"])
    except (ValueError, KeyError, TypeError) as error:
        raise seals.button_out_of_date() from error
