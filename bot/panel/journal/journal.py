"""The journal of a turn: written before and after each outside effect."""

from collections.abc import Sequence
from typing import Protocol

from bot.panel.journal.events import TurnEvent
from bot.panel.model import Claim


class Journal(Protocol):
    """The journals of turns. Methods may raise StoreUnavailable, or TurnLost if others have it."""

    async def read(self, claim: Claim) -> Sequence[TurnEvent | None]:
        """Return the entries, oldest first; None in place of each that says nothing."""

    async def append(
        self, claim: Claim, *events: TurnEvent, again: int = 0, after: int | None = None
    ) -> None:
        """Append *events* durably, all at once; nothing is written if the turn is lost.

        *again* is how many an earlier attempt has written the same: the turn gets no further by
        these. Raises StoreUnavailable if the entries before are not *after* in number: some were
        lost, and what is written would stand behind a hole.
        """


class _NoJournal(Journal):
    async def read(self, claim: Claim) -> Sequence[TurnEvent | None]:
        return ()

    async def append(
        self, claim: Claim, *events: TurnEvent, again: int = 0, after: int | None = None
    ) -> None:
        pass


NO_JOURNAL = _NoJournal()  # for the last words of a turn whose own journal is at fault
