"""A claimed turn with its journal.

An entry whose writing is in doubt may be in the journal and not here. What goes on from here would
then not know what its own successor reads: so the record is of no use any more, whoever waits for
it, and the turn is postponed and read again.
"""

import logging
from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot import runtime
from bot.panel.errors import StoreUnavailable, TryLater, TurnLost
from bot.panel.journal.events import TurnEvent
from bot.panel.journal.journal import NO_JOURNAL, Journal
from bot.panel.journal.progress import Progress
from bot.panel.model import Claim, Turn

log = logging.getLogger(__name__)


class TurnRecord:
    """The progress of a turn; every event is in the journal before it takes effect."""

    def __init__(self, claim: Claim, journal: Journal, entries: Sequence[TurnEvent]) -> None:
        self.claim = claim
        self.progress = Progress.of(entries)
        self.events = list(entries)
        self._earlier = tuple(entries)  # of other attempts
        self.in_doubt = claim.in_doubt  # more may have been done than is written
        is_again = claim.attempt > 1 or bool(entries)  # a retried turn counts attempts from 1
        self.resumed = is_again or claim.in_doubt
        self._journal = journal
        self._is_behind = False

    @classmethod
    async def read(cls, claim: Claim, journal: Journal) -> "TurnRecord":
        """Return the record of a claimed turn, with the events of earlier attempts."""
        return cls(claim, journal, await journal.read(claim))

    @classmethod
    async def read_if_possible(cls, claim: Claim, journal: Journal) -> "TurnRecord":
        """Return the same; an empty record, which nobody keeps, if the journal is at fault."""
        try:
            return await cls.read(claim, journal)
        except (TryLater, TurnLost):
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it
            kind = type(error).__name__
            log.warning("journal.unreadable", extra={"turn": claim.turn.id, "reason": kind})
            return cls(claim, NO_JOURNAL, ())

    @property
    def turn(self) -> Turn:
        """The claimed turn."""
        return self.claim.turn

    @property
    def has_begun(self) -> bool:
        """Whether an earlier attempt has done anything."""
        return bool(self._earlier)

    async def note(self, event: TurnEvent) -> None:
        """Append *event*, with the time. Raises TurnLost if another worker has the turn.

        Raises StoreUnavailable if that, or an earlier entry, may or may not have been written.
        """
        self.check()
        dated = replace(event, at=round(runtime.time() * 1000))
        try:
            await self._journal.append(self.claim, dated, again=event in self._earlier)
        except (StoreUnavailable, CancelledError):
            self._is_behind = True
            raise
        self.events.append(dated)
        self.progress = self.progress.after(dated)

    def check(self) -> None:
        """Raise StoreUnavailable if the journal may hold more than is known here."""
        if self._is_behind:
            raise StoreUnavailable("an entry of the journal is in doubt")


RecordReader = Callable[[Claim, Journal], Awaitable[TurnRecord]]
