"""Until when a turn is certainly ours, as far as this process can tell without asking.

Slack and the model's side compare no tokens, so what is sent to them cannot be fenced. A worker
that stood still (paused, swapped out) may have lost its turn without knowing: before each effect
outside, it looks whether its lease, by its own clock, has surely not run out.
"""

from contextvars import ContextVar
from time import monotonic

from bot.panel.errors import TurnLost


class Lease:
    """A lease of *seconds* on the turn *name*, asked for at a time of our own clock."""

    def __init__(self, name: str, seconds: float, requested_at: float) -> None:
        self._name = name
        self._seconds = seconds
        self._asked_at = requested_at

    def renewed(self, requested_at: float) -> None:
        """Take notice that the lease was renewed, at *requested_at* at the earliest."""
        self._asked_at = requested_at

    def bind(self) -> None:
        """Let the current task, and those that it starts, work under this lease."""
        _current.set(self)

    def check(self) -> None:
        """Raise TurnLost if the lease may have run out."""
        if monotonic() > self._asked_at + self._seconds:
            raise TurnLost(self._name)


_current: ContextVar[Lease | None] = ContextVar("lease", default=None)


def check() -> None:
    """Raise TurnLost if what is being done belongs to a turn that may be another worker's now."""
    if lease := _current.get():
        lease.check()
