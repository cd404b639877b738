"""Threads that were deleted, or whose channel is closed to us, and what becomes of their posts.

It refuses some (``thread_not_found``), and is reported to post others as messages of the channel
itself. So what comes back is looked at: a message that is not in its thread is deleted at once.
"""

import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import NoReturn

from bot.adapters.slack.api import last_states
from bot.adapters.slack.api.answers import NO_CHANNEL, NO_THREAD
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.threads.replies import Replies
from bot.json_types import Json
from bot.panel.errors import MessengerRefused, MessengerUnavailable, ThreadGone
from bot.panel.messaging.outbox import Outbox
from bot.panel.model import ThreadRef, TurnId

log = logging.getLogger(__name__)

_MOST = 1_000  # messages of a channel that are looked through, the newest
_LOOK_WITHIN = 1.0  # seconds; a look that would be later is left out


class DeletedThreads:
    """Notices that a thread was deleted, and removes what was posted for it outside."""

    def __init__(self, api: SlackApi, replies: Replies, outbox: Outbox) -> None:
        self._api = api
        self._replies = replies
        self._outbox = outbox

    async def check(self, thread: ThreadRef, posted: Json) -> Json:
        """Return *posted* if it is in *thread*; else delete it and raise ThreadGone."""
        if posted.get("thread_ts") != thread.thread_ts:
            await self.take_back(thread, posted["ts"])
        return posted

    async def take_back(self, thread: ThreadRef, ts: str) -> NoReturn:
        """Delete the message *ts*, which is not in *thread*, and raise ThreadGone."""
        log.warning("thread.gone", extra={"slack_thread": thread.place, "stray": ts})
        try:
            await self.delete(thread, ts)
        except MessengerRefused as error:
            log.warning("stray.not_deleted", extra={"reason": str(error)})
        raise ThreadGone("posted_outside")

    async def is_outside(self, thread: ThreadRef, ts: str) -> bool:
        """Whether our message *ts* is certainly not in *thread*."""
        try:
            answer = await self._look(thread, ts)
        except (MessengerRefused, MessengerUnavailable):
            return False  # the next message tells
        found = (message for message in answer["messages"] if message["ts"] == ts)
        return any(message.get("thread_ts") != thread.thread_ts for message in found)

    async def explains(self, error: Exception, thread: ThreadRef) -> bool:
        """Whether *error* says that there is no such thread or channel, and it is true."""
        if isinstance(error, MessengerRefused) and error.code in NO_CHANNEL:
            return True
        if not (isinstance(error, MessengerRefused) and error.code in NO_THREAD):
            return False
        try:
            await self._look(thread, thread.thread_ts)
        except MessengerRefused as refusal:
            return refusal.code in NO_THREAD
        except MessengerUnavailable:
            pass
        return False

    async def _look(self, thread: ThreadRef, ts: str) -> Json:
        place = {"channel": thread.channel_id, "ts": ts}
        return await self._api.read("conversations.replies", within=_LOOK_WITHIN, **place, limit=1)

    async def delete(self, thread: ThreadRef, ts: str) -> None:
        """Delete one of our messages, unless it is gone; if Slack is unavailable, later."""
        gone = last_states.deleted(thread, ts)
        await last_states.send_or_keep(self._api, self._outbox, gone)

    async def delete_strays(self, thread: ThreadRef, turn: TurnId) -> None:
        """Delete the messages of *turn* that are in the channel itself."""
        async with aclosing(self.outside(thread, turn)) as messages:
            stamps = [(m["ts"], self._replies.stamp(m, thread)) async for m in messages]
        for ts, stamp in stamps:
            if stamp and stamp.turn == turn:
                await self.delete(thread, ts)

    async def outside(self, thread: ThreadRef, turn: TurnId) -> AsyncGenerator[Json, None]:
        """Yield the messages of the channel itself since *turn* began, the newest first."""
        pages = self._api.pages(
            "conversations.history",
            "messages",
            channel=thread.channel_id,
            oldest=turn.rpartition(":")[2],
            include_all_metadata=True,
        )
        left = _MOST
        async with aclosing(pages) as messages:
            async for message in messages:
                if not message.get("thread_ts"):
                    yield message
                left -= 1
                if not left:
                    return


@contextmanager
def noticing() -> Iterator[None]:
    """Raise ThreadGone where Slack refuses to post because there is no such thread, or because
    the channel was archived or deleted, or the bot was removed from it.
    """
    try:
        yield
    except MessengerRefused as error:
        if error.code in NO_THREAD | NO_CHANNEL:
            raise ThreadGone(error.code) from error
        raise
