"""When a time counts as one in which nobody listened, and who looks into it."""

import asyncio

import pytest

from bot.adapters.redis import keys
from bot.adapters.redis.processes import listening_record
from bot.adapters.redis.processes.listening_record import RedisListeningRecord
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.thread_store import RedisThreadStore
from bot.panel.intake.missed_messages import Gap
from bot.panel.model import Message, MessageTs, ThreadRef, UserId


@pytest.fixture
def processes(redis):
    return [RedisListeningRecord(redis, Shards(2), "T1") for _ in range(2)]


async def passed(redis, seconds: float) -> None:
    """Let so many seconds pass."""
    key = keys.of_team("listening", "T1")
    for field in ("heard", "due", "doubt", "doubt_until"):
        if await redis.hexists(key, field):
            await redis.hincrby(key, field, -round(seconds * 1000))


async def next_millisecond(redis) -> None:
    """Return when the server's clock shows another one."""
    seconds, microseconds = await redis.time()
    while (now := await redis.time())[0] == seconds and now[1] // 1000 == microseconds // 1000:
        pass


async def test_before_anybody_ever_listened_there_is_no_gap(processes):
    assert await processes[0].listen(0) is None


@pytest.mark.parametrize("goes_on", [9.0, 11.0])
async def test_a_process_that_goes_on_listening_may_be_busy_for_a_while(redis, processes, goes_on):
    await processes[0].listen(0)
    await passed(redis, goes_on)
    gap = await processes[0].listen(goes_on)
    assert (gap is not None) == (goes_on > 10)


@pytest.mark.parametrize("quiet", [2.5, 3.5])
async def test_where_another_process_listens_a_new_one_finds_no_gap(redis, processes, quiet):
    await processes[0].listen(0)
    await passed(redis, quiet)
    gap = await processes[1].listen(0)
    assert (gap is not None) == (quiet > 3)


async def test_where_a_process_was_killed_for_a_moment_what_was_missed_is_looked_for(
    redis, processes
):
    await processes[0].listen(0)
    await passed(redis, 1)
    assert await processes[1].listen(0) is None  # the first one may still listen
    await passed(redis, 1)
    assert await processes[1].listen(1) is None
    await passed(redis, 1)
    gap = await processes[1].listen(2)

    assert gap is not None
    assert 0.9 < gap.until - gap.since < 1.1
    await processes[1].done(gap)
    assert await processes[1].listen(3) is None


async def test_where_one_has_listened_all_the_time_others_may_come_and_go(redis, processes):
    await processes[0].listen(0)
    for seconds in range(1, 12):
        await passed(redis, 1)
        assert await processes[0].listen(seconds) is None
        assert await processes[1].listen(0) is None  # started anew, each second


async def test_where_processes_are_killed_each_second_it_is_all_a_gap(redis):
    found = []
    for _ in range(9):
        process = RedisListeningRecord(redis, Shards(2), "T1")
        found.append(await process.listen(0))
        await passed(redis, 1)

    assert found[:3] == [None] * 3  # the one before may still be at it
    assert any(found[3:])


async def test_who_goes_on_with_a_gap_knows_how_far_it_was_searched(redis, processes):
    first, other = processes
    await first.listen(0)
    await passed(redis, 60)
    gap = await first.listen(0)
    assert gap
    assert await first.searched() == {}
    await first.note_searched("C1", gap)
    await passed(redis, 6)
    assert await other.listen(0) is not None
    assert await other.searched() == {"C1": gap.until}

    await first.note_searched("C2", gap)  # it was only slow, and is not the one any more
    assert await other.searched() == {"C1": gap.until}
    await other.done(gap)
    assert await other.searched() == {}


async def test_after_a_goodbye_any_time_is_a_gap(redis, processes):
    first, other = processes
    await first.listen(0)
    await passed(redis, 0.1)
    assert await first.listen(0) is None  # it was gone for a moment only
    await first.leave()
    await passed(redis, 0.1)
    assert await other.listen(0)


async def test_one_process_looks_until_it_is_done_or_gone(redis, processes):
    first, other = processes
    await first.listen(0)
    await passed(redis, 60)
    gap = await first.listen(0)
    assert gap
    assert 59 < gap.until - gap.since < 61

    assert await other.listen(0) is None
    await passed(redis, listening_record._LEASE / 1000 + 1)
    assert await other.listen(60) == gap
    assert await first.listen(60) is None

    await first.done(gap)  # it is not the one any more
    assert await other.listen(60) == gap
    await other.done(gap)
    assert await other.listen(60) is None


async def test_a_gap_that_grows_meanwhile_is_looked_into_again(redis, processes):
    await processes[0].listen(0)
    await passed(redis, 60)
    first = await processes[0].listen(0)
    assert first
    await passed(redis, 30)
    await next_millisecond(redis)
    both = await processes[0].listen(0)
    assert both
    assert (both.since, both.until > first.until) == (first.since, True)

    await processes[0].done(first)
    assert await processes[0].listen(60) == Gap(first.until, both.until)


async def test_who_leaves_hands_over_at_once(redis, processes):
    first, other = processes
    await first.listen(0)
    await passed(redis, 60)
    gap = await first.listen(0)
    await first.leave()
    assert await other.listen(60) == gap


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
    heard = float(await redis.hget(keys.of_team("listening", "T1"), "heard")) / 1000
    await redis.hset(keys.of_team("listening", "T1"), mapping={"server": "another", "at:C1": "9"})

    assert await first.listen(60) is None
    assert await other.listen(60) is None
    await passed(redis, 5)
    assert await other.listen(60) is None
    await passed(redis, 5)
    gap = await other.listen(60)

    assert gap is not None
    assert gap.since == heard
    assert await other.searched() == {}  # what was found may be lost, too
    await other.done(gap)
    assert await first.listen(60) is None
