"""What people think of replies: one voice for each person and reply."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bot.panel.model import ExpertName, MessageTs, TurnId, UserId

LONGEST_REASON = 500
_KEPT_MONTHS = 14  # a year, the month that it began in and the one that runs


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
    by: UserId
    opinion: Opinion
    at: int  # milliseconds
    model: str
    reason: str = ""  # what the person typed, if anything


def month_of(ts: MessageTs | str) -> str:
    """Return the month that a message is from, as ``2026-11``."""
    return f"{datetime.fromtimestamp(float(ts), UTC):%Y-%m}"


def months_until(now: float) -> list[str]:
    """Return the months of which something is kept, the oldest first."""
    today = datetime.fromtimestamp(now, UTC)
    counted = today.year * 12 + today.month - 1
    return [
        f"{month // 12}-{month % 12 + 1:02}"
        for month in range(counted - _KEPT_MONTHS + 1, counted + 1)
    ]


def question_of(turn: TurnId) -> MessageTs:
    """Return the ts of the message that *turn* began with."""
    return MessageTs(turn.rpartition(":")[2])
