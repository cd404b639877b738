"""People's feedback on replies: one opinion for each person and reply."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.panel.model import ExpertName, MessageTs, TurnId, UserId

LONGEST_REASON = 500


class Opinion(StrEnum):
    """Thumbs up or down."""

    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Judged:
    """The reply that feedback is about."""

    turn: TurnId
    reply: str  # which of the turn's: "reply:<call id>", "synthesis", …
    expert: ExpertName | None  # None: the router wrote it


@dataclass(frozen=True, slots=True)
class Feedback:
    """One person's opinion of one reply."""

    judged: Judged
    thread_ts: str  # of the reply
    by: UserId
    opinion: Opinion
    at: int  # milliseconds
    model: str
    reason: str = ""  # what the person typed, if anything


def question_of(turn: TurnId) -> MessageTs:
    """Return the ts of the first message of *turn*."""
    return MessageTs(turn.rpartition(":")[2])


class FeedbackStore(Protocol):
    """Feedback of about a year. Every method may raise StoreUnavailable."""

    async def save(self, team_id: str, feedback: Feedback) -> None:
        """Save *feedback*, replacing the same person's feedback on the same reply."""

    async def of_month(self, team_id: str, month: str) -> Sequence[Feedback]:
        """Return the feedback on replies to questions of *month* (``2026-11``)."""

    async def forget(
        self, team_id: str, months: Iterable[str], matches: Callable[[Feedback], bool]
    ) -> int:
        """Forget the feedback of *months* that *matches*; returns how much that was."""
