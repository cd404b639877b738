"""The promises of TurnQueue and Journal, on the fake and on Redis alike."""

import asyncio

import pytest

from bot.adapters.redis.journal import RedisJournal
from bot.adapters.redis.keys import Shards
from bot.adapters.redis.turn_queue import RedisTurnQueue
from bot.panel.errors import TurnLost
from bot.panel.events import ExpertAnswered, ExpertCalled, PostStarted, Routed, RouterAsked
from bot.panel.model import (
    Call,
    CallId,
    Claim,
    ExpertName,
    Message,
    MessageTs,
    ThreadRef,
    TurnId,
    Usage,
    UserId,
)
from bot.panel.ports import Journal, TurnQueue
from tests.fakes.turn_queue import FakeJournal, FakeTurnQueue

ONE = ThreadRef("T1", "C1", "1.0")
OTHER = ThreadRef("T1", "C1", "2.0")


class Queues:
    """A queue, its journal, and a way to make leases run out."""

    def __init__(self, queue: TurnQueue, journal: Journal) -> None:
        self.queue = queue
        self.journal = journal

    async def lose(self, claim: Claim) -> None:
        if isinstance(self.queue, FakeTurnQueue):
            self.queue.advance(20)
        else:
            await asyncio.sleep(0.06)  # the lease is 50 ms


@pytest.fixture(params=["fake", "redis", "sharded redis"])
async def queues(request, redis):
    if request.param == "fake":
        fake = FakeTurnQueue()
        return Queues(fake, FakeJournal(fake))
    shards = Shards(1 if request.param == "redis" else 3)
    return Queues(RedisTurnQueue(redis, shards, lease=0.05), RedisJournal(redis, shards))


def message(text: str, ts: str) -> Message:
    return Message(MessageTs(ts), UserId("U1"), text, mentioned=True)


def texts(claim: Claim) -> list[str]:
    return [one.text for one in claim.turn.messages]


async def claimed(queues: Queues) -> Claim:
    async with asyncio.timeout(2):
        return await queues.queue.claim()


async def nothing_to_claim(queues: Queues) -> bool:
    try:
        async with asyncio.timeout(0.02):
            await queues.queue.claim()
    except TimeoutError:
        return True
    return False


async def test_what_is_put_is_claimed(queues):
    assert await queues.queue.put(ONE, message("hello", "1.0"))

    claim = await claimed(queues)

    assert claim.turn.id == TurnId("T1:C1:1.0")
    assert claim.turn.thread == ONE
    assert claim.turn.messages == (message("hello", "1.0"),)
    assert claim.attempt == 1


async def test_the_same_message_is_taken_once(queues):
    assert await queues.queue.put(ONE, message("hello", "1.0"))
    assert not await queues.queue.put(ONE, message("hello again", "1.0"))
    await queues.queue.done(await claimed(queues))

    assert not await queues.queue.put(ONE, message("hello", "1.0"))
    assert await nothing_to_claim(queues)


async def test_messages_that_wait_become_one_turn(queues):
    for number in "123":
        await queues.queue.put(ONE, message(number, f"{number}.0"))

    assert texts(await claimed(queues)) == ["1", "2", "3"]


async def test_a_message_put_alone_is_a_turn_of_its_own_in_order(queues):
    await queues.queue.put(ONE, message("1", "1.0"))
    await queues.queue.put(ONE, message("2", "2.0"), alone=True)
    await queues.queue.put(ONE, message("3", "3.0"))
    await queues.queue.put(ONE, message("4", "4.0"))

    turns = []
    for _ in range(3):
        claim = await claimed(queues)
        turns.append(texts(claim))
        await queues.queue.done(claim)

    assert turns == [["1"], ["2"], ["3", "4"]]


async def test_a_threads_next_turn_waits_for_the_running_one(queues):
    await queues.queue.put(ONE, message("1", "1.0"))
    running = await claimed(queues)
    await queues.queue.put(ONE, message("2", "2.0"))

    assert await nothing_to_claim(queues)
    await queues.queue.done(running)
    assert texts(await claimed(queues)) == ["2"]


async def test_threads_do_not_wait_for_each_other(queues):
    await queues.queue.put(ONE, message("1", "1.0"))
    await queues.queue.put(OTHER, message("2", "2.0"))

    threads = {(await claimed(queues)).turn.thread, (await claimed(queues)).turn.thread}

    assert threads == {ONE, OTHER}


async def test_a_waiting_worker_is_woken(queues):
    waiting = asyncio.create_task(claimed(queues))
    await asyncio.sleep(0.02)
    await queues.queue.put(ONE, message("hello", "1.0"))

    assert texts(await waiting) == ["hello"]


async def test_a_turn_whose_lease_ran_out_goes_to_another_worker_with_its_journal(queues):
    await queues.queue.put(ONE, message("1", "1.0"))
    first = await claimed(queues)
    await queues.journal.append(first, RouterAsked())
    await queues.lose(first)

    second = await claimed(queues)

    assert second.turn == first.turn
    assert second.token > first.token
    assert second.attempt == 2
    assert list(await queues.journal.read(second)) == [RouterAsked()]


async def test_who_has_lost_a_turn_can_do_nothing_with_it(queues):
    await queues.queue.put(ONE, message("1", "1.0"))
    first = await claimed(queues)
    await queues.lose(first)
    second = await claimed(queues)

    for act in (
        queues.queue.renew(first),
        queues.queue.done(first),
        queues.queue.release(first, after=0),
        queues.queue.bury(first, "reason"),
        queues.journal.append(first, RouterAsked()),
    ):
        with pytest.raises(TurnLost):
            await act
    assert list(await queues.journal.read(second)) == []


async def test_a_released_turn_comes_back_before_what_waits_behind_it(queues):
    await queues.queue.put(ONE, message("1", "1.0"))
    claim = await claimed(queues)
    await queues.queue.put(ONE, message("2", "2.0"))
    await queues.queue.release(claim, after=0)

    again = await claimed(queues)

    assert texts(again) == ["1"]
    assert again.attempt == 2


async def test_a_turn_released_for_later_does_not_come_at_once(queues):
    await queues.queue.put(ONE, message("1", "1.0"))
    await queues.queue.release(await claimed(queues), after=30)

    assert await nothing_to_claim(queues)


async def test_a_buried_turn_makes_room_for_the_next(queues):
    await queues.queue.put(ONE, message("1", "1.0"))
    claim = await claimed(queues)
    await queues.queue.put(ONE, message("2", "2.0"))
    await queues.queue.bury(claim, "ModelUnavailable")

    assert texts(await claimed(queues)) == ["2"]


async def test_the_journal_gives_back_what_was_written_in_order(queues):
    call = Call(CallId("call_1"), ExpertName("legal"), "Licences.", "May we?", CallId("call_1"))
    events = [
        RouterAsked(),
        ExpertCalled(call),
        Routed("text", usage=Usage(3, 2, 1)),
        ExpertAnswered(CallId("call_1"), 'Ja, "gerne" 🙂\n'),
        PostStarted("plan"),
        PostStarted("plan"),
    ]
    await queues.queue.put(ONE, message("1", "1.0"))
    first = await claimed(queues)
    for event in events:
        await queues.journal.append(first, event)
    await queues.lose(first)

    assert list(await queues.journal.read(await claimed(queues))) == events


async def test_a_done_turn_leaves_no_journal_for_the_next(queues):
    await queues.queue.put(ONE, message("1", "1.0"))
    claim = await claimed(queues)
    await queues.journal.append(claim, RouterAsked())
    await queues.queue.done(claim)
    await queues.queue.put(ONE, message("2", "2.0"))

    assert list(await queues.journal.read(await claimed(queues))) == []
