"""Renewing a lease for as long as something is done under it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from bot.panel.errors import StoreUnavailable
from bot.panel.intake.lease import Lease
from bot.panel.intake.turn_queue import TurnQueue
from bot.panel.model import Claim

log = logging.getLogger(__name__)

_RENEWALS = 3  # in the time of one lease
_USABLE = 2 / 3  # of the lease: what is sent by then has the rest of it to arrive


@asynccontextmanager
async def renewed_lease(queue: TurnQueue, claim: Claim, seconds: float) -> AsyncIterator[None]:
    """Renew the lease of *claim* inside the block; losing the claim cancels the block.

    The current task stays bound to the lease, so use one for each claim.
    """
    lease = Lease(claim.turn.id, seconds * _USABLE, claim.requested_at)
    lease.bind()
    async with asyncio.TaskGroup() as tasks:
        renewal = tasks.create_task(_renew(queue, claim, seconds, lease))
        yield
        renewal.cancel()


async def _renew(queue: TurnQueue, claim: Claim, seconds: float, lease: Lease) -> None:
    while True:
        await asyncio.sleep(seconds / _RENEWALS)
        requested_at = monotonic()
        try:
            await queue.renew(claim)
            lease.renewed(requested_at)
        except StoreUnavailable as error:  # the fencing token decides once the store is back
            log.warning("lease.not_renewed", extra={"reason": str(error)})
