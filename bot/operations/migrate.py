"""Moving threads to another backend ahead of their next turn."""

import asyncio
from contextlib import suppress
from enum import StrEnum

from bot.assembly.operator import Records
from bot.panel.errors import StoreUnavailable, TurnLost
from bot.panel.intake.lease_renewal import renewed_lease
from bot.panel.links import ThreadLinks
from bot.panel.model import Claim, ThreadRef
from bot.panel.threads.conversation_migration import ConversationMigration
from bot.panel.timeouts import Timeouts


class Outcome(StrEnum):
    """What became of a thread."""

    MOVED = "moved"
    THERE = "there already"
    PARTLY = "moved in part: what could not be read or written begins anew at the next question"
    LOST = "not moved: it can no longer be read, and begins anew at the next question"
    BUSY = "not moved: a turn is running there, or waits for another try or for a decision"


LEFT = (Outcome.PARTLY, Outcome.LOST, Outcome.BUSY)  # what a person should know of


class Migration:
    """Moves threads, each while no worker has it, to the backend that *records* were opened for."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._moving = ConversationMigration(records.desk.threads, records.desk.model, Timeouts())

    async def links(self, thread: ThreadRef) -> ThreadLinks:
        """Return the links of *thread*, from wherever they are known."""
        return await self._records.desk.recovery.find(thread)

    def is_needed(self, links: ThreadLinks) -> bool:
        """Whether there is anything to move."""
        return self._moving.is_needed(links)

    async def move(self, thread: ThreadRef) -> Outcome:
        """Move *thread*, unless a turn has it. Raises PanelError if that cannot be done now."""
        return await asyncio.create_task(self._move(thread))  # a task for the lease

    async def _move(self, thread: ThreadRef) -> Outcome:
        queue = self._records.memory.queue
        hold = await queue.hold(thread)
        if hold is None:
            return Outcome.BUSY
        try:
            async with renewed_lease(queue, hold.claim, self._records.lease):
                return await self._moved(hold.claim)
        finally:
            with suppress(TurnLost, StoreUnavailable):
                await queue.done(hold.claim)

    async def _moved(self, claim: Claim) -> Outcome:
        before = await self._records.desk.recovery.find(claim.turn.thread, claim)
        if not self._moving.is_needed(before):
            return Outcome.THERE
        after = await self._moving.moved(claim, before)
        if not self._moving.is_needed(after):
            return Outcome.MOVED
        return Outcome.LOST if after == before else Outcome.PARTLY
