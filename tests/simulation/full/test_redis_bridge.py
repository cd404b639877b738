"""Redis on the simulated network, as the bot's own client and scripts see it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

from bot.adapters.redis.connection import client
from bot.adapters.redis.connection.scripting import Connection
from bot.panel.errors import StoreUnavailable
from tests.simulation.full.network import NetworkedLoop
from tests.simulation.full.redis_bridge import RedisBridge
from tests.simulation.process import Process
from tests.simulation.redis_server import RedisServer, redis_server

Story = Callable[[NetworkedLoop, RedisBridge, Connection], Awaitable[None]]
URL = "redis://127.0.0.1:6379/0"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


def run(server: RedisServer, story: Story) -> None:
    loop = NetworkedLoop(1)
    server.begin(loop.time)
    bridge = RedisBridge(loop, server)

    async def work() -> None:
        bridge.start()
        redis = client.connect(URL)
        await story(loop, bridge, redis)
        await redis.aclose()

    try:
        loop.run(work())
    finally:
        loop.close()
    assert not loop.errors


def test_commands_in_one_pass_and_transactions_are_answered(server: RedisServer):
    async def story(_: NetworkedLoop, bridge: RedisBridge, redis: Connection) -> None:
        await asyncio.gather(*(redis.rpush("list", n) for n in range(5)))
        async with redis.pipeline(transaction=True) as pipe:
            pipe.set("key", "v", ex=100)
            pipe.ttl("key")
            assert await pipe.execute() == [True, 100]
        assert await redis.lrange("list", 0, -1) == [*"01234"]

    run(server, story)


def test_who_waits_for_a_list_gets_what_others_put_into_it(server: RedisServer):
    async def story(loop: NetworkedLoop, bridge: RedisBridge, redis: Connection) -> None:
        first = asyncio.create_task(redis.blpop(["list"], timeout=4))
        await asyncio.sleep(1)
        second = asyncio.create_task(redis.blpop(["list"], timeout=4))
        await asyncio.sleep(1)
        began = loop.time()
        await redis.rpush("list", "element")
        assert await first == ("list", "element")
        assert loop.time() - began < 1
        assert await second is None
        assert 3 < loop.time() - began < 4

    run(server, story)


def test_a_restart_breaks_connections_and_loses_no_data(server: RedisServer):
    async def story(loop: NetworkedLoop, bridge: RedisBridge, redis: Connection) -> None:
        await redis.set("key", "v")
        bridge.kill()
        with pytest.raises(StoreUnavailable):
            await redis.get("key")
        await asyncio.sleep(30)
        bridge.start()
        assert await redis.get("key") == "v"

    run(server, story)


def test_the_commands_of_the_dead_wait_no_more(server: RedisServer):
    async def story(loop: NetworkedLoop, bridge: RedisBridge, redis: Connection) -> None:
        other = Process(loop, "other")
        other.spawn(client.connect(URL).blpop(["list"], timeout=4))
        await asyncio.sleep(1)
        assert len(bridge.waiters.all) == 1
        other.kill()
        await asyncio.sleep(1)
        assert not bridge.waiters.all

    run(server, story)
