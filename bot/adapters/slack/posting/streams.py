"""Slack's streams: messages that grow, and end with buttons and a stamp.

If Slack refuses a stream, the message or its rest is posted at once. Streams take no
``unfurl_links``, so no URL is ever streamed: see ``stream_text``.
"""

import logging
from collections.abc import AsyncIterator, Collection

from bot.adapters.slack.api import last_states
from bot.adapters.slack.api.rate_limits import TooBusy
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.posting import deleted_threads
from bot.adapters.slack.posting.deleted_threads import DeletedThreads
from bot.adapters.slack.posting.fitting import first_fitting
from bot.adapters.slack.threads.replies import Replies
from bot.json_types import Json
from bot.panel.errors import MessengerRefused
from bot.panel.messaging.messenger import Post
from bot.panel.messaging.outbox import Outbox
from bot.panel.model import MessageTs, ThreadRef, UserId
from bot.panel.retries import Backoff

log = logging.getLogger(__name__)

_CHUNK_WITHIN = 1.0  # seconds; a chunk that would be later goes out with the next
_OVER = "message_not_in_streaming_state"


class SlackStreams:
    """Starts, extends and ends streams; looks for an ended one before it retries the end."""

    def __init__(
        self,
        api: SlackApi,
        replies: Replies,
        deleted: DeletedThreads,
        outbox: Outbox,
        backoff: Backoff,
    ) -> None:
        self._api = api
        self._replies = replies
        self._deleted = deleted
        self._outbox = outbox
        self._backoff = backoff

    async def open(self, thread: ThreadRef, post: Post, reader: UserId) -> MessageTs | None:
        """Start a stream with the text of *post*; None if Slack refuses or is too busy."""
        face: Json = {}
        if post.persona:
            face = {"username": post.persona.name, "icon_emoji": post.persona.icon}
        try:
            with deleted_threads.noticing():
                answer = await self._api.write(
                    "chat.startStream",
                    within=_CHUNK_WITHIN,
                    channel=thread.channel_id,
                    thread_ts=thread.thread_ts,
                    recipient_team_id=thread.team_id,
                    recipient_user_id=reader,
                    markdown_text=post.text,
                    **face,
                )
        except (MessengerRefused, TooBusy) as error:
            log.info("stream.not_started", extra={"reason": str(error), "part": post.part})
            return None
        await self._check(thread, answer["ts"])  # the answer does not tell
        return MessageTs(answer["ts"])

    async def extend(self, thread: ThreadRef, ts: MessageTs, more: str) -> bool:
        """Add to a stream; False if Slack is too busy."""
        place = {"channel": thread.channel_id, "ts": ts}
        try:
            await self._api.write(
                "chat.appendStream", within=_CHUNK_WITHIN, **place, markdown_text=more
            )
        except TooBusy:
            return False
        return True

    async def close(
        self, thread: ThreadRef, ts: MessageTs, post: Post, more: str, ending: Json
    ) -> Json | None:
        """End a stream with *ending*, its metadata and buttons, and return the message.

        None if Slack refuses.
        """
        place = {"channel": thread.channel_id, "ts": ts, "markdown_text": more or None}
        buttons = ending["blocks"]
        oldest = [block for block in buttons if block["type"] == "actions"]
        forms = [place | ending | {"blocks": row or None} for row in (buttons, oldest)]

        async def stop(form: Json) -> Json:
            return dict(await self._api.write("chat.stopStream", **form))

        async def write() -> Json:
            answer = await first_fitting(stop, forms, post.part)
            message: Json = answer["message"]
            if message.get("thread_ts") != thread.thread_ts:  # not documented to be there
                await self._check(thread, ts)
            return message

        try:
            return await self._replies.once(write, thread, post.turn, post.part, self._backoff)
        except MessengerRefused as error:
            log.info("stream.not_ended", extra={"reason": str(error), "part": post.part})
            if error.code != _OVER:
                await self._end(thread, ts)
            return None

    async def withdraw(
        self, thread: ThreadRef, ts: MessageTs | None, post: Post, ours: Collection[MessageTs]
    ) -> None:
        """Delete the message; if its ts is not known, all unstamped messages that may be it."""
        unwanted = [ts] if ts else [ts async for ts in self._orphans(thread, post, ours)]
        for message_ts in unwanted:
            await self._end(thread, message_ts)
            try:
                await self._deleted.delete(thread, message_ts)
            except MessengerRefused as error:
                reason = {"reason": str(error), "part": post.part}
                log.warning("stream.not_withdrawn", extra=reason)

    async def _check(self, thread: ThreadRef, ts: str) -> None:
        """End and delete the stream, and raise ThreadGone, if it is not in *thread*."""
        if await self._deleted.is_outside(thread, ts):
            await self._end(thread, ts)
            await self._deleted.take_back(thread, ts)

    async def _orphans(
        self, thread: ThreadRef, post: Post, ours: Collection[MessageTs]
    ) -> AsyncIterator[MessageTs]:
        """Yield messages since the turn began with the same persona and without a stamp.

        If the thread is gone, they are in the channel itself; there, only personas tell them from
        others of ours.
        """
        name = post.persona.name if post.persona else None
        since = post.turn.rpartition(":")[2]
        replies = [message async for message in self._replies.of(thread, oldest=since)]
        if name and not replies:
            replies = [message async for message in self._deleted.outside(thread, post.turn)]
        for message in replies:
            is_candidate = message.get("username") == name and message["ts"] not in ours
            if is_candidate and self._replies.is_unstamped(message, thread):
                yield MessageTs(message["ts"])

    async def _end(self, thread: ThreadRef, ts: str) -> None:
        """End a stream; if Slack is unavailable, later."""
        ended = last_states.stream_ended(thread, ts)
        try:
            await last_states.send_or_keep(self._api, self._outbox, ended)
        except MessengerRefused as error:
            log.info("stream.not_ended", extra={"reason": error.code})
