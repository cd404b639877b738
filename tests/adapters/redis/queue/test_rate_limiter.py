"""The pace of calls: the limit is kept by all processes together, and in order."""

import asyncio

import pytest

from bot.adapters.redis.connection.client import connect
from bot.adapters.redis.queue.rate_limiter import RedisRateLimiter
from bot.panel.messaging.rate_limiter import Limit

CHANNEL = Limit("chat.postMessage:C1", 4, 60)
ELSEWHERE = Limit("chat.postMessage:C2", 4, 60)
WORKSPACE = Limit("chat.postMessage", 6, 60)


@pytest.fixture
async def paces(redis, redis_url):
    """The same pace in two processes."""
    elsewhere = connect(redis_url)
    yield RedisRateLimiter(redis, "T1"), RedisRateLimiter(elsewhere, "T1")
    await elsewhere.aclose()


async def waiting(
    pace: RedisRateLimiter, *limits: Limit, within: float | None = None
) -> float | None:
    """Take places and return how long to wait for the last of them; None if there are none."""
    taken, wait = await pace.take(limits, within=within)
    return wait if taken else None


async def test_a_burst_passes_at_once_and_what_comes_then_waits_for_the_window_to_move(paces):
    one, other = paces

    burst = [await waiting(pace, CHANNEL) for pace in (one, other, one, other)]
    late = [await waiting(pace, CHANNEL) for pace in (one, other)]

    assert burst == [0, 0, 0, 0]
    assert all(59 < wait <= 60 for wait in late)


async def test_in_no_window_are_there_more_calls_than_the_limit(redis):
    limit, clock = Limit("m", 3, 1), asyncio.get_running_loop().time
    limiter, calls = RedisRateLimiter(redis, "T1"), []

    for _ in range(8):
        earliest = clock()
        wait = await waiting(limiter, limit)
        calls.append((earliest + wait, clock() + wait))  # the call's turn lies between these

    windows = zip(calls, calls[3:], strict=False)
    # The limiter counts in whole milliseconds.
    assert all(latest - earliest > 0.995 for (earliest, _), (_, latest) in windows)
    assert calls[-1][1] > calls[0][0] + 1.99


async def test_all_limits_are_kept(paces):
    one, _ = paces

    for limit in (CHANNEL, ELSEWHERE):
        for _ in range(3):
            assert await one.take([limit, WORKSPACE]) == (2, 0)

    taken, wait = await one.take([ELSEWHERE, WORKSPACE])
    assert taken == 2
    assert wait > 59


async def test_a_flood_in_one_channel_does_not_book_out_the_workspace(paces):
    one, other = paces
    for _ in range(4):
        await one.take([CHANNEL, WORKSPACE])

    flood = [await one.take([CHANNEL, WORKSPACE]) for _ in range(9)]

    assert {taken for taken, _ in flood} == {1}
    assert await other.take([ELSEWHERE, WORKSPACE]) == (2, 0)


async def test_what_is_not_urgent_leaves_half_of_the_limit_to_the_rest(paces):
    one, other = paces

    news = [await waiting(one, CHANNEL, within=1) for _ in range(3)]
    replies = [await waiting(other, CHANNEL) for _ in range(2)]

    assert news == [0, 0, None]
    assert replies == [0, 0]


async def test_what_may_come_late_waits_as_long_as_it_may(redis):
    pace, limit = RedisRateLimiter(redis, "T1"), Limit("m", 2, 10)
    await pace.take([limit])

    assert await waiting(pace, limit, within=5) is None
    assert 9 < await waiting(pace, limit, within=10) <= 10


async def test_slacks_own_word_stops_all_processes(paces):
    one, other = paces

    await one.block(CHANNEL, 30)

    assert 29 < await waiting(other, CHANNEL, WORKSPACE) <= 30
    assert await waiting(other, ELSEWHERE, WORKSPACE) == 0


async def test_who_waits_already_hears_of_it_too(paces):
    one, other = paces
    limit = Limit("m", 1, 1)
    await one.wait([limit])
    waits = asyncio.create_task(other.wait([limit]))
    await asyncio.sleep(0.2)

    await one.block(limit, 30)

    done, _ = await asyncio.wait([waits], timeout=1.5)
    assert not done
    waits.cancel()


async def test_workspaces_and_shares_are_apart(redis):
    half = RedisRateLimiter(redis, "T1", share=0.5)

    waits = [await waiting(half, CHANNEL) for _ in range(3)]

    assert waits[:2] == [0, 0]
    assert waits[2] > 59
    assert await waiting(RedisRateLimiter(redis, "T2"), CHANNEL) == 0


async def test_a_clock_that_was_put_back_stops_nobody(redis):
    pace = RedisRateLimiter(redis, "T1")
    seconds, _ = await redis.time()
    tomorrow = (int(seconds) + 24 * 3600) * 1000
    await redis.rpush("panelbot:{pace:T1}:places:m", *[tomorrow] * 2)

    assert await waiting(pace, Limit("m", 2, 1)) == 0


async def test_nothing_is_kept_longer_than_it_counts(redis):
    pace = RedisRateLimiter(redis, "T1")
    await pace.take([CHANNEL, WORKSPACE])
    await pace.block(CHANNEL, 5)

    lives = [await redis.ttl(key) for key in await redis.keys("panelbot:{pace:T1}:*")]

    assert len(lives) == 3
    assert all(0 < life <= 60 for life in lives)
