"""The queue by itself: how soon a waiting worker has a turn, and how many go in and out a second.

Both sides are in this process, with connections of their own; so is what the queue is compared
with, a list in Redis without a library (``floor.py``): not in order within threads, not fair to
channels, and lost with its worker.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from statistics import median, quantiles
from typing import Any, Protocol

from bot.adapters.redis.connection.embedded import embedded_server
from bot.assembly.storage import open_storage
from bot.operations.queue_admin import QueueAdmin
from bot.panel.model import Claim, Message, MessageTs, ThreadRef, UserId
from bot.settings.environment import read
from tests.benchmarks.figures import Effort, Figure, Goal
from tests.benchmarks.floor import Redis, open_redis

NAME = "queue"
A_LIST = "a list"
ONE, _WORKSPACES = "one workspace", 100
MANY = f"{_WORKSPACES} workspaces"
_MANY = {
    "PANELBOT_CLIENT_ID": "1.1",
    "PANELBOT_CHANNEL_CONCURRENCY": "1000",
    "PANELBOT_WORKSPACE_CONCURRENCY": "10000",
}
_AT_ONCE = 16
_PAUSE = 0.005  # seconds in which the worker begins to wait
_CHANNELS = 1000


class Queue(Protocol):
    """What the two contenders can do."""

    async def put(self) -> None:
        """Add one more turn."""

    async def claim(self) -> Any:
        """Wait for the next turn and take it."""

    async def done(self, claimed: Any) -> None:
        """Forget the turn."""


class Ours:
    """The bot's queue: each turn is of a thread of its own, in so many workspaces."""

    def __init__(self, web: QueueAdmin, worker: QueueAdmin, workspaces: int = 1) -> None:
        self._web, self._worker = web, worker
        self._numbers = count()
        self._workspaces = workspaces

    async def put(self) -> None:
        number = next(self._numbers)
        ts = MessageTs(f"{1_700_000_000 + number}.123456")
        message = Message(ts, UserId("U1"), "What do you think of it?", mentioned=True)
        team = f"T{1 + number % self._workspaces}"
        await self._web.put(ThreadRef(team, f"C{number % _CHANNELS:010}", ts), message)

    async def claim(self) -> Claim:
        return await self._worker.claim()

    async def done(self, claimed: Claim) -> None:
        await self._worker.done(claimed)


class AList:
    """A list in Redis, from which turns are moved to that of running ones."""

    def __init__(self, connections: Sequence[Redis]) -> None:
        self._numbers = count()
        self._free: asyncio.Queue[Redis] = asyncio.Queue()
        for connection in connections:
            self._free.put_nowait(connection)

    async def put(self) -> None:
        await self._send("RPUSH", "turns", f"What do you think of it? {next(self._numbers)}")

    async def claim(self) -> str:
        return await self._send("BLMOVE", "turns", "running", "LEFT", "RIGHT", "0")

    async def done(self, claimed: str) -> None:
        await self._send("LREM", "running", "1", claimed.strip())

    async def _send(self, *command: str) -> str:
        connection = await self._free.get()
        try:
            return await connection(*command)
        finally:
            self._free.put_nowait(connection)


async def measure(effort: Effort) -> list[Figure]:
    """Measure the delay with empty queues, and then the rates as they are filled."""
    async with _both() as (ours, a_list):
        figures = _delay(await _delays(ours, effort), await _delays(a_list, effort))
        before = 0
        for queued in effort.queued:
            for queue in (ours, a_list):
                await _often(queue.put, queued - before)
            rates, least = await _rates(ours, effort.events), await _rates(a_list, effort.events)
            figures += [
                Figure(NAME, f"{what}, {queued:,} queued", rates[what], "1/s", least[what], A_LIST)
                for what in rates
            ]
            before = queued
    return figures + await _shared(effort)


async def _shared(effort: Effort) -> list[Figure]:
    """Compare the queue of many workspaces with that of one, each as full."""
    async with _queue({}) as one, _queue(_MANY) as many:
        queues = {ONE: Ours(*one), MANY: Ours(*many, workspaces=_WORKSPACES)}
        for queue in queues.values():
            await _often(queue.put, effort.queued[0])
        rounds: dict[str, list[dict[str, float]]] = {ONE: [], MANY: []}
        for _ in range(effort.rounds):
            for name, queue in queues.items():
                rounds[name].append(await _rates(queue, effort.events))
    figures = []
    for what in rounds[ONE][0]:
        of_one, of_many = (median(found[what] for found in rounds[name]) for name in (ONE, MANY))
        name = f"{what}, {effort.queued[0]:,} queued, {MANY}"
        figures.append(Figure(NAME, name, of_many, "1/s", of_one, ONE, Goal(0.7, at_least=True)))
    return figures


async def _delays(queue: Queue, effort: Effort) -> Sequence[float]:
    """Return the milliseconds from putting a turn until a waiting worker has it, by percent."""
    late = []
    for _ in range(effort.events):
        claim = asyncio.create_task(queue.claim())
        await asyncio.sleep(_PAUSE)
        since = time.perf_counter()
        put = asyncio.create_task(queue.put())
        claimed = await claim
        late.append((time.perf_counter() - since) * 1000)
        await put
        await queue.done(claimed)
    return quantiles(late, n=100, method="inclusive")


def _delay(ours: Sequence[float], least: Sequence[float]) -> list[Figure]:
    goals = {50: None, 99: Goal(10, of_ratio=False)}
    return [
        Figure(
            NAME,
            f"from put to claim, {share} %",
            ours[share - 1],
            "ms",
            least[share - 1],
            A_LIST,
            goal,
        )
        for share, goal in goals.items()
    ]


async def _rates(queue: Queue, turns: int) -> dict[str, float]:
    """Return how many turns a second are put, and taken and done; as many are there as before."""

    async def work() -> None:
        await queue.done(await queue.claim())

    return {"put": await _often(queue.put, turns), "claimed and done": await _often(work, turns)}


async def _often(work: Callable[[], Awaitable[None]], times: int) -> float:
    """Do it so often, _AT_ONCE at a time; returns how often a second."""
    left = iter(range(times))

    async def some() -> None:
        for _ in left:
            await work()

    since = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(_AT_ONCE)))
    return times / (time.perf_counter() - since)


@asynccontextmanager
async def _queue(environ: Mapping[str, str]) -> AsyncIterator[tuple[QueueAdmin, QueueAdmin]]:
    """Open a Redis of its own; gives both sides of the queue."""
    async with AsyncExitStack() as opened:
        url = await opened.enter_async_context(embedded_server())
        config = read({**environ, "REDIS_URL": url})
        web, worker = [await opened.enter_async_context(open_storage(config)) for _ in range(2)]
        yield web.queue, worker.queue


@asynccontextmanager
async def _both() -> AsyncIterator[tuple[Ours, AList]]:
    async with AsyncExitStack() as opened:
        url = await opened.enter_async_context(embedded_server())
        config = read({"REDIS_URL": url})
        web, worker = [await opened.enter_async_context(open_storage(config)) for _ in range(2)]
        connections = [await opened.enter_async_context(open_redis(url)) for _ in range(_AT_ONCE)]
        yield Ours(web.queue, worker.queue), AList(connections)
