"""The journal of a turn: written before and after each outside effect."""

from collections.abc import Sequence
from typing import Protocol

from bot.panel.journal.events import TurnEvent
from bot.panel.model import Claim


class Journal(Protocol):
    """The journals of turns. Methods may raise StoreUnavailable, or TurnLost if others have it."""

    async def read(self, claim: Claim) -> Sequence[TurnEvent]:
        """Return the entries, oldest first."""

    async def append(self, claim: Claim, *events: TurnEvent, again: int = 0) -> None:
        """Append *events* durably, all at once; nothing is written if the turn is lost.

        *again* is how many an earlier attempt has written the same: the turn gets no further by
        these.
        """


class _NoJournal(Journal):
    async def read(self, claim: Claim) -> Sequence[TurnEvent]:
        return ()

    async def append(self, claim: Claim, *events: TurnEvent, again: int = 0) -> None:
        pass


NO_JOURNAL = _NoJournal()  # for the last words of a turn whose own journal is at fault
