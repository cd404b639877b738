"""How many turns a second, and how that grows with workers, on cores of their own.

The workers share half of the cores; web, Redis and the world outside have the others. With a model
that takes no time, the processor is the limit: on fewer cores than workers, more of them should
cost no more. With one that takes its time and few turns at once in each worker, waiting is the
limit: then twice the workers should answer twice as much.
"""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from statistics import median

import psutil

from bot.adapters.redis.connection.embedded import embedded_server
from tests.benchmarks.crew import UNPACED, Stage, cpu, open_stage, open_web, python, seat
from tests.benchmarks.figures import Effort, Figure, Goal

NAME = "throughput"
AT_ONCE = 32
WORKERS = (1, 2, 4)
_WRITES = 1.0  # seconds that the model takes, where waiting is the limit
_PLACES = 3  # turns at once in each worker then


async def measure(effort: Effort) -> list[Figure]:
    """Measure with one worker, with two and with four."""
    with _cores() as (own, where):
        async with embedded_server() as redis_url, open_stage(0) as stage:
            environ = {**stage.environ, "REDIS_URL": redis_url, **UNPACED}
            await seat(environ, stage.team, 1)
            async with open_web(environ) as (web, url):
                await stage("deliver", url=url)
                others = [web, stage.process]
                rounds = {
                    count: await _round(stage, environ, count, own, others, effort.turns, effort)
                    for count in WORKERS
                }
                await stage("write_for", seconds=_WRITES)
                few = {**environ, "PANELBOT_CONCURRENCY": str(_PLACES)}
                waiting = {
                    count: (await _round(stage, few, count, own, [], count * _PLACES * 2, effort))[
                        0
                    ]
                    for count in WORKERS
                }
    return [
        *_busy(rounds, where),
        Figure(NAME, "processor for a turn, web", rounds[1][2], "ms"),
        Figure(NAME, "processor for a turn, the local Slack and model", rounds[1][3], "ms"),
        *_growth(waiting, where),
    ]


def _busy(rounds: Mapping[int, list[float]], where: str) -> list[Figure]:
    rate, work, *_ = rounds[1]
    figures = [Figure(NAME, f"turns, 1 worker on {where}", rate, "1/s")]
    for count in WORKERS[1:]:
        name = f"{count} workers on {where}"
        figures += [
            Figure(NAME, f"turns, {name}", rounds[count][0], "1/s", rate, "1 worker"),
            Figure(NAME, f"processor for a turn, {name}", rounds[count][1], "ms", work, "1 worker"),
        ]
    return figures


def _growth(rates: Mapping[int, float], where: str) -> list[Figure]:
    how = f"each with {_PLACES} turns at once of {_WRITES:g} s, on {where}"
    return [
        Figure(
            NAME,
            f"turns, {count} workers, {how}",
            rates[count],
            "1/s",
            rates[1] * count,
            f"{count} times 1 worker",
            Goal(0.9, at_least=True),
        )
        for count in WORKERS[1:]
    ]


async def _round(
    stage: Stage,
    environ: Mapping[str, str],
    count: int,
    cores: list[int],
    others: list[psutil.Process],
    turns: int,
    effort: Effort,
) -> list[float]:
    """Return the turns a second, and the milliseconds of a turn: all workers', each other's."""
    async with _workers(environ, count, cores) as workers:
        await _ask(stage, turns)  # all warm up once
        groups = [workers, *([other] for other in others)]
        before = [_used(group) for group in groups]
        rates = [turns / await _ask(stage, turns) for _ in range(effort.rounds)]
        used = [_used(group) - since for group, since in zip(groups, before, strict=True)]
    return [median(rates), *(seconds * 1000 / turns / effort.rounds for seconds in used)]


def _used(processes: list[psutil.Process]) -> float:
    return sum(map(cpu, processes))


async def _ask(stage: Stage, turns: int) -> float:
    told = await stage("turns", count=turns, at_once=AT_ONCE, replies=1)
    return float(told["seconds"])


@contextmanager
def _cores() -> Iterator[tuple[list[int], str]]:
    """Keep this process, and what it starts, off the workers' cores; gives which these are."""
    cores = sorted(os.sched_getaffinity(0))
    half = max(1, min(len(cores) // 2, max(WORKERS)))
    os.sched_setaffinity(0, cores[:-half] or cores)
    try:
        yield cores[-half:], f"{half} of {len(cores)} cores"
    finally:
        os.sched_setaffinity(0, cores)


@asynccontextmanager
async def _workers(
    environ: Mapping[str, str], count: int, cores: list[int]
) -> AsyncIterator[list[psutil.Process]]:
    """Start so many workers; each has a core of its own while there are enough."""
    async with AsyncExitStack() as opened:
        workers = []
        for number in range(count):
            worker, _ = await opened.enter_async_context(python("bot", "worker", environ=environ))
            worker.cpu_affinity([cores[number % len(cores)]])
            workers.append(worker)
        yield workers
