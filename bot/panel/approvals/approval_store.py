"""Where pending approvals are kept. Every method may raise StoreUnavailable."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Protocol

from bot.panel.approvals.approvals import Pending
from bot.panel.model import (
    ApprovalId,
    Claim,
    Message,
    ThreadRef,
)


class VerdictResult(Enum):
    """What became of a verdict."""

    AT_ONCE = auto()  # it is queued, and nothing is under way in its thread
    IN_LINE = auto()  # it is queued behind a turn that is
    TOO_LATE = auto()  # there is another one, or the matter has ended


class ApprovalStore(Protocol):
    """What experts want to do and people have to approve of, until it is settled.

    What is done for a *claim* raises TurnLost, changing nothing, if another worker has the turn.
    """

    async def open(self, claim: Claim, pending: Pending) -> None:
        """Remember *pending*, which belongs to the claim's thread. Nobody can decide yet."""
        ...

    async def ask(self, claim: Claim, pending: Pending, *, within: float) -> None:
        """Let people decide, from now on, and the clock after so many seconds.

        Does nothing if the matter has ended; repeating it does not give people more time.
        """
        ...

    async def pending(self, thread: ThreadRef) -> Sequence[Pending]:
        """Return what is not settled in *thread*."""
        ...

    async def record_verdict(
        self, thread: ThreadRef, approval: ApprovalId, verdict: Message
    ) -> VerdictResult:
        """Note the verdict and put it on the queue, before what waits in *thread*, or neither.

        Entering the same again changes nothing and is not too late.
        """
        ...

    async def expired(self) -> Sequence[tuple[ThreadRef, Pending]]:
        """Return what people had to decide by now and did not; some of it where it is much."""
        ...

    async def close(self, claim: Claim, approval: ApprovalId) -> None:
        """Forget the matter; a verdict that waits on the queue is taken back."""
        ...
