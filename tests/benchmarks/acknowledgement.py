"""How fast events are acknowledged: against a Bolt app that does as little as it can.

A mention is two events, as from Slack; the bot looks into Redis and queues it, durably, before it
acknowledges. So it is compared with an app that writes each mention to Redis, once, and with one
that does nothing at all where the bot has nothing to do either. The receivers get the same events
by turns; then the same while a worker is busy with the turns that piled up.

The goal is how many events the same processor takes: how many a second depends on who else wants
the cores, among them Redis and the sender of the events.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import psutil

from bot.adapters.redis.connection.embedded import embedded_server
from tests.benchmarks.crew import (
    SIGNING_SECRET,
    UNPACED,
    Stage,
    cpu,
    free_port,
    open_stage,
    open_web,
    python,
    seat,
)
from tests.benchmarks.figures import Effort, Figure, Goal
from tests.benchmarks.load import Load, Times, load

NAME = "acknowledgement"
RATE = 100  # events a second under steady load: ten times what Slack sends one app at most
BARE, WRITING = "bare Bolt", "Bolt with one write"


@dataclass(slots=True)
class Receiver:
    """One of the contenders."""

    process: psutil.Process
    load: Load

    async def burst(self, payloads: list[Any]) -> tuple[float, float]:
        """Return the events taken a second, and the milliseconds of processor for each."""
        used = cpu(self.process)
        times = await self.load.burst(payloads)
        count = len(payloads)
        return count / times.total, (cpu(self.process) - used) / count * 1000


async def measure(effort: Effort) -> list[Figure]:
    """Compare the receivers."""
    async with embedded_server() as redis_url, open_stage(0) as stage:
        environ = {**stage.environ, "REDIS_URL": redis_url, **UNPACED}
        await seat(environ, stage.team, 1)
        async with (
            _bot(environ) as bot,
            _bare_bolt(environ) as bare,
            _bare_bolt(environ, redis_url) as writing,
        ):
            figures = [
                *await _bursts(stage, bot, writing, effort, mention=True),
                *await _bursts(stage, bot, bare, effort, mention=False),
            ]
            await stage("deliver", url=bot.load.url)  # what the bot posts comes back as events
            async with python("bot", "worker", environ=environ) as (worker, _):
                return figures + await _steady(stage, bot, writing, worker, effort)


async def _bursts(
    stage: Stage, bot: Receiver, least: Receiver, effort: Effort, *, mention: bool
) -> list[Figure]:
    ours, theirs = [], []
    for _ in range(effort.rounds + 1):
        payloads = await _events(stage, effort.events, mention=mention)
        theirs.append(await least.burst(payloads))
        ours.append(await bot.burst(payloads))
    (rate, work), (bare_rate, bare_work) = (
        [median(column) for column in zip(*found[1:], strict=True)] for found in (ours, theirs)
    )
    what, against, faster = ("mentions", WRITING, 1.2) if mention else ("chatter", BARE, 1.0)
    goal = Goal(round(1 / faster, 2))
    return [
        Figure(NAME, f"{what}, events", rate, "1/s", bare_rate, against),
        Figure(NAME, f"{what}, processor for an event", work, "ms", bare_work, against, goal),
    ]


async def _steady(
    stage: Stage, bot: Receiver, least: Receiver, worker: psutil.Process, effort: Effort
) -> list[Figure]:
    """Measure while the worker has more to do than it can."""
    count = round(RATE * effort.seconds)
    ours, theirs, busy = [], [], []
    for _ in range(effort.rounds):
        payloads = await _events(stage, count, mention=True)
        theirs.append(await least.load.steady(payloads, RATE))
        used = cpu(worker)
        ours.append(await bot.load.steady(payloads, RATE))
        busy.append((cpu(worker) - used) / ours[-1].total * 100)
    return [
        *(_late(percent, ours, theirs) for percent in (50, 99)),
        Figure(NAME, "processor that the worker took meanwhile", median(busy), "%"),
    ]


def _late(percent: int, ours: list[Times], theirs: list[Times]) -> Figure:
    """Return a percentile of the latency, the median of all rounds."""
    late, bare_late = (
        median(times.percentile(percent) * 1000 for times in found) for found in (ours, theirs)
    )
    goal = Goal(50, of_ratio=False) if percent == 99 else None
    name = f"{percent} % acknowledged within, worker saturated"
    return Figure(NAME, name, late, "ms", bare_late, WRITING, goal)


async def _events(stage: Stage, count: int, *, mention: bool) -> list[Any]:
    messages = count // 2 if mention else count
    return list((await stage("events", count=messages, mention=mention))["payloads"])


@asynccontextmanager
async def _bot(environ: dict[str, str]) -> AsyncIterator[Receiver]:
    async with open_web(environ) as (process, url), load(url, SIGNING_SECRET) as sender:
        yield Receiver(process, sender)


@asynccontextmanager
async def _bare_bolt(environ: dict[str, str], *redis_url: str) -> AsyncIterator[Receiver]:
    port = free_port()
    signed = {**environ, "SLACK_SIGNING_SECRET": SIGNING_SECRET}
    args = ("tests.benchmarks.bare_bolt", str(port), *redis_url)
    async with (
        python(*args, environ=signed, says=True) as (process, _),
        load(f"http://127.0.0.1:{port}/slack/events", SIGNING_SECRET) as sender,
    ):
        yield Receiver(process, sender)
