"""Threads in Slack as operators see them, in memory."""

from collections.abc import AsyncIterator

from bot.operations.slack_threads import BotMessages, ChannelThreads, ThreadTraces
from bot.panel.errors import MessengerRefused
from bot.panel.model import MessageTs, ThreadRef

NOTHING = ThreadTraces(None, frozenset(), (), ())


class FakeSlackThreads(BotMessages, ChannelThreads):
    """Knows the traces that a test puts in."""

    def __init__(self) -> None:
        self.known: dict[ThreadRef, ThreadTraces] = {}
        self.deleted: list[tuple[ThreadRef, MessageTs]] = []
        self.hidden: set[str] = set()  # channels that cannot be read

    async def traces(self, thread: ThreadRef) -> ThreadTraces:
        return self.known.get(thread, NOTHING)

    async def delete(self, thread: ThreadRef, ts: MessageTs) -> None:
        self.deleted.append((thread, ts))

    async def thread_roots(self, channel: str) -> AsyncIterator[str]:
        if channel in self.hidden:
            raise MessengerRefused("not_in_channel")
        for thread in self.known:
            if thread.channel_id == channel:
                yield thread.thread_ts
