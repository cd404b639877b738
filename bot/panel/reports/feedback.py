"""What people think of replies: one voice for each person and reply."""

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
    """The reply that somebody has an opinion of."""

    turn: TurnId
    reply: str  # which of the turn's: "reply:<call id>", "synthesis", …
    expert: ExpertName | None  # None: the router wrote it


@dataclass(frozen=True, slots=True)
class Feedback:
    """One person's opinion of one reply."""

    judged: Judged
    thread_ts: str  # where the reply stands
    by: UserId
    opinion: Opinion
    at: int  # milliseconds
    model: str
    reason: str = ""  # what the person typed, if anything


def question_of(turn: TurnId) -> MessageTs:
    """Return the ts of the message that *turn* began with."""
    return MessageTs(turn.rpartition(":")[2])
