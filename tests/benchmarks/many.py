"""Many turns at once in one worker, each of which waits for a model that takes half a minute."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.adapters.redis.connection.embedded import embedded_server
from bot.assembly.storage import open_storage
from bot.settings.environment import read
from tests.benchmarks.crew import UNPACED, cpu, free_port, open_stage, open_web, python, seat
from tests.benchmarks.figures import Effort, Figure, Goal
from tests.benchmarks.memory import peak, resident
from tests.benchmarks.watched_worker import watch

NAME = "many at once"
IDLE_PROCESS = "an idle process"  # which shows how busy the machine is besides
SIZES = (1, 4)
_WARM = 20  # turns
_WATCHED = 15.0  # seconds, in which as many turns begin as end


async def measure(effort: Effort) -> list[Figure]:
    """Measure with one expert, and with four at once."""
    return [figure for size in SIZES for figure in await _measure(size, effort)]


async def _measure(size: int, effort: Effort) -> list[Figure]:
    """Begin ten turns a second until as many end."""
    seconds, rate, watched = (30.0, 10.0, _WATCHED) if effort.rounds > 1 else (0.5, 4.0, 1.0)
    count = round(seconds * rate)
    async with embedded_server() as redis_url, open_stage(0) as stage:
        environ = {**stage.environ, "REDIS_URL": redis_url, **UNPACED}
        await seat(environ, stage.team, size)
        port = free_port()
        async with (
            open_web(environ) as (_, url),
            python("tests.benchmarks.watched_worker", str(port), environ=environ) as (worker, _),
            open_storage(read(environ)) as storage,
            _watched() as own_port,
        ):
            await stage("deliver", url=url)
            await stage("turns", count=_WARM, at_once=1, replies=size)
            alone = resident(worker)
            await stage("write_for", seconds=seconds)
            await stage("ask", count=count, rate=rate)
            await asyncio.gather(_late(port), _late(own_port))  # from now on
            used = cpu(worker)
            most = await peak(worker, stage("ask", count=round(rate * watched), rate=rate))
            used = cpu(worker) - used
            late, idly_late = await asyncio.gather(_late(port), _late(own_port))
            running = (await storage.queue.depth()).running
            connections = len(worker.net_connections("tcp"))
    turns = f"{count} turns of {seconds:g} s, {size} expert{'s' * (size > 1)}"
    small, quick = Goal(300, of_ratio=False), Goal(50, of_ratio=False)
    return [
        Figure(NAME, f"{turns}: running at once", running, ""),
        Figure(NAME, f"{turns}: memory of their worker", most, "MB", alone, "one turn", small),
        Figure(NAME, f"{turns}: memory of each", (most - alone) / running * 1000, "kB"),
        Figure(NAME, f"{turns}: connections of their worker", connections / running, "a turn"),
        Figure(NAME, f"{turns}: processor of their worker", used / watched * 100, "%"),
        *(
            Figure(
                NAME,
                f"{turns}: loop late by at most, {share} %",
                late[share],
                "ms",
                idly_late[share],
                IDLE_PROCESS,
                goal,
            )
            for share, goal in (("50", None), ("99", quick))
        ),
    ]


@asynccontextmanager
async def _watched() -> AsyncIterator[int]:
    """Watch the loop of this process, which has nothing to do; gives the port where it tells."""
    port = free_port()
    watching = asyncio.create_task(watch(port))
    yield port
    watching.cancel()


async def _late(port: int) -> Mapping[str, float]:
    """Return how late the loop has been since the last time, by percent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told: dict[str, float] = json.loads(await reader.read())
    writer.close()
    return told
