"""What Redis alone knows of listening: threads asked lately, and that another server took over."""

import asyncio

import pytest

from bot.adapters.redis import keys
from bot.adapters.redis.processes.listening_record import RedisListeningRecord
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.thread_store import RedisThreadStore
from bot.panel.model import Message, MessageTs, ThreadRef, UserId


@pytest.fixture
def processes(redis):
    return [RedisListeningRecord(redis, Shards(2), "T1") for _ in range(2)]


async def test_the_threads_asked_last_are_known_until_they_are_forgotten(redis, processes):
    shards = Shards(2)
    queue, threads = RedisTurnQueue(redis, shards), RedisThreadStore(redis, shards)
    asked = [ThreadRef("T1", "C1", f"{number}.0") for number in range(6)]
    for thread in (*asked, asked[2]):
        ts = MessageTs(f"{await redis.incr('ts')}.5")
        await queue.put(thread, Message(ts, UserId("U1"), "hello"))
        await asyncio.sleep(0.002)  # the order is by the server's clock, in milliseconds

    newest = await processes[0].recent_threads(3)
    assert newest == [asked[2], asked[5], asked[4]]
    await threads.forget(asked[5])
    assert asked[5] not in await processes[0].recent_threads(10)


async def test_what_another_server_may_have_lost_is_looked_for_once_it_has_settled(
    redis, processes
):
    first, other = processes
    await first.listen(0)
    key = keys.key("listening", "T1")
    heard = float(await redis.hget(key, "heard")) / 1000
    await redis.hset(key, mapping={"server": "another", "at:C1": "9"})

    assert await first.listen(60) is None
    assert await other.listen(60) is None
    await redis.hincrby(key, "due", -5000)
    assert await other.listen(60) is None
    await redis.hincrby(key, "due", -5000)
    gap = await other.listen(60)

    assert gap is not None
    assert gap.since == heard
    assert await other.searched() == {}  # what was found may be lost, too
    await other.done(gap)
    assert await first.listen(60) is None
