"""How long threads are remembered in Redis, and what that costs."""

import asyncio

import pytest

from bot.adapters.redis import keys
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.thread_store import RedisThreadStore
from bot.panel.errors import TurnLost
from bot.panel.links import ThreadLinks
from bot.panel.model import ConversationId, ExpertName, Message, MessageTs, ThreadRef, UserId
from bot.panel.threads.thread_store import Standing

THREAD = ThreadRef("T0123456789", "C0123456789", "1700000000.000100")
EXPERTS = [ExpertName(name) for name in ("legal", "finance", "security", "software-architecture")]
# As long as OpenAI's: conv_ and 48 hexadecimal digits.
CONVERSATIONS = {name: ConversationId(f"conv_{number:048x}") for number, name in enumerate(EXPERTS)}
LINKS = ThreadLinks(ConversationId(f"conv_{99:048x}"), CONVERSATIONS)


@pytest.fixture
async def threads(redis):
    return RedisThreadStore(redis, Shards())


async def lifetimes(redis) -> set[int]:
    return {await redis.ttl(key) async for key in redis.scan_iter()}


async def fill(threads) -> None:
    await threads.set_standing(THREAD, Standing.OURS)
    await threads.save_links(THREAD, LINKS)
    await threads.mark_unread(THREAD, MessageTs("1700000001.000100"))


async def test_a_thread_with_four_experts_takes_less_than_two_kilobytes(redis, threads):
    await fill(threads)

    sizes = {key: await redis.memory_usage(key) async for key in redis.scan_iter()}

    assert len(sizes) == 8
    assert sum(sizes.values()) < 2000, sizes


async def test_a_thread_is_remembered_for_ninety_days(redis, threads):
    await fill(threads)

    assert await lifetimes(redis) == {90 * 24 * 60 * 60}


async def test_that_a_thread_is_not_ours_is_remembered_for_a_day(redis, threads):
    await threads.set_standing(THREAD, Standing.FOREIGN)
    assert await lifetimes(redis) == {24 * 60 * 60}

    await threads.make_ours(THREAD)
    assert await lifetimes(redis) == {90 * 24 * 60 * 60}


async def test_a_thread_that_is_used_stays_with_everything_about_it(redis, threads):
    await fill(threads)
    async for key in redis.scan_iter():
        await redis.expire(key, keys.THREAD_FOR - 2 * keys.DAY)

    assert await threads.links(THREAD) == LINKS

    assert await lifetimes(redis) == {90 * 24 * 60 * 60}


async def test_reading_links_does_not_keep_a_foreign_standing(redis, threads):
    await threads.set_standing(THREAD, Standing.FOREIGN)
    await threads.save_links(THREAD, LINKS)
    await redis.expire(Shards().key("links", THREAD), keys.DAY)

    await threads.links(THREAD)

    assert await redis.ttl(Shards().key("standing", THREAD)) == keys.DAY
    assert await redis.ttl(Shards().key("links", THREAD)) == keys.THREAD_FOR


async def test_reading_links_takes_one_round_trip_while_they_are_fresh(redis, threads):
    await fill(threads)
    before = (await redis.info("commandstats"))["cmdstat_expire"]["calls"]

    await threads.links(THREAD)

    assert (await redis.info("commandstats"))["cmdstat_expire"]["calls"] == before


async def test_a_worker_that_lost_its_turn_changes_no_links(redis, threads):
    queue = RedisTurnQueue(redis, Shards(), lease=0.01)
    await queue.put(THREAD, Message(MessageTs("1.0"), UserId("U1"), "hi"))
    paused = await queue.claim()
    await asyncio.sleep(0.02)
    now = await queue.claim()
    await threads.save_links(THREAD, LINKS, claim=now)

    with pytest.raises(TurnLost):
        await threads.save_links(THREAD, ThreadLinks(), claim=paused)

    assert await threads.links(THREAD) == LINKS
