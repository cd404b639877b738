"""Teaching experts from Slack: the form, the list, and what comes of both.

A form is answered at once, since Slack waits three seconds; the documents are learnt after
that, and whoever gave them is told what became of each.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial

from bot.adapters.slack.api.files import SlackFiles
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.experts import document_forms, document_lists, panel_lists
from bot.adapters.slack.experts.command_parsing import ListDocuments, TeachExpert
from bot.adapters.slack.experts.document_forms import DocumentSubmission, DocumentTarget
from bot.adapters.slack.experts.panel_lists import Answer
from bot.adapters.slack.experts.requester import Requester, announce, explained, tell_alone
from bot.adapters.slack.receiving.mentions import Mentions
from bot.adapters.slack.threads.message_document import MessageReading
from bot.language import gettext, in_shared_language
from bot.panel.errors import PanelError, Refused
from bot.panel.model import CollectionId
from bot.panel.roster.changes import Change
from bot.panel.roster.expert_documents import ExpertDocuments
from bot.panel.roster.knowledge import Document, Upload
from bot.panel.roster.roster import Scope, WorkspaceScope

Read = Callable[[], Awaitable[Upload]]


class DocumentsCommand:
    """Does what ``/experts teach`` and ``documents`` order."""

    def __init__(
        self, teaching: ExpertDocuments, files: SlackFiles, mentions: Mentions, api: SlackApi
    ) -> None:
        self._teaching = teaching
        self._files = files
        self._messages = MessageReading(api, mentions)
        self._api = api

    async def carry_out(
        self, order: TeachExpert | ListDocuments, giver: Requester, *, for_defaults: bool
    ) -> Answer | None:
        """Carry out *order*; returns what only its giver is told, if anything."""
        where = giver.scope(for_defaults=for_defaults)
        match order:
            case TeachExpert(name):
                expert = await self._teaching.check(where, name, giver.user)
                pupil = DocumentTarget(giver.channel_id, for_defaults, expert.name)
                form = document_forms.modal(pupil, expert)
                await self._api.write("views.open", trigger_id=giver.trigger_id, view=form)
                return None
            case ListDocuments(name):
                return await self._listed(where, name, giver.channel_id, for_defaults=for_defaults)

    async def check(self, lesson: DocumentSubmission, giver: Requester) -> None:
        """Raise Refused if the lesson cannot be given."""
        if lesson.link:
            self._messages.check(lesson.link, giver.channel_id)
        pupil = lesson.pupil
        where = giver.scope(for_defaults=pupil.for_defaults)
        await self._teaching.check(where, pupil.name, giver.user)

    async def teach(self, lesson: DocumentSubmission, giver: Requester) -> None:
        """Let the expert learn; tell the channel what, and the giver what it could not."""
        pupil = lesson.pupil
        where = giver.scope(for_defaults=pupil.for_defaults)
        learnt: list[Document] = []
        problems: list[str] = []
        reading = panel_lists.sentence(gettext("I am reading what you gave me…"))
        await tell_alone(self._api, reading, giver)
        try:
            expert = await self._teaching.check(where, pupil.name, giver.user)
            collection = await self._teaching.open(where, pupil.name, giver.user)
            for read in self._sources(lesson, giver):
                await self._learn(collection, read, learnt, problems)
        except PanelError as error:
            problems.append(explained(error))
        else:
            if learnt:
                with in_shared_language():
                    news = document_lists.taught(pupil, expert, learnt, giver.user)
                await self._announce(news, giver)
        if problems:
            failed = panel_lists.sentence("\n".join(f"- {problem}" for problem in problems))
            await tell_alone(self._api, failed, giver)

    async def follow(self, change: Change, files: Sequence[str], giver: Requester) -> None:
        """Let an expert that a form has changed learn the *files* that came with it, if any."""
        if files:
            everywhere = isinstance(change.scope, WorkspaceScope)
            pupil = DocumentTarget(giver.channel_id, everywhere, change.expert.name)
            await self.teach(DocumentSubmission(pupil, tuple(files), ""), giver)

    async def remove(self, value: str, giver: Requester) -> Answer:
        """Remove the document that a button stands for; returns the new list."""
        pupil, document = _read(value)
        where = giver.scope(for_defaults=pupil.for_defaults)
        expert = await self._teaching.check(where, pupil.name, giver.user)
        removed = await self._teaching.remove(where, pupil.name, document, giver.user)
        with in_shared_language():
            news = document_lists.removed(expert, removed, giver.user)
        await self._announce(news, giver)
        for_defaults = pupil.for_defaults
        return await self._listed(where, pupil.name, giver.channel_id, for_defaults=for_defaults)

    async def _listed(
        self, where: Scope, name: str, channel_id: str, *, for_defaults: bool
    ) -> Answer:
        expert, kept = await self._teaching.documents(where, name)
        return document_lists.documents(
            DocumentTarget(channel_id, for_defaults, expert.name), expert, kept
        )

    def _sources(self, lesson: DocumentSubmission, giver: Requester) -> Iterator[Read]:
        """Yield how to read each thing that is to be learnt."""
        for file_id in lesson.files:
            yield partial(self._download, file_id)
        if lesson.link:
            yield partial(self._quote, lesson.link, giver)

    async def _learn(
        self, collection: CollectionId, read: Read, learnt: list[Document], problems: list[str]
    ) -> None:
        try:
            learnt.append(await self._teaching.add(collection, await read()))
        except PanelError as error:
            problems.append(explained(error))

    async def _download(self, file_id: str) -> Upload:
        file = await self._files.find(file_id)
        self._teaching.check_document(file.name, file.size)  # before it is read
        return Upload(file.name, await self._files.content(file))

    async def _quote(self, link: str, giver: Requester) -> Upload:
        return await self._messages.document(self._messages.check(link, giver.channel_id), link)

    async def _announce(self, news: Answer, giver: Requester) -> None:
        """Tell the channel; the giver alone where that cannot be, or there is none (the home)."""
        if not giver.channel_id:
            await tell_alone(self._api, news, giver)
        elif not_told := await announce(self._api, news, giver):
            await tell_alone(self._api, not_told, giver)


def _read(value: str) -> tuple[DocumentTarget, str]:
    """Return what a button to remove a document stands for."""
    try:
        told = json.loads(value)
        return DocumentTarget.load(told), str(told["document"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(
            gettext("This button is out of date; please ask for the list again.")
        ) from error
