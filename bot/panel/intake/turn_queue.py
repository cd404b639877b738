"""The queue of turns: what the panel needs of it.

Every method may raise StoreUnavailable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.panel.model import Claim, Message, MessageTs, ThreadRef, TurnId, UserId


@dataclass(frozen=True, slots=True)
class WaitingThread:
    """A thread that waits for a worker, and how many are served before it."""

    thread: ThreadRef
    ahead: int
    asker: UserId | None = None  # of its first message, where that is known


@dataclass(frozen=True, slots=True)
class StopResult:
    """What came of a wish to stop."""

    stopping: bool  # whether a turn is to be stopped, which then says so
    taken_back: MessageTs | None = None  # the first message that will not be answered


class TurnQueue(Protocol):
    """A durable queue. One thread's turns are claimed one at a time, in order."""

    async def put(self, thread: ThreadRef, message: Message, *, alone: bool = False) -> bool:
        """Add *message*; adding the same ts of a thread again changes nothing and returns False.

        Messages of a thread that wait together become one turn, except those put *alone*.
        """
        ...

    async def amend(self, thread: ThreadRef, ts: MessageTs, message: Message | None) -> bool:
        """Replace the message *ts* that waits in *thread*; None takes it back.

        Returns False if it does not wait (any more).
        """
        ...

    async def claim(self) -> Claim:
        """Wait for a turn and lease it to this worker; turns whose lease ran out come first."""
        ...

    async def renew(self, claim: Claim) -> None:
        """Lengthen the lease. Raises TurnLost if another worker has the turn."""
        ...

    async def done(self, claim: Claim) -> None:
        """Forget the turn and its journal. Raises TurnLost if another worker has it."""
        ...

    async def postpone(self, claim: Claim, *, after: float) -> None:
        """Put the turn off after a failure; it can be claimed again *after* so many seconds.

        The journal stays. Raises TurnLost if another worker has the turn.
        """
        ...

    async def hand_over(self, claim: Claim) -> None:
        """Give the turn back as it is, for the next worker to go on at once.

        The journal stays. Raises TurnLost if another worker has the turn.
        """
        ...

    async def waiting_threads(self, most: int) -> Sequence[WaitingThread]:
        """Return the threads that wait for a worker (of each sort so many at *most*).

        Empty to all workers but one, which is to tell them.
        """
        ...

    async def bury(self, claim: Claim, reason: str) -> None:
        """Put the turn, with its journal, aside for a person to look at.

        *reason* holds no content. Raises TurnLost if another worker has the turn.
        """
        ...

    async def stop(self, thread: ThreadRef, ts: MessageTs, by: UserId) -> StopResult | None:
        """Mark the turn of *thread* to be stopped, and take back the messages that wait there.

        None if the same wish, which *ts* names, was fulfilled before. One that found no turn may
        be put as a message.
        """
        ...

    async def stop_requests(self) -> Mapping[ThreadRef, UserId]:
        """Return the threads whose turns are to be stopped, and who wants it."""
        ...

    async def retry(self, turn: TurnId) -> bool:
        """Let a buried turn be claimed again, before what waits in its thread.

        Its journal goes on with Retried. Returns False if no such turn is buried.
        """
        ...
