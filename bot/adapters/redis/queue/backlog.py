"""What there is to know about the queue from the outside: its depth, its dead letters, holds."""

from dataclasses import dataclass

from bot.panel.model import Claim, Turn


@dataclass(frozen=True, slots=True)
class Depth:
    """How many threads wait for a worker, are being answered, wait for another try, gave up."""

    waiting: int
    running: int
    delayed: int
    buried: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A turn that was given up, with its journal, until somebody retries or drops it."""

    turn: Turn
    reason: str
    attempts: int
    buried_at: float  # seconds since the epoch, by the server's clock


@dataclass(frozen=True, slots=True)
class Hold:
    """A thread that workers keep off, as a claim without messages."""

    claim: Claim
    dropped: int  # messages that waited, and a turn that waited for another try
