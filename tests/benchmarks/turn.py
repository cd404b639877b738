"""What a turn takes of its worker: processor, calls, connections and trips to Redis.

The floor is a script without libraries that makes the calls that a turn cannot do without
(``floor.py``). The model takes no time, and whatever is compared goes by turns.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from statistics import median
from typing import NamedTuple

from psutil import Process

from bot.adapters.redis.connection.embedded import embedded_server
from tests.benchmarks import floor
from tests.benchmarks.crew import (
    UNPACED,
    Stage,
    cpu,
    free_port,
    open_stage,
    open_web,
    python,
    seat,
    until_idle,
)
from tests.benchmarks.figures import Effort, Figure, Goal
from tests.benchmarks.floor import Redis

NAME = "turn"
AT_ONCE = 32
SIZES = (1, 4)
_SMALL, _LARGE = 5, 100  # experts of a panel of whom one is asked
FLOOR = "the floor"
_COUNTED = 20  # turns, one at a time

Counts = Mapping[str, float]
Turns = Callable[[int, int], Awaitable[None]]  # how many, and how many at once
Used = Callable[[], float]  # seconds of processor
Panel = tuple[Turns, Used]


async def measure(effort: Effort) -> list[Figure]:
    """Compare the worker with the floor; large panels, metrics and traces with none of these."""
    by_size = [figure for size in SIZES for figure in await _compare(size, effort)]
    others = (_one_of_many, _with_metrics, _with_traces)
    return [*by_size, *[await other(effort) for other in others]]


async def _one_of_many(effort: Effort) -> Figure:
    """Compare questions to one expert of a large panel with those to one of a small one."""
    async with _open_panel(_SMALL) as of_few, _open_panel(_LARGE) as of_many:
        few, many = await by_turns(of_few, of_many, effort)
    name, against = f"processor of the worker, one of {_LARGE} experts", f"one of {_SMALL}"
    return Figure(NAME, name, many, "ms", few, against, Goal(1.3))


async def _with_metrics(effort: Effort) -> Figure:
    """Compare a worker that counts for Prometheus with one that does not."""
    metrics = {"PANELBOT_METRICS": "on", "PANELBOT_HEALTH_PORT": str(free_port())}
    async with _open_panel(_SMALL) as quiet, _open_panel(_SMALL, metrics) as counting:
        without, with_them = await by_turns(quiet, counting, effort)
    name = "processor of the worker, with metrics"
    return Figure(NAME, name, with_them, "ms", without, "without", Goal(1.03))


async def _with_traces(effort: Effort) -> Figure:
    """Compare a worker that sends traces to a collector with one that makes none."""
    async with python("tests.collector", environ={}, says=True) as (_, url):
        traces = {"OTEL_EXPORTER_OTLP_ENDPOINT": url.strip()}
        async with _open_panel(_SMALL) as quiet, _open_panel(_SMALL, traces) as traced:
            without, with_them = await by_turns(quiet, traced, effort)
    name = "processor of the worker, with traces"
    return Figure(NAME, name, with_them, "ms", without, "without", Goal(1.1))


class Bot(NamedTuple):
    """A web process and a worker, with what surrounds them."""

    stage: Stage
    environ: Mapping[str, str]
    worker: Process


@asynccontextmanager
async def open_worker(
    size: int, settings: Mapping[str, str] | None = None, purpose: str = "All."
) -> AsyncIterator[Bot]:
    """Start the bot with a panel of that *size*, and a worker with these *settings*."""
    async with embedded_server() as redis_url, open_stage(0) as stage:
        environ = {**stage.environ, "REDIS_URL": redis_url, **UNPACED}
        await seat(environ, stage.team, size, purpose=purpose)
        async with (
            open_web(environ) as (_, url),
            python("bot", "worker", environ={**environ, **(settings or {})}) as (worker, _),
        ):
            await stage("deliver", url=url)
            yield Bot(stage, environ, worker)


@asynccontextmanager
async def _open_panel(size: int, settings: Mapping[str, str] | None = None) -> AsyncIterator[Panel]:
    """Start the bot with a panel of that *size*; gives what asks one of it, and what that took."""
    async with open_worker(size, settings) as (stage, _, worker):

        async def ask_one(turns: int, at_once: int) -> None:
            await stage("turns", count=turns, at_once=at_once, replies=1, text="e0, and you?")

        yield ask_one, lambda: cpu(worker)


async def _compare(size: int, effort: Effort) -> list[Figure]:
    async with (
        open_worker(size) as (stage, environ, worker),
        floor.open_floors(environ, AT_ONCE) as floors,
        floor.open_redis(environ["REDIS_URL"]) as redis,
    ):

        async def by_worker(turns: int, at_once: int) -> None:
            await stage("turns", count=turns, at_once=at_once, replies=size)

        async def by_floor(turns: int, at_once: int) -> None:
            threads = (await stage("say", count=turns))["threads"]
            await floor.answer(threads, size, floors[:at_once])

        ours, least = [], []
        for _ in range(effort.rounds + 1):
            ours.append(await _work(by_worker, lambda: cpu(worker), effort))
            least.append(await _work(by_floor, time.process_time, effort))
        await until_idle(environ)
        counts, least_counts = [
            await _counts(turns, stage, redis) for turns in (by_worker, by_floor)
        ]
    who = f"{size} expert{'s' * (size > 1)}"
    work = median(ours[1:]), "ms", median(least[1:]), FLOOR, Goal(4)  # both warm up once
    return [
        Figure(NAME, f"processor of the worker, {who}", *work),
        *(
            Figure(NAME, f"{what}, {who}", counts[what], "", least_counts[what], FLOOR)
            for what in counts
        ),
    ]


async def by_turns(one: Panel, other: Panel, effort: Effort) -> tuple[float, float]:
    """Return the milliseconds that a turn of each takes, asked by turns."""
    works = [
        [await _work(*panel, effort) for panel in (one, other)] for _ in range(effort.rounds + 1)
    ]
    first, second = map(median, zip(*works[1:], strict=True))  # both warm up once
    return first, second


async def _work(turns: Turns, used: Used, effort: Effort) -> float:
    """Return the milliseconds of processor that each of many turns takes."""
    since = used()
    await turns(effort.turns, AT_ONCE)
    return (used() - since) / effort.turns * 1000


async def _counts(turns: Turns, stage: Stage, redis: Redis) -> Counts:
    """Return what one turn makes of each, once everything is warm."""
    before = await _so_far(stage, redis)
    await turns(_COUNTED, 1)
    await asyncio.sleep(0.2)  # the last one's reply is not yet its end
    after = await _so_far(stage, redis)
    return {what: (after[what] - count) / _COUNTED for what, count in before.items()}


async def _so_far(stage: Stage, redis: Redis) -> Counts:
    lines = (await redis("INFO", "stats")).split()
    stats = dict(line.split(":") for line in lines if line.startswith("total_"))
    told = await stage("calls")
    return {
        "calls to OpenAI": sum(told["calls"]["openai"].values()),
        "calls to Slack": sum(told["calls"]["slack"].values()),
        "new connections to both": sum(told["connections"].values()),
        "trips to Redis (web's too)": int(stats["total_reads_processed"]),
        "commands in Redis (scripts' too)": int(stats["total_commands_processed"]),
    }
