"""Moving threads to another backend ahead of their next turn."""

import asyncio
from enum import StrEnum

from bot.operations.queue_admin import renewed
from bot.operations.services import Services
from bot.panel.audit.entry import Act
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


INCOMPLETE = (Outcome.PARTLY, Outcome.LOST, Outcome.BUSY)


class Migration:
    """Moves threads, each while no worker has it, to the backend of *services*' model."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._queue = services.stores.queue
        self._migration = ConversationMigration(services.stores.threads, services.model, Timeouts())

    async def linked_threads(self, channel_id: str = "") -> list[ThreadRef]:
        """Return the threads that have conversations, of the workspace or of one channel."""
        kept = await self._services.stores.kept.threads(self._services.team_id, channel_id)
        linked = [thread for thread, data in kept.items() if data.conversations]
        return sorted(linked, key=lambda thread: (thread.channel_id, thread.thread_ts))

    async def links(self, thread: ThreadRef) -> ThreadLinks:
        """Return the links of *thread*, from wherever they are known."""
        return await self._services.recovery.find(thread)

    def is_needed(self, links: ThreadLinks) -> bool:
        return self._migration.is_needed(links)

    async def move(self, thread: ThreadRef) -> Outcome:
        """Move *thread*, unless a turn has it. Raises PanelError if that cannot be done now."""
        return await asyncio.create_task(self._move(thread))  # a task for the lease

    async def _move(self, thread: ThreadRef) -> Outcome:
        hold = await self._queue.hold(thread)
        if hold is None:
            return Outcome.BUSY
        async with renewed(self._queue, hold, self._services.lease):
            return await self._moved(hold.claim)

    async def _moved(self, claim: Claim) -> Outcome:
        before = await self._services.recovery.find(claim.turn.thread, claim)
        if not self._migration.is_needed(before):
            return Outcome.THERE
        await self._services.stores.auditor.record(Act.MOVED, claim.turn.thread, None)
        after = await self._migration.moved(claim, before)
        if not self._migration.is_needed(after):
            return Outcome.MOVED
        return Outcome.LOST if after == before else Outcome.PARTLY
