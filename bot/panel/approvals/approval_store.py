"""The store of pending requests for approval."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Protocol

from bot.panel.approvals.approvals import Pending
from bot.panel.model import ApprovalId, Claim, Message, ThreadRef


class VerdictResult(Enum):
    """The outcome of recording a verdict."""

    AT_ONCE = auto()  # queued, and no turn is running in its thread
    IN_LINE = auto()  # queued behind a running turn
    TOO_LATE = auto()  # there is another verdict, or the request is closed


class ApprovalStore(Protocol):
    """Requests for approval, until they are closed.

    Every method may raise StoreUnavailable. Those that take a *claim* raise TurnLost, changing
    nothing, if another worker has the turn.
    """

    async def open(self, claim: Claim, pending: Pending) -> None:
        """Save *pending* for the claim's thread. Nobody can decide on it yet."""

    async def ask(self, claim: Claim, pending: Pending, *, within: float) -> None:
        """Let people decide from now on; the request expires after *within* seconds.

        Does nothing if the request is closed. Idempotent: people get no more time.
        """

    async def pending(self, thread: ThreadRef) -> Sequence[Pending]:
        """Return the open requests of *thread*."""

    async def record_verdict(
        self, thread: ThreadRef, approval: ApprovalId, verdict: Message
    ) -> VerdictResult:
        """Save the verdict and queue it before what waits in *thread*, atomically. Idempotent."""

    async def expired(self) -> Sequence[tuple[ThreadRef, Pending]]:
        """Return some requests that expired without a verdict, or whose question is deleted."""

    async def close(self, claim: Claim, approval: ApprovalId) -> None:
        """Close the request and delete it; a verdict that waits in the queue is removed."""
