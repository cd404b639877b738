"""The journal of a turn: what the panel needs of it."""

from collections.abc import Sequence
from typing import Protocol

from bot.panel.journal.events import TurnEvent
from bot.panel.model import Claim


class Journal(Protocol):
    """What a turn has already done."""

    async def read(self, claim: Claim) -> Sequence[TurnEvent]:
        """Return the entries so far, oldest first."""
        ...

    async def append(self, claim: Claim, event: TurnEvent) -> None:
        """Write *event* durably. Raises TurnLost, writing nothing, if another has the turn."""
        ...
