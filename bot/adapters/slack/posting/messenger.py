"""Posting in Slack threads: each message once, each text sanitized.

1. A message that Slack may have posted is looked for, by its stamp, before it is posted again.
2. A message that shows a persona is never edited: Slack would take the persona away. It may grow
   while it is written.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import Any

from bot.adapters.slack.api import last_states
from bot.adapters.slack.api.answers import SlackRefused
from bot.adapters.slack.api.identity import CUSTOMIZE, Identity
from bot.adapters.slack.api.metadata import MessageStamp, StampSigner
from bot.adapters.slack.api.rate_limits import TooBusy
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.blocks import messages, seals
from bot.adapters.slack.buttons import reply_buttons
from bot.adapters.slack.markdown import sanitize, splitting, stream_text
from bot.adapters.slack.markdown.limits import LONGEST_TEXT, LONGEST_UPDATE
from bot.adapters.slack.markdown.link_domains import LinkDomains
from bot.adapters.slack.posting import deleted_threads
from bot.adapters.slack.posting.deleted_threads import DeletedThreads
from bot.adapters.slack.posting.fitting import first_fitting
from bot.adapters.slack.posting.settling import Settling
from bot.adapters.slack.posting.status_line import StatusLine
from bot.adapters.slack.posting.streams import SlackStreams
from bot.adapters.slack.threads.replies import Replies
from bot.json_types import Json
from bot.panel.errors import MessengerRefused
from bot.panel.messaging.messenger import Ending, GrowingText, Messenger, PlanTask, Post, TaskState
from bot.panel.messaging.outbox import LastState, Outbox
from bot.panel.model import MessageTs, Persona, ThreadRef, TurnId, UserId
from bot.panel.retries import Backoff

log = logging.getLogger(__name__)

_BACKOFF = Backoff((0.5, 2.0, 5.0))  # before retrying a post that may not have arrived
_PROGRESS_WITHIN = 1.0  # seconds after which an update of the progress is left out


class SlackMessenger(Settling, Messenger):
    """Posts through *api* as the bot that *identity* describes.

    What has to follow a message but cannot at once goes into *outbox*.
    """

    def __init__(
        self,
        api: SlackApi,
        identity: Identity,
        signer: StampSigner,
        outbox: Outbox,
        *,
        links: LinkDomains | None = None,
        backoff: Backoff = _BACKOFF,
    ) -> None:
        super().__init__(Replies(api, identity, signer), outbox)
        self._api = api
        self._deleted = DeletedThreads(api, self._replies, outbox)
        self._streams = SlackStreams(api, self._replies, self._deleted, outbox, backoff)
        self._status_line = StatusLine(api, self._deleted)
        self._signer = signer
        self._links = links or LinkDomains()
        self._backoff = backoff
        self._personas = identity.may_have_personas

    def is_private(self, thread: ThreadRef) -> bool:
        return thread.channel_id.startswith("D")

    def pieces(self, text: str, after: str = "") -> Sequence[str]:
        markdown = after + text if after else self._safe(text)
        return splitting.split(markdown, start=len(after))

    async def post(self, thread: ThreadRef, post: Post) -> MessageTs:
        face = post.persona if self._personas else None
        try:
            message = await self._post_reply(thread, post, face)
        except SlackRefused as error:
            if face is None or not self._is_about_persona(error):
                raise
            message = await self._post_reply(thread, post, None)
        else:
            if face and "username" not in message:  # Slack has silently dropped the name
                self._personas = False
                await self._name_afterwards(thread, message["ts"], post)
        return MessageTs(message["ts"])

    async def find(self, thread: ThreadRef, turn: TurnId, part: str) -> MessageTs | None:
        message = await self._replies.find(thread, turn, part)
        return MessageTs(message["ts"]) if message else None

    async def has_answered(self, thread: ThreadRef, turn: TurnId) -> bool:
        return await self._replies.answers(thread, turn)

    def ended(self, thread: ThreadRef, ts: MessageTs, post: Post, ending: Ending) -> LastState:
        content = messages.ended(self._safe(post.text), ending, post.stored_files)
        return last_states.updated(thread, ts, content, _in_sections(content, post))

    def plan_ended(
        self, thread: ThreadRef, ts: MessageTs, post: Post, tasks: Sequence[PlanTask]
    ) -> LastState:
        plan = self._plan(post, tasks, seals.in_message(thread, ts))
        return last_states.updated(thread, ts, *plan)

    def taken_back(self, thread: ThreadRef, ts: MessageTs) -> LastState:
        return last_states.deleted(thread, ts)

    def status_cleared(self, thread: ThreadRef) -> LastState:
        return last_states.status_cleared(thread)

    async def send(self, state: LastState) -> None:
        await last_states.send(self._api, state)

    async def delete(self, thread: ThreadRef, ts: MessageTs) -> None:
        await self._deleted.delete(thread, ts)

    async def delete_strays(self, thread: ThreadRef, turn: TurnId) -> None:
        await self._deleted.delete_strays(thread, turn)

    async def post_plan(
        self, thread: ThreadRef, post: Post, tasks: Sequence[PlanTask]
    ) -> MessageTs | None:
        plan = self._plan(post, tasks, seals.in_part(thread, post.turn, post.part))
        try:
            message = await self._post_fitting(thread, post, plan, _PROGRESS_WITHIN)
        except TooBusy:
            return None
        return MessageTs(message["ts"])

    async def update_plan(
        self, thread: ThreadRef, ts: MessageTs, post: Post, tasks: Sequence[PlanTask]
    ) -> None:
        async def send(form: Json) -> None:
            place = {"channel": thread.channel_id, "ts": ts}
            await self._api.write("chat.update", within=_PROGRESS_WITHIN, **place, **form)

        plan = self._plan(post, tasks, seals.in_message(thread, ts))
        await first_fitting(send, plan, post.part)

    def growing_text(self) -> GrowingText:
        return stream_text.StreamedText()

    def last_chunk(self, shown: str, text: str) -> str | None:
        return stream_text.last_chunk(shown, text, self._links)

    def fits_one_message(self, shown: str, more: str) -> bool:
        return stream_text.fits_one_message(shown, more)

    async def open_stream(self, thread: ThreadRef, post: Post, reader: UserId) -> MessageTs | None:
        if post.persona and not self._personas:
            return None
        return await self._streams.open(thread, post, reader)

    async def extend_stream(self, thread: ThreadRef, ts: MessageTs, more: str) -> bool:
        return await self._streams.extend(thread, ts, more)

    async def close_stream(self, thread: ThreadRef, ts: MessageTs, post: Post, more: str) -> bool:
        buttons = self._sealed(reply_buttons.row(post), seals.in_message(thread, ts))
        ending = {"metadata": self._metadata(thread, post), "blocks": buttons}
        message = await self._streams.close(thread, ts, post, more, ending)
        if message is None:
            return False
        if post.persona and not (message.get("username") or message.get("subtype")):
            self._personas = False
            await self._name_afterwards(thread, ts, post)
        return True

    async def withdraw_stream(
        self, thread: ThreadRef, ts: MessageTs | None, post: Post, ours: Collection[MessageTs]
    ) -> None:
        await self._streams.withdraw(thread, ts, post, ours)

    async def show_status(self, thread: ThreadRef, status: str) -> bool:
        return await self._status_line.show(thread, status, _PROGRESS_WITHIN if status else None)

    async def _post_reply(self, thread: ThreadRef, post: Post, face: Persona | None) -> Json:
        markdown = self._markdown(post, named=face is not None)
        files = post.stored_files
        buttons = self._sealed(reply_buttons.row(post), seals.in_part(thread, post.turn, post.part))
        content = messages.reply(markdown, buttons, stored_files=files)
        if face:
            content |= {"username": face.name, "icon_emoji": face.icon}
        forms = chain([content], messages.simplified(content, files, LONGEST_TEXT))
        return await self._post_fitting(thread, post, forms)

    async def _post_fitting(
        self, thread: ThreadRef, post: Post, forms: Iterable[Json], within: float | None = None
    ) -> Json:
        """Post the first of *forms* that Slack takes; return the message."""

        async def send(form: Json) -> Json:
            return await self._post_once(thread, post, form, within)

        return await first_fitting(send, forms, post.part)

    async def _post_once(
        self, thread: ThreadRef, post: Post, content: Json, within: float | None
    ) -> Json:
        args: Json = {
            "channel": thread.channel_id,
            "thread_ts": thread.thread_ts,
            "unfurl_links": bool(post.stored_files),  # our own links: this is how Slack shows files
            "unfurl_media": False,
            "metadata": self._metadata(thread, post),
            **content,
        }

        async def write() -> Json:
            with deleted_threads.noticing():
                answer = await self._api.write("chat.postMessage", within=within, **args)
            return await self._deleted.check(thread, {**answer["message"], "ts": answer["ts"]})

        return await self._replies.once(write, thread, post.turn, post.part, self._backoff)

    def _is_about_persona(self, error: SlackRefused) -> bool:
        """Whether Slack objects to the persona: to any, without the scope, or to this one."""
        if error.code == "missing_scope" and CUSTOMIZE in error.needed:
            self._personas = False
            return True
        return error.code == "reserved_username"

    async def _name_afterwards(self, thread: ThreadRef, ts: str, post: Post) -> None:
        """Put the name into a message that shows no persona, and so may be edited."""
        markdown = self._markdown(post, named=False)
        buttons = self._sealed(reply_buttons.row(post), seals.in_message(thread, ts))
        content = messages.reply(markdown, buttons, stored_files=post.stored_files)
        named = last_states.updated(thread, ts, content, _in_sections(content, post))
        try:
            await last_states.send_or_keep(self._api, self._outbox, named)
        except MessengerRefused as error:
            log.warning("message.unnamed", extra={"reason": error.code, "part": post.part})

    def _markdown(self, post: Post, *, named: bool) -> str:
        """Return the message's Markdown, after the speaker's name unless it is *named*."""
        markdown = self._safe(post.text)
        if post.persona and not named:
            return messages.introduced(post.persona, markdown)
        return markdown

    def _safe(self, text: str) -> str:
        return self._links.restrict(sanitize.markdown(text))

    def _sealed(self, blocks: Sequence[Json], place: seals.Place) -> list[Json]:
        return seals.sealed(blocks, self._signer, place)

    def _plan(self, post: Post, tasks: Sequence[PlanTask], place: seals.Place) -> tuple[Json, Json]:
        """Return the plan in blocks, and as text in case Slack does not take them."""
        row = reply_buttons.plan_row(post, working=_is_working(tasks))
        buttons = self._sealed(row, place)
        title = post.text
        return messages.plan(title, tasks, buttons), messages.plain_plan(title, tasks, buttons)

    def _metadata(self, thread: ThreadRef, post: Post) -> Any:
        stamp = MessageStamp(post.turn, post.part, post.expert, post.router or "")
        return self._signer.metadata(
            stamp, team=thread.team_id, channel=thread.channel_id, thread_ts=thread.thread_ts
        )


def _in_sections(content: Json, post: Post) -> Json:
    """Return *content* as it is shown where Slack does not take it as it is."""
    return next(messages.simplified(content, post.stored_files, LONGEST_UPDATE))


def _is_working(tasks: Sequence[PlanTask]) -> bool:
    return any(task.state is TaskState.WORKING for task in tasks)
