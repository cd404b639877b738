"""The store of reports on finished turns, and of what failed in turns, for operators.

What failed is kept outside of the journal, and longer than that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.panel.model import Claim, ThreadRef, Turn, TurnId
from bot.panel.reports.turn_report import TurnReport
from bot.panel.reports.usage_counts import Dimension, UsageCount

ROUTER = "router"  # in place of an expert's name


@dataclass(frozen=True, slots=True)
class FailureNote:
    """Who failed, and why. It has no content: see ``first_words``."""

    who: str
    reason: str
    at: int = 0  # milliseconds since 1970
    thread_ts: str = ""  # of the turn's thread


class ReportStore(Protocol):
    """Reports of some weeks, usage counts of a year. Every method may raise StoreUnavailable."""

    async def save(self, claim: Claim, report: TurnReport) -> None:
        """Save *report* and add its usage to the counts, once however often this is repeated.

        Raises TurnLost, writing nothing, if another worker has the turn.
        """

    async def usage(
        self, team_id: str, month: str, *, by: Dimension = Dimension.EXPERT
    ) -> Sequence[UsageCount]:
        """Return the usage of the questions of *month* (``2026-11``), by name and model."""

    async def forget_usage(self, team_id: str, months: Iterable[str], name: str) -> None:
        """Forget what a channel or a person took in *months*; by expert it stays counted."""

    async def find(self, thread: ThreadRef, turn: TurnId) -> TurnReport | None:
        """Return the report of *turn*; None if it is not finished, or the report has expired."""

    async def note_failure(self, turn: Turn, note: FailureNote) -> None:
        """Keep a *note* of what failed in *turn*, whatever becomes of that."""

    async def failures(self, turn: TurnId) -> Sequence[FailureNote]:
        """Return what failed in *turn*, the oldest first."""
