"""A claimed turn with its journal."""

import time
from collections.abc import Sequence
from dataclasses import replace

from bot.panel.journal.events import TurnEvent
from bot.panel.journal.journal import Journal
from bot.panel.journal.progress import Progress
from bot.panel.model import Claim, Turn


class TurnRecord:
    """The progress of a turn; every event is in the journal before it takes effect."""

    def __init__(self, claim: Claim, journal: Journal, entries: Sequence[TurnEvent]) -> None:
        self.claim = claim
        self.progress = Progress.of(entries)
        self.events = list(entries)
        self.in_doubt = claim.in_doubt  # more may have been done than is written
        is_again = claim.attempt > 1 or bool(entries)  # a retried turn counts attempts from 1
        self.resumed = is_again or claim.in_doubt
        self._journal = journal

    @classmethod
    async def read(cls, claim: Claim, journal: Journal) -> "TurnRecord":
        """Return the record of a claimed turn, with the events of earlier attempts."""
        return cls(claim, journal, await journal.read(claim))

    @property
    def turn(self) -> Turn:
        """The claimed turn."""
        return self.claim.turn

    async def note(self, event: TurnEvent) -> None:
        """Append *event*, with the time. Raises TurnLost if another worker has the turn."""
        dated = replace(event, at=round(time.time() * 1000))
        await self._journal.append(self.claim, dated)
        self.events.append(dated)
        self.progress = self.progress.after(dated)
