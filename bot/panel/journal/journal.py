"""The journal of a turn: written before and after each outside effect."""

from collections.abc import Sequence
from typing import Protocol

from bot.panel.journal.events import TurnEvent
from bot.panel.model import Claim


class Journal(Protocol):
    """The journals of turns.

    Every method may raise StoreUnavailable, and TurnLost if another worker has the turn.
    """

    async def read(self, claim: Claim) -> Sequence[TurnEvent]:
        """Return the entries, oldest first."""

    async def append(self, claim: Claim, event: TurnEvent, *, again: bool = False) -> None:
        """Append *event* durably; nothing is written if the turn is lost.

        *again*: an earlier attempt has written the same, so the turn gets no further by it.
        """


class _NoJournal(Journal):
    async def read(self, claim: Claim) -> Sequence[TurnEvent]:
        return ()

    async def append(self, claim: Claim, event: TurnEvent, *, again: bool = False) -> None:
        pass


NO_JOURNAL = _NoJournal()  # for the last words of a turn whose own journal is at fault
