"""The promises of Outbox, on the fake and on Redis alike, each beside its queue."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.adapters.redis.queue.outbox import RedisOutbox
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.panel.errors import TurnLost
from bot.panel.messaging.outbox import LastState, Outbox
from bot.panel.model import Claim, Message, MessageTs, ThreadRef, UserId
from tests.fakes.outbox import FakeOutbox
from tests.fakes.turn_queue import FakeTurnQueue

THREAD, OTHER = ThreadRef("T1", "C1", "1.0"), ThreadRef("T1", "C1", "2.0")
SECRET = Cipher([bytes(32)])
LEASE = 0.2
PLAN = LastState(THREAD, "1.5", "asked")


@dataclass
class Neighbours:
    """An outbox and the queue whose turns leave their last states in it."""

    queue: RedisTurnQueue | FakeTurnQueue
    outbox: Outbox

    async def claim(self, ts: str = "1.0") -> Claim:
        await self.queue.put(THREAD, Message(MessageTs(ts), UserId("U1"), "Hi"))
        return await self.queue.claim()

    async def is_empty(self) -> bool:
        """Whether nothing is due."""
        try:
            async with asyncio.timeout(LEASE / 4):
                await self.outbox.claim()
        except TimeoutError:
            return True
        return False


@pytest.fixture(params=["fake", "redis", "sharded, encrypted redis"])
async def neighbours(request, redis):
    if request.param == "fake":
        queue = FakeTurnQueue(lease=LEASE)
        return Neighbours(queue, FakeOutbox(queue, lease=LEASE, most=3))
    shards, cipher = (Shards(3), SECRET) if "sharded" in request.param else (Shards(), CLEAR)
    outbox = RedisOutbox(redis, shards, lease=LEASE, look_again=0.02, most=3, cipher=cipher)
    return Neighbours(RedisTurnQueue(redis, shards, lease=LEASE, look_again=0.02), outbox)


async def test_what_is_put_is_sent_once(neighbours):
    await neighbours.outbox.put(PLAN)

    outgoing = await neighbours.outbox.claim()
    await neighbours.outbox.sent(outgoing)

    assert (outgoing.state, outgoing.failed) == (PLAN, 0)
    assert await neighbours.is_empty()
    assert await neighbours.outbox.waiting() == 0


async def test_the_newest_state_wins_and_keeps_the_place(neighbours):
    await neighbours.outbox.put(PLAN)
    await neighbours.outbox.put(replace(PLAN, about="1.6"))
    await neighbours.outbox.put(replace(PLAN, request="stopped"))

    sent = [(await neighbours.outbox.claim()).state for _ in range(2)]

    assert sent == [replace(PLAN, request="stopped"), replace(PLAN, about="1.6")]


async def test_of_one_thing_only_one_sender_sends(neighbours):
    await neighbours.outbox.put(PLAN)
    older = await neighbours.outbox.claim()
    await neighbours.outbox.put(replace(PLAN, request="stopped"))

    assert await neighbours.is_empty()
    await neighbours.outbox.sent(older)
    newer = await neighbours.outbox.claim()

    assert newer.state.request == "stopped"


async def test_a_sender_that_was_replaced_settles_nothing(neighbours):
    await neighbours.outbox.put(PLAN)
    lost = await neighbours.outbox.claim()
    await asyncio.sleep(LEASE)
    again = await neighbours.outbox.claim()

    await neighbours.outbox.sent(lost)
    await neighbours.outbox.postpone(lost, after=60)
    with pytest.raises(TurnLost):
        await neighbours.outbox.renew(lost)

    await neighbours.outbox.renew(again)
    assert again.state == PLAN
    assert await neighbours.outbox.waiting() == 1


async def test_a_renewed_lease_lasts(neighbours):
    await neighbours.outbox.put(PLAN)
    outgoing = await neighbours.outbox.claim()
    await asyncio.sleep(LEASE * 0.7)
    await neighbours.outbox.renew(outgoing)
    await asyncio.sleep(LEASE * 0.5)

    assert await neighbours.is_empty()


async def test_a_failed_try_waits_and_is_counted(neighbours):
    await neighbours.outbox.put(PLAN)
    await neighbours.outbox.postpone(await neighbours.outbox.claim(), after=LEASE)
    assert await neighbours.is_empty()
    again = await neighbours.outbox.claim()
    await neighbours.outbox.postpone(again, after=0, failed=False)

    assert again.failed == 1
    assert (await neighbours.outbox.claim()).failed == 1


async def test_a_state_that_was_replaced_as_it_failed_is_due_at_once(neighbours):
    await neighbours.outbox.put(PLAN)
    outgoing = await neighbours.outbox.claim()
    await neighbours.outbox.put(replace(PLAN, request="stopped"))
    await neighbours.outbox.postpone(outgoing, after=60)

    assert (await neighbours.outbox.claim()).state.request == "stopped"


async def test_a_turn_that_is_lost_leaves_nothing(neighbours):
    lost = await neighbours.claim()
    await asyncio.sleep(LEASE * 1.2)
    claim = await neighbours.queue.claim()

    with pytest.raises(TurnLost):
        await neighbours.outbox.put(PLAN, lost)
    await neighbours.outbox.put(replace(PLAN, request="stopped"), claim)

    assert (await neighbours.outbox.claim()).state.request == "stopped"


@pytest.mark.parametrize("is_over", [True, False])
async def test_what_the_next_turn_shows_itself_is_not_sent_into_it(neighbours, is_over):
    status = LastState(THREAD, "status", "", passing=True)
    claim = await neighbours.claim()
    await neighbours.outbox.put(status, claim)
    await neighbours.queue.done(claim)
    later = await neighbours.claim("3.0")
    if is_over:
        await neighbours.queue.done(later)

    assert await neighbours.is_empty() == (not is_over)


async def test_what_the_next_turn_may_show_is_sent_after_it(neighbours):
    status = LastState(THREAD, "status", "", passing=True)
    claim = await neighbours.claim()
    await neighbours.outbox.put(status, claim)
    await neighbours.queue.done(claim)
    later = await neighbours.claim("3.0")
    assert await neighbours.is_empty()
    await neighbours.queue.done(later)  # it was left out, and showed nothing

    assert (await neighbours.outbox.claim()).state.about == "status"


async def test_a_turn_that_ends_itself_waits_for_nobody(neighbours):
    status = LastState(THREAD, "status", "", passing=True)
    await neighbours.outbox.put(status, await neighbours.claim())

    assert (await neighbours.outbox.claim()).state.about == "status"


async def test_memory_is_bounded(neighbours):
    for number in range(4):
        await neighbours.outbox.put(replace(PLAN, about=f"1.{number}"))

    sent = {(await neighbours.outbox.claim()).state.about for _ in range(3)}

    assert sent == {"1.1", "1.2", "1.3"}
    assert await neighbours.outbox.waiting() == 3


async def test_what_waits_in_a_thread_can_be_read(neighbours):
    await neighbours.outbox.put(PLAN)
    await neighbours.outbox.put(replace(PLAN, thread=OTHER, request="other"))
    outgoing = await neighbours.outbox.claim()  # what is being sent still counts
    await neighbours.outbox.put(replace(PLAN, request="stopped"))

    assert await neighbours.outbox.of(THREAD) == {PLAN.about: replace(PLAN, request="stopped")}
    assert outgoing.state.thread == THREAD
    assert await neighbours.outbox.of(ThreadRef("T1", "C1", "9.0")) == {}


ELSEWHERE = LastState(ThreadRef("T2", "C1", "1.0"), "1.5", "asked elsewhere")


async def test_states_of_a_workspace_to_which_something_is_sent_are_passed_by(neighbours):
    busy = {"T1"}
    for about in ("1.5", "1.6"):
        await neighbours.outbox.put(replace(PLAN, about=about))
    await neighbours.outbox.put(ELSEWHERE)

    passed = await neighbours.outbox.claim(busy)
    waits = asyncio.create_task(neighbours.outbox.claim(busy))
    await asyncio.sleep(LEASE / 10)
    assert not waits.done()
    busy.clear()
    await neighbours.outbox.sent(passed)

    assert passed.state == ELSEWHERE
    assert (await waits).state == replace(PLAN, about="1.5")


async def test_a_full_outbox_drops_what_is_of_the_same_workspace(neighbours):
    await neighbours.outbox.put(ELSEWHERE)
    for number in range(9):
        await neighbours.outbox.put(replace(PLAN, about=f"1.{number}"))

    sent = {(await neighbours.outbox.claim({"T1"})).state.thread.team_id}

    assert sent == {"T2"}


async def test_many_states_of_a_busy_workspace_keep_no_other_waiting(redis):
    outbox = RedisOutbox(redis, Shards(), look_again=0.02)
    for first in range(0, 2500, 100):
        states = [replace(PLAN, about=f"1.{number}") for number in range(first, first + 100)]
        await asyncio.gather(*map(outbox.put, states))
    await outbox.put(ELSEWHERE)

    async with asyncio.timeout(5):
        assert (await outbox.claim({"T1"})).state == ELSEWHERE
