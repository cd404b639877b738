"""Last states: what a message shows once its turn is over, which must arrive however late.

Progress may be left out where rate limits ask for it, a last state may not. So it is stored before
its turn is done, and sent when its turn comes: after a crash too, and by any worker.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import inf
from typing import Protocol

from bot.panel.model import Claim, ThreadRef


@dataclass(frozen=True, slots=True)
class LastState:
    """What a message, or another thing in a thread, is to show."""

    thread: ThreadRef
    about: str  # names that thing; for a message, its ts
    request: str  # how the messenger shows it; nobody else reads this
    passing: bool = False  # another turn of the thread may show its own: it waits for its end


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A last state that is leased to one sender."""

    state: LastState
    token: int  # only the newest sender's is valid
    failed: int = 0  # tries so far
    requested_at: float = inf  # by this process's clock: the lease began no earlier


class Outbox(Protocol):
    """The last states that wait to be sent, one for each thing: a newer replaces an older one.

    Of each, one sender at a time sends, so an older state never comes after a newer one. Every
    method may raise StoreUnavailable.
    """

    async def put(self, state: LastState, claim: Claim | None = None) -> None:
        """Keep *state* until it is sent. Raises TurnLost if it is left for a lost *claim*."""

    async def claim(self, busy: Collection[str] = ()) -> Outgoing:
        """Wait for a state that is due, oldest first, and lease it to this sender.

        Those of the workspaces that are *busy* are passed by; these may change meanwhile.
        """

    async def renew(self, outgoing: Outgoing) -> None:
        """Renew the lease. Raises TurnLost if another sender has it."""

    async def sent(self, outgoing: Outgoing) -> None:
        """Forget the state, unless it was replaced meanwhile. Does nothing if the lease is lost."""

    async def postpone(self, outgoing: Outgoing, *, after: float, failed: bool = True) -> None:
        """Let it be claimed again in *after* seconds; at once if it was replaced meanwhile."""

    async def of(self, thread: ThreadRef) -> Mapping[str, LastState]:
        """Return what waits to be sent, or is being sent, in *thread*, by what it is about."""

    async def waiting(self) -> int:
        """Return how many states wait to be sent, or are being sent."""
