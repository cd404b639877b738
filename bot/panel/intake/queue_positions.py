"""Telling the threads that wait for a worker how many are ahead of them."""

import asyncio
from collections.abc import Sequence, Set
from contextlib import suppress

from bot.panel.errors import PanelError, ThreadGone
from bot.panel.intake.turn_queue import TurnQueue, WaitingThread
from bot.panel.loops import forever
from bot.panel.messaging.locales import ThreadLanguages
from bot.panel.messaging.messenger import StatusDisplay
from bot.panel.messaging.outbox import Outbox
from bot.panel.model import ThreadRef
from bot.panel.texts import sentences
from bot.panel.threads.thread_store import Standing, ThreadStore

MAX_THREADS = 50  # that are told; those further back are told when they come closer
SHOWN_FOR = 60.0  # seconds until the same position is shown again: Slack drops it after 120


class QueuePositions:
    """Shows waiting threads their positions. All workers run it; the queue tells one of them."""

    def __init__(
        self,
        queue: TurnQueue,
        threads: ThreadStore,
        messenger: StatusDisplay,
        outbox: Outbox,
        languages: ThreadLanguages,
        *,
        every: float = 2.0,
    ) -> None:
        self._queue = queue
        self._threads = threads
        self._messenger = messenger
        self._outbox = outbox
        self._languages = languages
        self._every = every
        self._waiting_before: set[ThreadRef] = set()
        self._shown: dict[ThreadRef, tuple[int, float]] = {}  # the position, and when

    async def run(self) -> None:
        await forever(self.update, "line.unknown", every=self._every)

    async def update(self) -> None:
        """Show their positions to the threads that were already waiting at the last update."""
        waiting = await self._queue.waiting_threads(MAX_THREADS)
        threads = {one.thread for one in waiting}
        await self._clear_dropped(self._shown.keys() - threads)
        self._shown = {thread: shown for thread, shown in self._shown.items() if thread in threads}
        outdated = [
            one for one in waiting if one.thread in self._waiting_before and self._is_outdated(one)
        ]
        self._waiting_before = threads
        try:
            shown = await asyncio.gather(*map(self._show, outdated), return_exceptions=True)
        finally:  # also where the answer is lost, or we were held up and are to end
            with suppress(PanelError):  # the next update clears them, or Slack does by itself
                await self._clear_late(outdated)
        for error in shown:
            if isinstance(error, BaseException):
                raise error

    async def _clear_dropped(self, left: Set[ThreadRef]) -> None:
        """Clear positions of threads that wait for nothing any more, as all was deleted."""
        dropped = left - await self._queue.busy(left) if left else ()
        await asyncio.gather(*map(self._clear, dropped))

    async def _clear_late(self, shown: Sequence[WaitingThread]) -> None:
        """Clear positions that were shown too late: a turn that has ended would not do so."""
        if not shown:
            return
        waiting = {one.thread for one in await self._queue.waiting_threads(MAX_THREADS)}
        late = (one.thread for one in shown if one.thread not in waiting)
        await asyncio.gather(*map(self._clear, late))

    async def _clear(self, thread: ThreadRef) -> None:
        if not await self._messenger.show_status(thread, ""):
            await self._outbox.put(self._messenger.status_cleared(thread))

    def _is_outdated(self, waiting: WaitingThread) -> bool:
        ahead, at = self._shown.get(waiting.thread, (-1, 0.0))
        return ahead != waiting.ahead or asyncio.get_running_loop().time() - at > SHOWN_FOR

    async def _show(self, waiting: WaitingThread) -> None:
        now = asyncio.get_running_loop().time()
        self._shown[waiting.thread] = (waiting.ahead, now)
        if await self._threads.standing(waiting.thread) is Standing.OURS:
            await self._languages.use_language_in(waiting.thread, waiting.addressee)
            with suppress(ThreadGone):  # its turn finds out itself
                await self._messenger.show_status(waiting.thread, sentences.in_line(waiting.ahead))
