"""What Redis's client does on a bad day, as the rest of the bot sees it."""

import asyncio
from urllib.parse import urlsplit

import pytest

from bot.adapters.redis.connection.client import connect
from bot.adapters.redis.connection.errors import store_errors
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.panel.errors import StoreUnavailable
from bot.panel.model import Message, MessageTs, ThreadRef, UserId
from tests.adapters.redis.proxies import Refuser


async def test_a_cancellation_is_never_swallowed(redis: Connection):
    async def ask() -> None:
        with store_errors():
            await redis.get("something")

    for steps in range(60):
        asking = asyncio.create_task(ask())
        for _ in range(steps):
            await asyncio.sleep(0)
        if asking.cancel():
            await asyncio.wait([asking])
            assert asking.cancelled(), f"swallowed after {steps} steps"


async def test_who_is_cancelled_already_may_still_clean_up(redis: Connection):
    async def work() -> str | None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            with store_errors():
                await redis.set("something", "said")
                return str(await redis.get("something"))
        return None

    working = asyncio.create_task(work())
    await asyncio.sleep(0)
    working.cancel()

    assert await working == "said"


ANSWERS = {
    "READONLY": "READONLY You can't write against a read only replica.",
    "LOADING": "LOADING Redis is loading the dataset in memory",
    "NOSCRIPT": "NOSCRIPT No matching script. Please use EVAL.",
    "MASTERDOWN": "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'",
    "CLUSTERDOWN": "CLUSTERDOWN The cluster is down",
    "TRYAGAIN": "TRYAGAIN Multiple keys request during rehashing of slot",
    "MOVED": "MOVED 3999 127.0.0.1:6381",
    "ASK": "ASK 3999 127.0.0.1:6381",
    "OOM": "OOM command not allowed when used memory > 'maxmemory'",
    "NOPERM": "NOPERM User default has no permissions to run the 'evalsha' command",
    "NOAUTH": "NOAUTH Authentication required",
    "UNBLOCKED": "UNBLOCKED force unblock from blocking operation, instance state changed",
    "MISCONF": "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to",
    "NOREPLICAS": "NOREPLICAS Not enough good replicas to write.",
    "BUSY": "BUSY Redis is busy running a script.",
    "WRONGTYPE": "WRONGTYPE Operation against a key holding the wrong kind of value",
    "ERR": "ERR max number of clients reached",
    "NEWCODE": "NEWCODE which nobody knows yet",
}


@pytest.mark.parametrize("code", ANSWERS)
async def test_whatever_redis_answers_is_temporary_and_told(redis, redis_url, code):
    refuser = Refuser(urlsplit(redis_url).port)
    async with refuser.running():
        connection = connect(f"redis://127.0.0.1:{refuser.port}")
        queue = RedisTurnQueue(connection, Shards())
        message = Message(MessageTs("1.0"), UserId("U1"), "what somebody wrote")
        thread = ThreadRef("T1", "C1", "1.0")
        await queue.put(thread, message)
        refuser.error = ANSWERS[code]
        for act in (queue.claim, queue.stop_requests, lambda: queue.put(thread, message)):
            with pytest.raises(StoreUnavailable) as caught:
                await act()
            assert caught.value.code == code
            assert "what somebody wrote" not in str(caught.value)

        refuser.error = ""
        claim = await queue.claim()
        await queue.done(claim)
        await connection.aclose()


async def test_what_a_pipeline_was_to_write_is_not_told(redis: Connection):
    await redis.set("something", "of another type")

    async with redis.pipeline(transaction=False) as pipe:
        pipe.hset("something", "field", "what somebody wrote")
        with pytest.raises(StoreUnavailable, match="WRONGTYPE") as caught, store_errors():
            await pipe.execute()

    assert "somebody" not in str(caught.value)


async def test_where_the_client_itself_stumbles_that_is_redis_fault_and_our_mistakes_are_ours(
    redis: Connection,
):
    with pytest.raises(StoreUnavailable, match="KeyError"), store_errors():
        await redis.connection_pool.release(None)  # as it does with what is closed meanwhile
    with pytest.raises(AttributeError), store_errors():
        _ = redis.nothing_of_this_name
