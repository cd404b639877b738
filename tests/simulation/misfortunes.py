"""What befalls the processes and the stores while people talk."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

from tests.simulation.domain.fleet import Fleet, Worker
from tests.simulation.kinds import Kind

_PAUSES = (3.0, 12.0, 20.0, 40.0)  # seconds: some longer than a lease


class Misfortunes:
    """Comes over *fleet* in the course of so many seconds."""

    def __init__(self, fleet: Fleet, kind: Kind, span: float) -> None:
        self._fleet = fleet
        self._kind = kind
        self._span = span
        self._random = fleet.loop.random

    async def strike(self, threads: int) -> None:
        """Let everything happen that is due for so many threads."""
        await asyncio.gather(*(self._at_some_time(one) for one in self._due(threads)))

    def _due(self, threads: int) -> Iterator[Callable[[], Awaitable[None]]]:
        kind = self._kind
        for times, deed in (
            (kind.kills, self.kill),
            (kind.pauses, self.pause),
            (kind.drains, self.drain),
            (kind.flushes, self.flush),
            (kind.outages, self.store_away),
        ):
            share = times * threads / 10
            often = int(share) + (self._random.random() < share % 1)
            yield from (deed for _ in range(often))

    async def _at_some_time(self, deed: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(self._random.random() * self._span)
        await deed()

    async def kill(self) -> None:
        """Kill a worker; another is started soon."""
        if worker := self._any_worker():
            worker.process.kill()
        await asyncio.sleep(self._random.random() * 5)
        self._fleet.start_worker()

    async def pause(self) -> None:
        """Let a worker stand still, perhaps for longer than its leases."""
        if worker := self._any_worker():
            worker.process.pause(self._random.choice(_PAUSES))

    async def drain(self) -> None:
        """Start another worker in the place of one, which finishes what it has."""
        self._fleet.start_worker()
        if worker := self._any_worker():
            worker.drain()

    async def flush(self) -> None:
        """Lose what is remembered of threads, but not the turns."""
        self._fleet.loop.note("flush")
        self._fleet.memory.threads.lose_everything()

    async def store_away(self) -> None:
        """Let the store be away for a while."""
        self._fleet.loop.note("store away")
        away = self._fleet.net.away
        away.add("store")
        await asyncio.sleep(self._random.choice((1.0, 6.0, 20.0)))
        away.discard("store")

    def _any_worker(self) -> Worker | None:
        alive = [w for w in self._fleet.workers if w.process.is_alive and not w.main.done()]
        return self._random.choice(alive) if alive else None
