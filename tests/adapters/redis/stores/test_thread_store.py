"""How long threads are remembered in Redis, and what that costs."""

import asyncio
from dataclasses import replace

import pytest

from bot import runtime
from bot.adapters.redis import keys
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.thread_store import RedisThreadStore
from bot.panel.errors import TurnLost
from bot.panel.links import Owner, ThreadLinks
from bot.panel.model import ConversationId, ExpertName, Message, MessageTs, ThreadRef, UserId
from bot.panel.threads.thread_store import Standing
from bot.runtime import Runtime

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


async def used(redis) -> int:
    """Return the bytes that the server uses, but for the buffers of its clients."""
    stats = await redis.memory_stats()
    return stats["total.allocated"] - stats["clients.normal"]


async def test_a_thread_with_four_experts_takes_less_than_1200_bytes(redis, threads):
    before = await used(redis)
    for number in range(1000):
        thread = replace(THREAD, thread_ts=f"17{number:08}.000100")
        ids = [ConversationId(f"conv_{number:024x}{who:024x}") for who in range(5)]
        await threads.set_standing(thread, Standing.OURS)
        await threads.save_links(
            thread, ThreadLinks(ids[0], dict(zip(EXPERTS, ids[1:], strict=True)))
        )

    assert (await used(redis) - before) / 1000 < 1200


async def commands(redis) -> dict[str, int]:
    return {name: stats["calls"] for name, stats in (await redis.info("commandstats")).items()}


async def test_links_are_saved_as_far_as_they_are_new(redis, threads):
    many = ThreadLinks(
        LINKS.router, {f"e{n}": ConversationId(f"conv_{n:048x}") for n in range(100)}
    )
    await threads.save_links(THREAD, many)
    await redis.config_resetstat()

    more = many.including("new", ConversationId(f"conv_{100:048x}"))
    await threads.save_links(THREAD, more)

    assert (await commands(redis))["cmdstat_hset"] == 2  # the link, and whose it is
    assert await threads.links(THREAD) == more
    assert (await threads.owner(more.experts["new"])).expert == "new"


async def test_whose_a_conversation_is_is_known_in_any_month_in_which_its_thread_is(threads):
    async def after(days: int) -> Owner | None:
        time = runtime.time() + days * keys.DAY
        Runtime(time=lambda: time).bind()
        return await threads.owner(LINKS.experts["legal"])

    await threads.save_links(THREAD, LINKS)
    owners = [await asyncio.create_task(after(days)) for days in range(121)]
    await threads.forget(THREAD)

    assert set(owners) == {Owner(THREAD, "legal")}
    assert await threads.owner(LINKS.experts["legal"]) is None


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

    lost = ThreadLinks(ConversationId("conv_lost"))
    with pytest.raises(TurnLost):
        await threads.save_links(THREAD, lost, claim=paused)

    assert await threads.links(THREAD) == LINKS
    assert await threads.owner(lost.router) is None


async def test_what_a_newer_version_adds_to_links_is_no_expert_and_stays(redis, threads):
    await fill(threads)
    await redis.hset(Shards().key("links", THREAD), "@summary", "conv_sum")

    links = await threads.links(THREAD)
    await threads.save_links(THREAD, ThreadLinks(LINKS.router))

    assert links == LINKS
    assert await redis.hgetall(Shards().key("links", THREAD)) == {
        "@router": LINKS.router,
        "@summary": "conv_sum",
    }
