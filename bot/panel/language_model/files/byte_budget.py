"""A budget of bytes for what a process holds: whoever wants more than is left waits in line."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Share:
    """A part of a budget, in bytes; some of it can be given back early."""

    def __init__(self, budget: "ByteBudget", size: int) -> None:
        self._budget = budget
        self.size = size

    def keep(self, size: int) -> None:
        """Give back all but *size* bytes."""
        surplus = max(self.size - size, 0)
        self.size -= surplus
        self._budget.give_back(surplus)


class ByteBudget:
    """*most* bytes that can be held at once."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most
        self._line: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def share(self, size: int) -> AsyncIterator[Share]:
        """Hold *size* bytes, or the whole budget, while the block runs; first wait for them.

        Nobody may wait for a second share while holding one.
        """
        share = Share(self, min(size, self._most))
        await self._take(share.size)
        try:
            yield share
        finally:
            share.keep(0)

    def give_back(self, size: int) -> None:
        self._left += size
        while self._line and self._line[0][0] <= self._left:
            wanted, turn = self._line.popleft()
            self._left -= wanted
            turn.set_result(None)

    async def _take(self, size: int) -> None:
        if not size or (not self._line and size <= self._left):
            self._left -= size
            return
        place = size, asyncio.get_running_loop().create_future()
        self._line.append(place)
        try:
            await place[1]
        except asyncio.CancelledError:
            if place in self._line:
                self._line.remove(place)
                self.give_back(0)  # whoever stood behind may go now
            else:
                self.give_back(size)
            raise
