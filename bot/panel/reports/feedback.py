"""People's feedback on replies: one opinion for each person and reply."""

from dataclasses import dataclass
from enum import StrEnum

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
