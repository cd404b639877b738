"""The events of one answer: written once, read by whoever follows, from wherever they begin."""

import asyncio
from collections.abc import AsyncIterator

from bot.playground.openai.stand_in.brain import StreamItem


class EventLog:
    """Keeps the events, so that readers neither miss any nor hold up the writer."""

    def __init__(self) -> None:
        self.items: list[StreamItem] = []
        self._changed = asyncio.Event()
        self._ended = False

    def add(self, item: StreamItem) -> None:
        """Add an event."""
        self.items.append(item)
        self._changed.set()

    def end(self) -> None:
        """Let readers know that nothing follows."""
        self._ended = True
        self._changed.set()

    def abandon(self) -> None:
        """Do nothing about a client that has gone."""

    async def follow(self, after: int = -1) -> AsyncIterator[list[StreamItem]]:
        """Yield the events after number *after* in batches, as they come."""
        place = after + 1
        while True:
            if place < len(self.items):
                batch, place = self.items[place:], len(self.items)
                yield batch
            elif self._ended:
                return
            else:
                self._changed.clear()
                await self._changed.wait()

    async def wait(self) -> None:
        """Return when the last event has been added."""
        async for _ in self.follow():
            pass
