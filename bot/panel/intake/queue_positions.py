"""Telling the threads that wait for a worker where they stand in the line."""

import asyncio
import logging
from collections.abc import Sequence

from bot.panel.errors import StoreUnavailable
from bot.panel.intake.turn_queue import TurnQueue, WaitingThread
from bot.panel.messaging.locales import Locales
from bot.panel.messaging.messenger import Messenger
from bot.panel.model import ThreadRef
from bot.panel.texts import sentences
from bot.panel.threads.thread_store import Standing, ThreadStore

log = logging.getLogger(__name__)

MOST = 50  # threads that are told; those behind them are told when they come closer
SHOWN_FOR = 60.0  # seconds until the same is told again: Slack forgets it after two minutes


class QueuePositions:
    """Looks at the line every so many seconds; whoever is still there then is told."""

    def __init__(
        self,
        queue: TurnQueue,
        threads: ThreadStore,
        messenger: Messenger,
        locales: Locales,
        *,
        every: float = 2.0,
    ) -> None:
        self._queue = queue
        self._threads = threads
        self._messenger = messenger
        self._locales = locales
        self._every = every
        self._seen: set[ThreadRef] = set()
        self._told: dict[ThreadRef, tuple[int, float]] = {}

    async def run(self) -> None:
        """Look and tell until cancelled. Of all workers, one does so: see ``TurnQueue.line``."""
        while True:
            await asyncio.sleep(self._every)
            try:
                await self.look()
            except StoreUnavailable as error:
                log.warning("line.unknown", extra={"reason": str(error)})

    async def look(self) -> None:
        """Tell those that waited already at the last look."""
        line = await self._queue.waiting_threads(MOST)
        present = {waiting.thread for waiting in line}
        self._told = {thread: told for thread, told in self._told.items() if thread in present}
        news = [w for w in line if w.thread in self._seen and self._is_news(w)]
        self._seen = present
        await asyncio.gather(*map(self._tell, news))
        if news:
            await self._take_back(news)

    async def _take_back(self, news: Sequence[WaitingThread]) -> None:
        """Clear what was told too late: a turn that is over by now would not do so any more."""
        waiting = {waiting.thread for waiting in await self._queue.waiting_threads(MOST)}
        gone = (one.thread for one in news if one.thread not in waiting)
        await asyncio.gather(*(self._messenger.show_status(thread, "") for thread in gone))

    def _is_news(self, waiting: WaitingThread) -> bool:
        ahead, at = self._told.get(waiting.thread, (-1, 0.0))
        return ahead != waiting.ahead or asyncio.get_running_loop().time() - at > SHOWN_FOR

    async def _tell(self, waiting: WaitingThread) -> None:
        now = asyncio.get_running_loop().time()
        self._told[waiting.thread] = (waiting.ahead, now)
        if await self._threads.standing(waiting.thread) is Standing.OURS:
            await self._locales.use_shared_language(waiting.asker)
            await self._messenger.show_status(waiting.thread, sentences.in_line(waiting.ahead))
