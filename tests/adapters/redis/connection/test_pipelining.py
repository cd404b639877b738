import asyncio
import gc
from urllib.parse import urlsplit

import pytest

from bot.adapters.redis.connection.pipelining import PipeliningRedis
from bot.adapters.redis.connection.scripting import Script
from bot.adapters.redis.connection.shared_connection import Command
from bot.panel import observing
from bot.panel.errors import StoreUnavailable
from bot.panel.observing import Kind, Observer
from tests.adapters.redis.proxies import Proxy
from tests.fakes.observer import Heard

LARGE = "x" * 20_000_000  # more than the buffers of both sides


@pytest.fixture
async def client(redis, redis_url):
    client = PipeliningRedis.from_url(redis_url, decode_responses=True, protocol=2)
    yield client
    await client.aclose()


async def trips(redis):
    """How often clients have come to the server so far; asking is one of them."""
    return (await redis.info("stats"))["total_reads_processed"]


async def test_each_caller_gets_its_own_answer(client):
    await asyncio.gather(*(client.set(f"key{number}", number) for number in range(100)))

    answers = await asyncio.gather(*(client.get(f"key{number}") for number in range(100)))

    assert answers == [str(number) for number in range(100)]


async def test_what_is_wanted_at_once_makes_one_trip(client, redis):
    await client.ping()
    before = await trips(redis)

    await asyncio.gather(*(client.incr("count") for _ in range(50)))

    assert await client.get("count") == "50"
    assert await trips(redis) - before == 3  # the fifty, the get, and this question


async def test_pipelines_share_that_trip_and_its_connection(client, redis):
    await client.ping()
    before = await trips(redis)

    async def count_twice(number):
        async with client.pipeline(transaction=False) as pipe:
            pipe.incr(f"count{number}")
            pipe.incr(f"count{number}")
            return await pipe.execute()

    assert await asyncio.gather(*map(count_twice, range(50))) == [[1, 2]] * 50
    assert await trips(redis) - before == 2
    assert len(client.connection_pool._in_use_connections) == 1


async def test_an_error_in_a_pipeline_is_raised_once_all_are_carried_out(client):
    await client.set("text", "not a number")
    async with client.pipeline(transaction=False) as pipe:
        pipe.incr("text")
        pipe.incr("number")
        with pytest.raises(StoreUnavailable, match="not an integer"):
            await pipe.execute()

    assert await client.get("number") == "1"


async def test_a_flood_shares_one_connection(client, redis):
    async def count_later(passes):
        for _ in range(passes):
            await asyncio.sleep(0)
        return await client.incr("count")

    await redis.client_pause(200)
    counts = await asyncio.gather(*map(count_later, range(100)))

    assert sorted(counts) == [*range(1, 101)]
    assert len(client.connection_pool._in_use_connections) == 1
    assert not client.connection_pool._available_connections


async def test_an_error_is_told_to_its_own_caller_only(client):
    await client.set("text", "not a number")

    failed, fine = await asyncio.gather(
        client.incr("text"), client.incr("number"), return_exceptions=True
    )

    assert isinstance(failed, StoreUnavailable)
    assert fine == 1


async def test_a_caller_who_leaves_does_not_disturb_the_others(client):
    impatient = asyncio.create_task(client.incr("left"))
    patient = asyncio.create_task(client.incr("stayed"))
    await asyncio.sleep(0)
    impatient.cancel()

    assert await patient == 1
    assert await client.get("left") == "1"


async def test_who_waits_at_a_list_holds_nobody_up(client):
    waiting = asyncio.create_task(client.blpop(["wake"], timeout=5))
    await asyncio.sleep(0)

    await asyncio.gather(client.ping(), client.rpush("wake", "up"))

    assert await waiting in (["wake", "up"], ("wake", "up"))


@pytest.fixture
async def through_proxy(redis_url):
    """A client, and the proxy through which it reaches the server."""
    proxy = Proxy(urlsplit(redis_url).port)
    async with proxy.running():
        url = f"redis://127.0.0.1:{proxy.port}"
        client = PipeliningRedis.from_url(url, protocol=2, socket_timeout=0.3)
        await client.ping()
        yield client, proxy
        await client.aclose()


async def test_what_had_no_answer_when_the_connection_broke_is_sent_again(through_proxy):
    client, proxy = through_proxy
    proxy.lose_the_next_answer()

    assert await asyncio.gather(client.ping(), client.incr("count")) == [True, 2]


async def test_a_server_that_is_gone_is_told_to_everybody(redis_url):
    proxy = Proxy(urlsplit(redis_url).port)
    async with proxy.running():
        client = PipeliningRedis(host="127.0.0.1", port=proxy.port, retry=None, protocol=2)
        await client.ping()
    found = await asyncio.gather(client.ping(), client.ping(), return_exceptions=True)
    await client.aclose()

    assert [type(error) for error in found] == [StoreUnavailable] * 2


async def test_a_server_that_does_not_answer_is_told_to_everybody_who_waits(through_proxy, redis):
    client, _ = through_proxy
    await redis.client_pause(600)

    found = await asyncio.gather(client.ping(), client.ping(), return_exceptions=True)

    assert [error.code for error in found] == ["TimeoutError"] * 2
    await redis.ping()
    assert await client.ping()


async def test_a_server_that_takes_nothing_is_given_up():
    async def greet(reader, writer):
        await reader.read(1000)
        writer.write(b"+OK\r\n" * 2)  # to what the client says of itself
        await reader.read(1000)
        await over.wait()
        writer.transport.abort()

    over = asyncio.Event()
    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        client = PipeliningRedis(host="127.0.0.1", port=port, socket_timeout=0.2, protocol=2)

        with pytest.raises(StoreUnavailable, match="Timeout"):
            await client.set("large", LARGE)
        over.set()
        await client.aclose()


async def test_a_large_command_and_a_large_reply_arrive_whole(client):
    await client.set("large", LARGE)

    assert await client.get("large") == LARGE


async def test_commands_that_are_sent_together_arrive_in_order(client):
    await asyncio.gather(*(client.rpush("list", number, LARGE[:100_000]) for number in range(50)))

    assert (await client.lrange("list", 0, -1))[::2] == [str(number) for number in range(50)]


async def test_a_connection_that_a_firewall_may_have_dropped_is_not_used_again(redis_url, redis):
    client = PipeliningRedis.from_url(redis_url, protocol=2, health_check_interval=0.05)
    first = await client.client_id()
    at_once = await client.client_id()

    await asyncio.sleep(0.1)

    assert at_once == first
    assert await client.client_id() > first
    await client.aclose()


async def test_nothing_is_opened_by_what_still_runs_when_it_is_closed(redis, redis_url):
    for steps in range(12):
        client = PipeliningRedis.from_url(redis_url, protocol=2)
        asking = [asyncio.create_task(client.get(f"key{n}")) for n in range(2)]
        for _ in range(steps):
            await asyncio.sleep(0)
        for task in asking:
            task.cancel()
        await client.aclose()
        await asyncio.gather(*asking, return_exceptions=True)
        with pytest.raises(StoreUnavailable, match="closed"):
            await client.get("key")
        with pytest.raises(StoreUnavailable, match="closed"):
            client.pipeline()
        await asyncio.sleep(0.01)

        pool = client.connection_pool
        open_ = {*pool._available_connections, *pool._in_use_connections}
        assert not [connection for connection in open_ if connection.is_connected]


async def test_observers_hear_which_commands_went_on_a_trip_but_not_with_what(client):
    observing.bind([heard := Heard()])
    claim = Script("claim")

    await asyncio.gather(client.get("a key"), client.set("another", "a value"))
    for _ in range(2):  # first with its text, as the server is new to it
        await claim(client, "panelbot:{0}:", 1000, 20, 1000, 10)

    trips = heard.of(Kind.REDIS_CALL)
    names = [[command.name for command in trip.known["commands"]] for trip in trips]
    assert names[0] == ["GET", "SET"]
    assert names[-1] == ["EVALSHA claim"]
    assert {name for trip in names[1:] for name in trip} <= {"EVALSHA claim", "EVAL claim"}


class Forgetful(Observer):
    """Keeps nothing of what it hears."""

    def begun(self, operation):
        return

    def ended(self, operation):
        return

    def measured(self, measure, value, known, during):
        return


async def test_an_observed_trip_leaves_no_cycle_to_the_garbage_collector(client):
    observing.bind([Forgetful()])
    await client.ping()
    gc.collect()
    gc.disable()
    try:
        await client.set("key", "value")
        assert not [left for left in gc.get_objects() if type(left) is Command]
    finally:
        gc.enable()
