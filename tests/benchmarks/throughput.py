"""How many turns a second, with a model that takes no time, and how that grows with workers.

Web, workers, Redis and the world outside are processes of their own; where they have to share
fewer cores than they are, the processor that each takes for a turn says more than the rate.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import median

import psutil

from bot.adapters.redis.connection.embedded import embedded_server
from tests.benchmarks.crew import UNPACED, Stage, cpu, open_stage, open_web, python, seat
from tests.benchmarks.figures import Effort, Figure

NAME = "throughput"
AT_ONCE = 32
EXPERTS = 1


@dataclass(frozen=True, slots=True)
class Rates:
    """What some rounds with some workers gave."""

    turns: float  # a second
    worker: float  # milliseconds of processor for a turn, all workers together
    web: float
    world: float


async def measure(effort: Effort) -> list[Figure]:
    """Measure with one worker and with two."""
    async with embedded_server() as redis_url, open_stage(0) as stage:
        environ = {**stage.environ, "REDIS_URL": redis_url, **UNPACED}
        await seat(environ, stage.team, EXPERTS)
        async with open_web(environ) as (web, url):
            await stage("deliver", url=url)
            one, two = [await _rates(stage, environ, web, workers, effort) for workers in (1, 2)]
    return [
        Figure(NAME, "turns, one worker", one.turns, "1/s"),
        Figure(NAME, "turns, two workers", two.turns, "1/s", one.turns, "one worker"),
        Figure(NAME, "processor for a turn, worker", one.worker, "ms"),
        Figure(NAME, "processor for a turn, worker of two", two.worker, "ms", one.worker, "of one"),
        Figure(NAME, "processor for a turn, web", one.web, "ms"),
        Figure(NAME, "processor for a turn, the local Slack and model", one.world, "ms"),
    ]


async def _rates(
    stage: Stage, environ: Mapping[str, str], web: psutil.Process, count: int, effort: Effort
) -> Rates:
    async with _workers(environ, count) as workers:
        await _round(stage, effort.turns)  # all warm up once
        watched = (*workers, web, stage.process)
        before = [cpu(process) for process in watched]
        rates = [effort.turns / await _round(stage, effort.turns) for _ in range(effort.rounds)]
        turns = effort.turns * effort.rounds
        *each, by_web, by_world = (
            (cpu(process) - used) / turns * 1000
            for process, used in zip(watched, before, strict=True)
        )
    return Rates(median(rates), sum(each), by_web, by_world)


async def _round(stage: Stage, turns: int) -> float:
    told = await stage("turns", count=turns, at_once=AT_ONCE, replies=EXPERTS)
    return float(told["seconds"])


@asynccontextmanager
async def _workers(environ: Mapping[str, str], count: int) -> AsyncIterator[list[psutil.Process]]:
    async with AsyncExitStack() as opened:
        args = ("bot", "worker")
        yield [
            (await opened.enter_async_context(python(*args, environ=environ)))[0]
            for _ in range(count)
        ]
