"""One turn in this worker's hands: its claim, and its journal as read and as written."""

import time
from collections.abc import Sequence
from dataclasses import replace

from bot.panel.journal.events import TurnEvent
from bot.panel.journal.journal import Journal
from bot.panel.journal.progress import Progress
from bot.panel.model import Claim, Turn


class TurnRecord:
    """The progress of a turn; every step forward is in the journal before it counts."""

    def __init__(self, claim: Claim, journal: Journal, entries: Sequence[TurnEvent]) -> None:
        self.claim = claim
        self.progress = Progress.of(entries)
        self.events = list(entries)
        self.resumed = claim.attempt > 1 or bool(entries)  # a turn put back begins to count anew
        self._journal = journal

    @classmethod
    async def read(cls, claim: Claim, journal: Journal) -> "TurnRecord":
        """Return the record of a claimed turn, as far as earlier attempts brought it."""
        return cls(claim, journal, await journal.read(claim))

    @property
    def turn(self) -> Turn:
        """The turn itself."""
        return self.claim.turn

    async def note(self, event: TurnEvent) -> None:
        """Write *event* down, with the time. Raises TurnLost if another worker has the turn."""
        dated = replace(event, at=round(time.time() * 1000))
        await self._journal.append(self.claim, dated)
        self.events.append(dated)
        self.progress = self.progress.after(dated)
