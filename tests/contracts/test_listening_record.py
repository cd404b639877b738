"""When nobody listened, and who looks into it: the fake and the real record say the same."""

from collections.abc import Awaitable, Callable

import pytest

from bot.adapters.redis import keys
from bot.adapters.redis.processes.listening_record import RedisListeningRecord
from bot.adapters.redis.shards import Shards
from bot.panel.intake.missed_messages import Gap, ListeningRecord
from tests.fakes.listening_record import FakeListeningRecord, Listened

Passed = Callable[[float], Awaitable[None]]


@pytest.fixture(params=["fake", "redis"])
def redis_or_fake(request):
    return Listened() if request.param == "fake" else request.getfixturevalue("redis")


@pytest.fixture
def begin(redis_or_fake) -> Callable[[], ListeningRecord]:
    """Let another process begin."""
    known, names = redis_or_fake, iter(map(str, range(100)))
    if isinstance(known, Listened):
        return lambda: FakeListeningRecord(known, next(names), tuple)
    return lambda: RedisListeningRecord(known, Shards(2), "T1")


@pytest.fixture
def processes(begin):
    return [begin(), begin()]


async def next_millisecond(redis) -> None:
    """Return when the server's clock shows another one."""
    seconds, microseconds = await redis.time()
    while (now := await redis.time())[0] == seconds and now[1] // 1000 == microseconds // 1000:
        pass


@pytest.fixture
def passed(redis_or_fake) -> Passed:
    """Let so many seconds pass."""

    async def passed(seconds: float) -> None:
        if isinstance(redis_or_fake, Listened):
            redis_or_fake.advance(seconds)
            return
        key = keys.key("listening", "T1")
        for field in ("heard", "due", "doubt", "doubt_until"):
            if await redis_or_fake.hexists(key, field):
                await redis_or_fake.hincrby(key, field, -round(seconds * 1000))
        await next_millisecond(redis_or_fake)

    return passed


async def test_before_anybody_ever_listened_there_is_no_gap(processes):
    assert await processes[0].listen(0) is None


@pytest.mark.parametrize("goes_on", [9.0, 11.0])
async def test_a_process_that_goes_on_listening_may_be_busy_for_a_while(passed, processes, goes_on):
    await processes[0].listen(0)
    await passed(goes_on)
    gap = await processes[0].listen(goes_on)
    assert (gap is not None) == (goes_on > 10)


@pytest.mark.parametrize("quiet", [2.5, 3.5])
async def test_where_another_process_listens_a_new_one_finds_no_gap(passed, processes, quiet):
    await processes[0].listen(0)
    await passed(quiet)
    gap = await processes[1].listen(0)
    assert (gap is not None) == (quiet > 3)


async def test_where_a_process_was_killed_for_a_moment_what_was_missed_is_looked_for(
    passed, processes
):
    await processes[0].listen(0)
    await passed(1)
    assert await processes[1].listen(0) is None  # the first one may still listen
    await passed(1)
    assert await processes[1].listen(1) is None
    await passed(1)
    gap = await processes[1].listen(2)

    assert gap is not None
    assert 0.9 < gap.until - gap.since < 1.1
    await processes[1].done(gap)
    assert await processes[1].listen(3) is None


async def test_where_one_has_listened_all_the_time_others_may_come_and_go(passed, processes):
    await processes[0].listen(0)
    for seconds in range(1, 12):
        await passed(1)
        assert await processes[0].listen(seconds) is None
        assert await processes[1].listen(0) is None  # started anew, each second


async def test_where_processes_are_killed_each_second_it_is_all_a_gap(passed, begin):
    found = []
    for _ in range(9):
        process = begin()
        found.append(await process.listen(0))
        await passed(1)

    assert found[:3] == [None] * 3  # the one before may still be at it
    assert any(found[3:])


async def test_who_goes_on_with_a_gap_knows_how_far_it_was_searched(passed, processes):
    first, other = processes
    await first.listen(0)
    await passed(60)
    gap = await first.listen(0)
    assert gap
    assert await first.searched() == {}
    await first.note_searched("C1", gap)
    await passed(6)
    assert await other.listen(0) is not None
    assert await other.searched() == {"C1": gap.until}

    await first.note_searched("C2", gap)  # it was only slow, and is not the one any more
    assert await other.searched() == {"C1": gap.until}
    await other.done(gap)
    assert await other.searched() == {}


async def test_after_a_goodbye_any_time_is_a_gap(passed, processes):
    first, other = processes
    await first.listen(0)
    await passed(0.1)
    assert await first.listen(0) is None  # it was gone for a moment only
    await first.leave()
    await passed(0.1)
    assert await other.listen(0)


async def test_one_process_looks_until_it_is_done_or_gone(passed, processes):
    first, other = processes
    await first.listen(0)
    await passed(60)
    gap = await first.listen(0)
    assert gap
    assert 59 < gap.until - gap.since < 61

    assert await other.listen(0) is None
    await passed(6)
    assert await other.listen(60) == gap
    assert await first.listen(60) is None

    await first.done(gap)  # it is not the one any more
    assert await other.listen(60) == gap
    await other.done(gap)
    assert await other.listen(60) is None


async def test_a_gap_that_grows_meanwhile_is_looked_into_again(passed, processes):
    await processes[0].listen(0)
    await passed(60)
    first = await processes[0].listen(0)
    assert first
    await passed(30)
    both = await processes[0].listen(0)
    assert both
    assert (both.since, both.until > first.until) == (first.since, True)

    await processes[0].done(first)
    assert await processes[0].listen(60) == Gap(first.until, both.until)


async def test_who_leaves_hands_over_at_once(passed, processes):
    first, other = processes
    await first.listen(0)
    await passed(60)
    gap = await first.listen(0)
    await first.leave()
    assert await other.listen(60) == gap
