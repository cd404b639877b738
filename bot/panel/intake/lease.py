"""Until when a turn certainly belongs to this worker, as far as its own clock can tell.

Slack and the model's side know no fencing tokens. A worker that was paused or swapped out may have
lost its turn without noticing. So before each effect outside, the lease is checked: unless it has
certainly not expired, nothing is sent.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar

from bot import runtime
from bot.panel import observing
from bot.panel.errors import StoreUnavailable, TurnLost, WrongWorkspace
from bot.panel.intake.turn_queue import TurnQueue
from bot.panel.loops import Trouble
from bot.panel.messaging.outbox import Outbox, Outgoing
from bot.panel.model import Claim
from bot.panel.observing import Measure

Renewal = Callable[[], Awaitable[None]]

_trouble = Trouble("lease.not_renewed")  # of all turns together

_RENEWALS = 3  # in the time of one lease
_USABLE = 2 / 3  # of the lease: what is sent by then has the rest of it to arrive


class Lease:
    """A lease on *name* for *seconds* from *requested_at* by our clock; *team_id*: if known."""

    def __init__(self, name: str, seconds: float, requested_at: float, team_id: str = "") -> None:
        self.team_id = team_id
        self._name = name
        self._seconds = seconds
        self._requested_at = requested_at

    def renewed(self, requested_at: float) -> None:
        self._requested_at = requested_at

    def is_older_than(self, seconds: float) -> bool:
        return runtime.monotonic() > self._requested_at + seconds

    def bind(self) -> None:
        """Bind the current task, and the tasks that it starts, to this lease."""
        _current.set(self)

    def check(self) -> None:
        if self.is_older_than(self._seconds):
            raise TurnLost(self._name)


_current: ContextVar[Lease | None] = ContextVar("lease", default=None)


def check() -> None:
    """Raise TurnLost if the current task is bound to a lease that may have expired."""
    if lease := _current.get():
        lease.check()


def check_workspace(team_id: str) -> None:
    """Raise WrongWorkspace if the current task works for another workspace than *team_id*."""
    lease = _current.get()
    if lease and lease.team_id and lease.team_id != team_id:
        raise WrongWorkspace(f"{team_id} instead of {lease.team_id}")


async def nothing_else() -> None:
    """Renew nothing beside a lease."""


@asynccontextmanager
async def renewed_lease(
    queue: TurnQueue, claim: Claim, seconds: float, beside: Renewal = nothing_else
) -> AsyncIterator[None]:
    """Renew the lease of *claim* inside the block, then *beside*. Losing it cancels the block.

    The current task stays bound to the lease, so use one for each claim.
    """
    team_id = claim.turn.thread.team_id
    lease = Lease(claim.turn.id, seconds * _USABLE, claim.requested_at, team_id)

    async def renew() -> None:
        await queue.renew(claim)
        await beside()

    async with renewed(renew, lease, every=seconds / _RENEWALS):
        yield


@asynccontextmanager
async def renewed_outgoing(
    outbox: Outbox, outgoing: Outgoing, seconds: float
) -> AsyncIterator[None]:
    """Do the same for a last state that is being sent."""
    state = outgoing.state
    team_id = state.thread.team_id
    lease = Lease(state.about, seconds * _USABLE, outgoing.requested_at, team_id)
    async with renewed(lambda: outbox.renew(outgoing), lease, every=seconds / _RENEWALS):
        yield


@asynccontextmanager
async def renewed(
    renew: Callable[[], Awaitable[None]], lease: Lease, *, every: float
) -> AsyncIterator[None]:
    """Bind the current task to *lease*, and *renew* it inside the block *every* so many seconds."""
    lease.bind()
    if lease.is_older_than(every):  # what is done last for a turn may begin long after its claim
        await _renew(renew, lease)
    async with asyncio.TaskGroup() as tasks:
        renewal = tasks.create_task(_keep_renewing(renew, lease, every))
        yield
        renewal.cancel()


async def _keep_renewing(renew: Callable[[], Awaitable[None]], lease: Lease, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        await _renew(renew, lease)


async def _renew(renew: Callable[[], Awaitable[None]], lease: Lease) -> None:
    requested_at = runtime.monotonic()
    try:
        await renew()
        lease.renewed(requested_at)
        _trouble.over()
    except StoreUnavailable as error:  # the fencing token decides once the store is back
        _trouble.tell(error)
        observing.count(Measure.LEASE_NOT_RENEWED)
