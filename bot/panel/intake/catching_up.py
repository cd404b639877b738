"""Noting that somebody listens, and catching up with what was missed when nobody did.

Slack tries to deliver an event for about six minutes. What is written in a longer outage is lost
unless somebody looks for it afterwards.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.panel.errors import PanelError
from bot.panel.intake.missed_messages import Gap, ListeningRecord
from bot.panel.loops import Trouble

log = logging.getLogger(__name__)

_EVERY = 1.0  # seconds between signs of life
_SOON = 0.1  # seconds until we look again whether we listen
_REST = 30.0  # seconds before another try, if a search failed
_GOODBYE = 2.0  # seconds to say that we do not listen any more


class CatchingUp:
    """Has each gap searched, for *within* seconds at most, by *search_gap*."""

    def __init__(
        self,
        record: ListeningRecord,
        search_gap: Callable[[Gap], Awaitable[None]],
        *,
        within: float,
    ) -> None:
        self._record = record
        self._search_gap = search_gap
        self._within = within
        self._since: float | None = None  # this process listens, by the loop's clock
        self._searching: asyncio.Task[None] | None = None
        self._trouble = Trouble("listening.not_noted")

    async def run(self, is_listening: Callable[[], bool]) -> None:
        """Note when *is_listening*, and catch up after each gap, until cancelled."""
        try:
            while True:
                if is_listening():
                    await self._note()
                    await asyncio.sleep(_EVERY)
                else:
                    self._since = None
                    await asyncio.sleep(_SOON)
        finally:
            if self._searching:
                self._searching.cancel()
                await asyncio.gather(self._searching, return_exceptions=True)
            with suppress(PanelError, TimeoutError):
                async with asyncio.timeout(_GOODBYE):
                    await self._record.leave()

    async def search(self, gap: Gap) -> None:
        """Receive what was missed in *gap*; what remains is given up when it is too old."""
        log.info("catching_up.begun", extra={"seconds": round(gap.until - gap.since)})
        try:
            async with asyncio.timeout(self._within):
                await self._search_gap(gap)
        except TimeoutError:
            log.warning("catching_up.cut_short", extra={"seconds": self._within})
        await self._record.done(gap)
        log.info("catching_up.done")

    async def _note(self) -> None:
        """Note that we listen; start a search if it is ours to do."""
        now = asyncio.get_running_loop().time()
        try:
            gap = await self._record.listen(0.0 if self._since is None else now - self._since)
        except Exception as error:  # noqa: BLE001 - the border: receiving must go on
            self._trouble.tell(error)
            self._since = None
            return
        self._trouble.over()
        self._since = now if self._since is None else self._since
        if gap and (self._searching is None or self._searching.done()):
            self._searching = asyncio.create_task(self._search(gap))

    async def _search(self, gap: Gap) -> None:
        try:
            await self.search(gap)
        except Exception as error:  # noqa: BLE001 - the border: receiving must go on
            Trouble("catching_up.failed").tell(error)
            await asyncio.sleep(_REST)
