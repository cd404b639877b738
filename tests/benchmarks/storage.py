"""What threads cost: a turn's time when many are remembered, and the bytes of Redis of each."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from statistics import median
from typing import Any

from bot.adapters.redis.connection.embedded import embedded_server
from bot.adapters.redis.connection.scripting import Connection
from bot.assembly.storage import Storage, open_storage
from bot.panel.links import ThreadLinks
from bot.panel.model import ConversationId, ExpertName, ThreadRef
from bot.panel.threads.thread_store import Standing
from bot.settings.environment import read
from tests.benchmarks.crew import UNPACED, Stage, open_bot, open_stage, seat, until_idle
from tests.benchmarks.figures import Effort, Figure, Goal

NAME = "storage"
EXPERTS = 4
TURNS = 10  # in a row, in each round
_AT_ONCE = 500  # threads stored side by side


async def measure(effort: Effort) -> list[Figure]:
    """Fill a Redis for every number of threads, then let bots answer before each by turns."""
    async with AsyncExitStack() as opened:
        stage = await opened.enter_async_context(open_stage(0))
        urls = {
            count: await opened.enter_async_context(embedded_server()) for count in effort.stored
        }
        bytes_each = 0.0
        for count, url in urls.items():
            await seat({**stage.environ, "REDIS_URL": url}, stage.team, EXPERTS)
            bytes_each = await _fill({**stage.environ, "REDIS_URL": url}, stage.team, count)
        times = await _times(stage, urls, effort)
    few, *more = effort.stored
    figures = [Figure(NAME, f"a turn, {few:,} threads stored", times[few], "ms")]
    figures += [
        Figure(
            NAME,
            f"a turn, {count:,} threads stored",
            times[count],
            "ms",
            times[few],
            f"{few:,} stored",
            Goal(1.1),
        )
        for count in more
    ]
    goal = Goal(1200, of_ratio=False)
    figures.append(
        Figure(NAME, f"Redis, a thread with {EXPERTS} experts", bytes_each, "B", goal=goal)
    )
    return [*figures, *await _turn_bytes(effort.turns // 3)]


async def _times(stage: Stage, urls: Mapping[int, str], effort: Effort) -> dict[int, float]:
    """Return the milliseconds of a turn by the number of threads stored: medians."""
    taken: dict[int, list[float]] = {count: [] for count in urls}
    for _ in range(effort.rounds):
        for count, url in urls.items():
            async with open_bot(stage, {**stage.environ, "REDIS_URL": url, **UNPACED}):
                turns = [
                    await stage.turn(replies=EXPERTS, place=n)
                    for n in range(min(TURNS, effort.turns) + 3)
                ]
            taken[count] += [turn["last"] * 1000 for turn in turns[3:]]
    return {count: median(found) for count, found in taken.items()}


async def _fill(environ: Mapping[str, str], team: str, count: int) -> float:
    """Store so many threads as turns leave them behind; returns the bytes of each.

    Each connection takes some kB that Redis does not tell apart, so those that store are closed.
    """
    async with _redis(environ) as (redis, _):
        before = await _used(redis)
    async with _redis(environ) as (_, memory):

        async def store(number: int) -> None:
            thread = ThreadRef(team, f"C{number % 1000:010}", f"{1_700_000_000 + number}.123456")
            await memory.threads.save_links(thread, _links(number))
            await memory.threads.set_standing(thread, Standing.OURS)

        for first in range(0, count, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, count))
            await asyncio.gather(*map(store, numbers))
    async with _redis(environ) as (redis, _):
        return (await _used(redis) - before) / count


def _links(number: int) -> ThreadLinks:
    """Return links with ids as long as OpenAI's."""
    ids = [ConversationId(f"conv_{number:024x}{who:024x}") for who in range(EXPERTS + 1)]
    names = (ExpertName(f"e{who}") for who in range(EXPERTS))
    return ThreadLinks(ids[0], dict(zip(names, ids[1:], strict=True)))


async def _turn_bytes(count: int) -> list[Figure]:
    """Count the bytes of so many turns that wait for their experts, and what they leave behind."""
    async with embedded_server() as url, open_stage(0) as stage:
        environ = {**stage.environ, "REDIS_URL": url, **UNPACED}
        await seat(environ, stage.team, EXPERTS)
        async with _redis(environ) as (redis, _), open_bot(stage, environ):
            await stage.turn(replies=EXPERTS)
            sizes = [await _left(redis, environ)]
            await stage("write_for", seconds=count / 8)  # all are asked before the first answers
            await stage("ask", count=count)
            await _until_asked(stage, (count + 1) * (EXPERTS + 1))
            sizes += [await _keys(redis), await _left(redis, environ)]
            await stage("write_for", seconds=0)
            await stage("ask_again", text="and you, e0?")
            await _until_asked(stage, (count + 1) * (EXPERTS + 1) + count * 2)
            sizes.append(await _left(redis, environ))
    nothing, running, first, further = (size / count for size in sizes)
    small = Goal(200, of_ratio=False)
    return [
        Figure(NAME, "Redis, a running turn and its thread", running - nothing, "B"),
        Figure(NAME, "Redis, what a thread's first turn leaves", first - nothing, "B"),
        Figure(
            NAME,
            "Redis, what a further turn of one expert leaves",
            further - first,
            "B",
            goal=small,
        ),
    ]


async def _until_asked(stage: Stage, responses: int) -> None:
    """Return when the model has been asked for so many responses."""
    async with asyncio.timeout(60):
        while (await stage("calls"))["calls"]["openai"].get("POST /v1/responses", 0) < responses:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


async def _left(redis: Connection, environ: Mapping[str, str]) -> int:
    """Return the bytes of all keys when no turn runs and nothing waits to be sent to Slack."""
    await until_idle(environ)
    before = 0
    while (now := await _keys(redis)) != before:
        before = now
        await asyncio.sleep(1)
    return now


async def _keys(redis: Connection) -> int:
    """Return the bytes of all keys with their values."""
    keys = [key async for key in redis.scan_iter(count=1000)]
    return sum([await redis.memory_usage(key, samples=0) or 0 for key in keys])


async def _used(redis: Connection) -> int:
    """Return the bytes that the server uses, but for the buffers of its clients."""
    stats: dict[str, Any] = await redis.memory_stats()
    return int(stats["total.allocated"]) - int(stats["clients.normal"])


@asynccontextmanager
async def _redis(
    environ: Mapping[str, str],
) -> AsyncIterator[tuple[Connection, Storage]]:
    async with open_storage(read(environ)) as memory:
        yield memory.redis, memory
