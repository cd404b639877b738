"""The promises of TurnQueue where workspaces share the turns, on the fake and on Redis alike."""

import asyncio
from collections import Counter

import pytest

from bot.adapters.redis.queue.journal import RedisJournal
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.panel.model import MessageTs, ThreadRef, UserId
from tests.contracts.test_turn_queue import Queues, claimed, nothing_to_claim, put
from tests.fakes.turn_queue import FakeJournal, FakeTurnQueue

ELSEWHERE = ThreadRef("T1", "C99", "99.0")
NEIGHBOUR = ThreadRef("T2", "C1", "1.0")


@pytest.fixture(params=["fake", "redis"])
async def shared(request, redis):
    """Queues of several workspaces, of which each may have three turns at a time."""
    if request.param == "fake":
        fake = FakeTurnQueue(room=2, workspace_room=3)
        return Queues(fake, FakeJournal(fake), redis, Shards())
    queue = RedisTurnQueue(redis, Shards(), room=2, workspace_room=3)
    return Queues(queue, RedisJournal(redis, Shards()), redis, Shards())


async def flood(queues: Queues, threads: int, channels: int, team: str = "T1") -> None:
    for number in range(threads):
        channel = f"C{number % channels}"
        await put(queues, ThreadRef(team, channel, f"{number}.0"), str(number))


@pytest.mark.parametrize("channels", [1, 100])
async def test_a_flood_in_one_workspace_does_not_keep_another_waiting(shared, channels):
    await flood(shared, 300, channels)
    for _ in range(5):
        await shared.queue.done(await claimed(shared))
    await put(shared, NEIGHBOUR, "1")

    teams = []
    for _ in range(2):
        teams.append((claim := await claimed(shared)).turn.thread.team_id)
        await shared.queue.done(claim)

    assert "T2" in teams


async def test_five_thousand_turns_of_one_workspace_let_the_first_of_another_pass(redis):
    """With what several processes put at once; only in Redis: the fake sorts each time."""
    queue = RedisTurnQueue(redis, Shards(), workspace_room=100)
    queues = Queues(queue, RedisJournal(redis, Shards()), redis, Shards())
    for first in range(0, 5000, 125):
        threads = [ThreadRef("T1", f"C{n}", f"{n}.0") for n in range(first, first + 125)]
        await asyncio.gather(*(put(queues, thread, "1") for thread in threads))
    await put(queues, NEIGHBOUR, "1")

    teams = [(await claimed(queues)).turn.thread.team_id for _ in range(2)]

    assert "T2" in teams
    assert (await queue.depth()).waiting == 4999


async def test_workspaces_are_served_by_turns_and_each_by_turns_of_its_channels(shared):
    for number, (team, channel) in enumerate(
        [("T1", "C1")] * 3 + [("T1", "C2"), ("T2", "C1"), ("T2", "C1"), ("T3", "C1")], 1
    ):
        await put(shared, ThreadRef(team, channel, f"{number}.0"), str(number))
    waiting = await shared.queue.waiting_threads(9)

    served = []
    for _ in range(7):
        served.append((claim := await claimed(shared)).turn.thread)
        await shared.queue.done(claim)

    expected = [1, 5, 7, 4, 6, 2, 3]
    assert [float(thread.thread_ts) for thread in served] == expected
    assert [float(one.thread.thread_ts) for one in waiting] == expected
    assert [one.ahead for one in waiting] == list(range(7))


async def test_a_new_channel_of_a_workspace_in_flood_is_served_soon(shared):
    await flood(shared, 50, 5)
    for _ in range(20):
        await shared.queue.done(await claimed(shared))
    await put(shared, ELSEWHERE, "60")

    served = []
    for _ in range(11):
        served.append((claim := await claimed(shared)).turn.thread)
        await shared.queue.done(claim)

    assert ELSEWHERE in served


async def test_a_workspace_has_so_many_turns_at_a_time_and_another_passes_by(shared):
    await flood(shared, 8, 4)
    running = [await claimed(shared) for _ in range(3)]
    assert await nothing_to_claim(shared)
    assert (await shared.queue.depth()).waiting == 5
    assert len(await shared.queue.waiting_threads(9)) == 5

    await put(shared, NEIGHBOUR, "1")
    assert (await claimed(shared)).turn.thread == NEIGHBOUR
    assert await nothing_to_claim(shared)

    await shared.queue.done(running[0])
    assert (await claimed(shared)).turn.thread.team_id == "T1"
    assert await nothing_to_claim(shared)


async def test_turns_that_are_put_off_give_their_worker_back_and_let_others_pass(shared):
    """As those of a workspace that Slack refuses for now: they come again and again."""
    await flood(shared, 6, 3)
    await flood(shared, 6, 3, "T2")
    refused = 0
    for served in range(1, 7):
        while (claim := await claimed(shared)).turn.thread.team_id == "T1":
            refused += 1
            await shared.queue.postpone(claim, after=0)
        await shared.queue.done(claim)
        assert refused <= 2 * served + 3


async def test_what_workspaces_do_is_known(redis):
    queue = RedisTurnQueue(redis, Shards(2), room=100, workspace_room=100)
    queues = Queues(queue, RedisJournal(redis, Shards(2)), redis, Shards(2))
    await flood(queues, 20, 3)
    await put(queues, NEIGHBOUR, "1")
    taken = Counter([(await claimed(queues)).turn.thread.team_id for _ in range(6)])

    depths = await queue.by_workspace()

    everything = {"T1": 20, "T2": 1}
    assert {team: depth.running for team, depth in depths.items()} == taken
    assert {team: one.running + one.waiting for team, one in depths.items()} == everything


async def test_nothing_is_kept_of_a_workspace_that_waits_no_more(redis):
    queue = RedisTurnQueue(redis, Shards(), room=2, workspace_room=3)
    queues = Queues(queue, RedisJournal(redis, Shards()), redis, Shards())
    await flood(queues, 9, 3)
    assert await queue.stop(ThreadRef("T1", "C2", "2.0"), MessageTs("9.0"), UserId("U1"))
    for _ in range(8):
        await queue.done(await claimed(queues))

    assert await nothing_to_claim(queues)
    kept = {key.split(":")[2] for key in await redis.keys("panelbot:{0}:*")}
    assert kept == {"clock", "ended", "recent", "seen", "standing"}


async def test_a_queue_is_shared_from_one_put_to_the_next(redis):
    """The operator lets more workspaces in, or takes them out, while turns wait."""
    alone, several = [RedisTurnQueue(redis, Shards(), workspace_room=room) for room in (None, 100)]
    for number, queue in enumerate((alone, several, alone, several)):
        queues = Queues(queue, RedisJournal(redis, Shards()), redis, Shards())
        await put(queues, ThreadRef("T1", f"C{number}", f"{number}.0"), str(number))
    queues = Queues(alone, RedisJournal(redis, Shards()), redis, Shards())

    served = []
    for _ in range(4):
        served.append((claim := await claimed(queues)).turn.thread.channel_id)
        await several.done(claim)

    assert sorted(served) == ["C0", "C1", "C2", "C3"]
    assert await nothing_to_claim(queues)
    assert not await redis.exists("panelbot:{0}:active")
