"""What a turn asks of Redis. Whoever adds a command to every turn, or a trip, has to say so here."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

from urllib.parse import urlsplit, urlunsplit

import pytest

from bot.assembly.parts import run_part
from bot.assembly.web import open_web
from bot.assembly.worker import open_worker
from bot.settings.environment import read
from tests.end_to_end.conftest import MENTION, World
from tests.end_to_end.redis_counter import RedisCounter

@pytest.fixture
async def worker(world: World, redis_url: str) -> AsyncIterator[RedisCounter]:
    """What stands between Redis and the worker of a bot whose first turn is over."""
    counter = RedisCounter(urlsplit(redis_url).port)
    async with counter.running():
        url = urlunsplit(urlsplit(redis_url)._replace(netloc=f"127.0.0.1:{counter.port}"))
        parts = [
            open_web(world.config()),
            open_worker(read(world.environ | {"REDIS_URL": url})),
        ]
        world.bots += [asyncio.create_task(run_part(part)) for part in parts]
        await world.slack.sockets.wait_for_connection()
        world.say(f"{MENTION} please ask legal, finance, product and security")
        await world.idle()
        yield counter
        await world.stop_bot()


@pytest.mark.parametrize("question", ["please ask legal", "please ask legal, finance, product and security"])
async def test_a(world: World, worker: RedisCounter, question):
    worker.take()
    ts = world.say(f"{MENTION} {question}")
    await world.idle()
    first = worker.take()
    world.say(f"and {question}?", ts)
    await world.idle()
    second = worker.take()
    for c in (first, second):
        print("====", len(c), sum(map(len,c)))
        for t in c: print("   ", t)
    assert 0
