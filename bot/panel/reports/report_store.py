"""Where reports of finished turns are kept. Every method may raise StoreUnavailable."""

from collections.abc import Sequence
from typing import Protocol

from bot.panel.model import (
    Claim,
    ThreadRef,
    TurnId,
)
from bot.panel.reports.turn_report import TurnReport
from bot.panel.reports.usage_counts import UsageCount


class ReportStore(Protocol):
    """What is kept of turns that are done, for some weeks, and what they took, for a year."""

    async def save(self, claim: Claim, report: TurnReport) -> None:
        """Keep *report*, and count what it tells of, once however often the turn is saved.

        Raises TurnLost, writing nothing, if another worker has the turn.
        """
        ...

    async def usage(self, team_id: str, month: str) -> Sequence[UsageCount]:
        """Return what the questions of *month* (``2026-11``) took, by expert and model."""
        ...

    async def find(self, thread: ThreadRef, turn: TurnId) -> TurnReport | None:
        """Return the report of *turn*; None if it is not done or no longer known."""
        ...
