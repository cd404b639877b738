"""Until when a turn certainly belongs to this worker, as far as its own clock can tell.

Slack and the model's side know no fencing tokens. A worker that was paused or swapped out may have
lost its turn without noticing. So before each effect outside, the lease is checked: unless it has
certainly not expired, nothing is sent.
"""

from contextvars import ContextVar
from time import monotonic

from bot.panel.errors import TurnLost


class Lease:
    """A lease on the turn *name*, good for *seconds* from *requested_at* by our own clock."""

    def __init__(self, name: str, seconds: float, requested_at: float) -> None:
        self._name = name
        self._seconds = seconds
        self._requested_at = requested_at

    def renewed(self, requested_at: float) -> None:
        """Note a renewal that was requested at *requested_at*."""
        self._requested_at = requested_at

    def bind(self) -> None:
        """Bind the current task, and the tasks that it starts, to this lease."""
        _current.set(self)

    def check(self) -> None:
        """Raise TurnLost if the lease may have expired."""
        if monotonic() > self._requested_at + self._seconds:
            raise TurnLost(self._name)


_current: ContextVar[Lease | None] = ContextVar("lease", default=None)


def check() -> None:
    """Raise TurnLost if the current task is bound to a lease that may have expired."""
    if lease := _current.get():
        lease.check()
