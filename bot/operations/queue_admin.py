"""The queue of turns as operators see it: its depth, its dead letters, threads on hold.

Every method may raise StoreUnavailable.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from bot.panel.errors import StoreUnavailable, TurnLost
from bot.panel.intake.lease import renewed_lease
from bot.panel.intake.turn_queue import TurnQueue
from bot.panel.model import Claim, ThreadRef, Turn, TurnId

OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Depth:
    """How many threads wait for a worker, are being answered, wait for a retry, were given up."""

    waiting: int
    running: int
    delayed: int
    buried: int


@dataclass(frozen=True, slots=True)
class WorkspaceDepth:
    """How many threads wait in a workspace, and how many turns are in progress or postponed."""

    waiting: int
    running: int


def busiest(depths: Mapping[str, WorkspaceDepth], most: int) -> Mapping[str, WorkspaceDepth]:
    """Return so many of the workspaces at *most*, the busiest first, and what all others do."""
    names = sorted(depths, key=lambda name: (-depths[name].waiting, -depths[name].running, name))
    rest = [depths[name] for name in names[most:]]
    others = WorkspaceDepth(sum(one.waiting for one in rest), sum(one.running for one in rest))
    return {name: depths[name] for name in names[:most]} | ({OTHERS: others} if rest else {})


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A turn that was given up, with its journal, until somebody retries or drops it."""

    turn: Turn
    reason: str
    attempts: int
    buried_at: float  # seconds since the epoch, by the server's clock


@dataclass(frozen=True, slots=True)
class Hold:
    """A thread that no worker can claim meanwhile: a claim without messages."""

    claim: Claim
    dropped: int  # messages that waited, and a turn that waited for a retry


class QueueAdmin(TurnQueue, Protocol):
    """What operators may do with the queue, besides what the bot does."""

    async def depth(self) -> Depth:
        """Return how much there is to do."""

    async def by_workspace(self) -> Mapping[str, WorkspaceDepth]:
        """Return what each workspace has to do that does anything, where they share the turns."""

    async def oldest(self) -> float:
        """Return for how many seconds the oldest message waits, of those that are next in line."""

    async def buried(self) -> Sequence[DeadLetter]:
        """Return the dead letters, the oldest first."""

    async def buried_after(self, at: float) -> tuple[int, float]:
        """Return how many dead letters came after *at*, and when the last did; 0 without any."""

    async def dead_letter(self, turn: TurnId) -> DeadLetter | None:
        """Return the dead letter of *turn*, if there is one."""

    async def drop(self, turn: TurnId) -> bool:
        """Delete a dead letter. Returns False if there is none."""

    async def hold(self, thread: ThreadRef, *, drop: bool = False) -> Hold | None:
        """Keep the workers off *thread* for a lease; ``renew`` and ``done`` work as for a turn.

        What waits there is *dropped*, or else answered afterwards. None if a turn is running, or
        one waits for a retry or a decision, and is not to be dropped.
        """


@asynccontextmanager
async def renewed(queue: QueueAdmin, hold: Hold, lease: float) -> AsyncIterator[None]:
    """Renew *hold* for as long as the block runs, then release the thread.

    The current task works under the lease: run the block in a task of its own.
    """
    try:
        async with renewed_lease(queue, hold.claim, lease):
            yield
    finally:
        with suppress(TurnLost, StoreUnavailable):
            await queue.done(hold.claim)
