"""Working on a thread while no worker can claim a turn in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.operations.queue_admin import Hold, QueueAdmin
from bot.panel.errors import StoreUnavailable, TurnLost
from bot.panel.intake.lease import renewed_lease


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
