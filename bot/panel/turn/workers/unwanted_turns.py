"""Turns that nobody wants any more: somebody stopped them, or deleted what they were to answer."""

import asyncio
from collections.abc import Mapping, Set
from contextlib import suppress

from bot.panel.errors import StoreUnavailable
from bot.panel.intake.turn_queue import TurnQueue, is_withdrawn
from bot.panel.model import Claim, MessageTs


class UnwantedTurns:
    """Those among the turns that a worker runs."""

    def __init__(self, queue: TurnQueue) -> None:
        self._queue = queue
        self._stopped: set[Claim] = set()
        self._withdrawn: set[Claim] = set()

    def __contains__(self, claim: Claim) -> bool:
        return claim in self._stopped or claim in self._withdrawn

    def is_withdrawn(self, claim: Claim) -> bool:
        """Whether the turn was found deleted while it ran."""
        return claim in self._withdrawn

    def forget(self, claim: Claim) -> None:
        self._stopped.discard(claim)
        self._withdrawn.discard(claim)

    async def cancel(self, running: Mapping[Claim, asyncio.Task[None]]) -> None:
        """Look which of the *running* turns nobody wants, and cancel these once."""
        if not running:
            return
        tasks = list(running.items())  # turns that start meanwhile are looked at later
        stops = await self._queue.stop_requests()
        deleted = await self._queue.deleted([claim.turn for claim, _ in tasks])
        for claim, task in tasks:
            thread = claim.turn.thread
            if task.done() or claim in self:
                continue
            if is_withdrawn(claim.turn, deleted.get(claim.turn.id, frozenset())):
                self._withdrawn.add(claim)
                task.cancel()
            elif thread in stops:
                self._stopped.add(claim)
                task.cancel()

    async def has(self, claim: Claim) -> bool:
        """Whether nobody wants the turn, perhaps since we last looked for stops."""
        with suppress(StoreUnavailable):
            if claim.turn.thread in await self._queue.stop_requests():
                self._stopped.add(claim)
        return claim in self

    async def deleted(self, claim: Claim) -> Set[MessageTs]:
        deleted = await self._queue.deleted([claim.turn])
        return deleted.get(claim.turn.id, frozenset())

    async def is_deleted(self, claim: Claim) -> bool:
        """Whether nothing is left to answer in the turn."""
        return is_withdrawn(claim.turn, await self.deleted(claim))
