"""The promises of TurnQueue and Journal, on the fake and on Redis alike."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from functools import partial

import pytest

from bot.adapters.redis import keys
from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.adapters.redis.queue.claiming import MOST_MESSAGES
from bot.adapters.redis.queue.journal import RedisJournal
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.operations.queue_admin import Depth
from bot.panel.errors import Poisoned, StoreUnavailable, TurnLost
from bot.panel.intake.turn_queue import MOST_APP_QUESTIONS, StopResult
from bot.panel.journal.events import ExpertAnswered, ExpertCalled, Retried, Routed, RouterAsked
from bot.panel.journal.post_events import PostStarted
from bot.panel.messaging.channel_moves import ChannelsMoved
from bot.panel.model import (
    ApprovalId,
    Call,
    CallId,
    Claim,
    Decision,
    ExpertName,
    FileId,
    Message,
    MessageTs,
    SharedFile,
    Steer,
    ThreadRef,
    TurnId,
    UserId,
    Verdict,
    Wish,
)
from bot.panel.usage import Usage
from tests.fakes.turn_queue import FakeJournal, FakeTurnQueue

SECRET = Cipher([bytes(32)])
ONE = ThreadRef("T1", "C1", "1.0")
OTHER = ThreadRef("T1", "C1", "2.0")
ELSEWHERE = ThreadRef("T1", "C2", "3.0")
HURRIER = UserId("U9")
FILE = SharedFile(FileId("F1"), "a.pdf", "application/pdf", 9)


class Queues:
    """A queue, its journal, and a way to let time pass."""

    def __init__(self, queue, journal, redis, shards) -> None:
        self.queue: RedisTurnQueue | FakeTurnQueue = queue
        self.journal: RedisJournal | FakeJournal = journal
        self.redis = redis
        self.shards = shards

    async def advance(self, seconds: float) -> None:
        if isinstance(self.queue, FakeTurnQueue):
            self.queue.advance(seconds)
            return
        for prefix in self.shards.prefixes:  # what is due then, is due now
            for key in (f"{prefix}leases", f"{prefix}delayed"):
                for thread in await self.redis.zrange(key, 0, -1):
                    await self.redis.zincrby(key, -seconds * 1000, thread)


@pytest.fixture(params=["fake", "redis", "sharded, encrypted redis"])
async def queues(request, redis):
    shards, cipher = (Shards(3), SECRET) if "sharded" in request.param else (Shards(), CLEAR)
    if request.param == "fake":
        fake = FakeTurnQueue()
        return Queues(fake, FakeJournal(fake), redis, shards)
    queue = RedisTurnQueue(redis, shards, cipher=cipher)
    return Queues(queue, RedisJournal(redis, shards, cipher), redis, shards)


@pytest.fixture(params=["fake", "redis"])
async def in_order(request, redis):
    """Queues with one shard: only within a shard is the order among threads exact."""
    if request.param == "fake":
        fake = FakeTurnQueue()
        return Queues(fake, FakeJournal(fake), redis, Shards())
    return Queues(RedisTurnQueue(redis, Shards()), RedisJournal(redis, Shards()), redis, Shards())


@pytest.fixture(params=["fake", "redis"])
async def crowded(request, redis):
    """Queues in which a channel may have two turns at a time."""
    if request.param == "fake":
        fake = FakeTurnQueue(room=2)
        return Queues(fake, FakeJournal(fake), redis, Shards())
    queue = RedisTurnQueue(redis, Shards(), room=2)
    return Queues(queue, RedisJournal(redis, Shards()), redis, Shards())


def message(text: str, ts: str) -> Message:
    return Message(MessageTs(ts), UserId("U1"), text, mentioned=True)


def texts(claim: Claim) -> list[str]:
    return [one.text for one in claim.turn.messages]


async def put(queues: Queues, thread: ThreadRef, *texts: str) -> None:
    for text in texts:
        assert await queues.queue.put(thread, message(text, f"{text}.0"))


async def claimed(queues: Queues) -> Claim:
    async with asyncio.timeout(5):
        return await queues.queue.claim()


async def claimed_sometime(queues: Queues) -> Claim:
    """Claim a turn that somebody has lost; as much time passes as it takes."""
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                return await queues.queue.claim()
        await queues.advance(100)


async def nothing_to_claim(queues: Queues) -> bool:
    try:
        async with asyncio.timeout(0.02):
            await queues.queue.claim()
    except TimeoutError:
        return True
    return False


# --- putting and gathering


async def test_it_is_known_that_the_beginning_of_a_thread_came_after_others_of_it(queues):
    await put(queues, OTHER, "2", "3")
    in_order = await claimed(queues)
    await queues.queue.done(in_order)
    await queues.queue.put(ONE, message("reply", "1.5"))
    reply = await claimed(queues)
    await queues.queue.done(reply)
    await queues.queue.put(ONE, message("beginning", "1.0"))
    beginning = await claimed(queues)
    await queues.queue.hand_over(beginning)
    again = await claimed(queues)

    claims = (in_order, reply, beginning, again)
    assert [one.overtaken for one in claims] == [False, False, True, True]


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


async def test_the_same_message_put_by_many_at_once_is_taken_once(queues):
    puts = [queues.queue.put(ONE, message("hello", "1.0")) for _ in range(8)]

    assert Counter(await asyncio.gather(*puts)) == {True: 1, False: 7}
    assert texts(await claimed(queues)) == ["hello"]


async def test_messages_that_wait_become_one_turn(queues):
    await put(queues, ONE, "1", "2", "3")

    assert texts(await claimed(queues)) == ["1", "2", "3"]


async def test_one_turn_takes_no_more_messages_than_it_can_bear(queues):
    everything = [str(number) for number in range(1, MOST_MESSAGES + 3)]
    await put(queues, ONE, *everything)

    first = await claimed(queues)
    await queues.queue.done(first)
    second = await claimed(queues)

    assert len(texts(first)) == MOST_MESSAGES
    assert texts(first) + texts(second) == everything


async def test_a_turn_holds_its_messages_as_they_were_said_whichever_came_first(queues):
    await put(queues, ONE, "2", "1", "3")

    claim = await claimed(queues)

    assert texts(claim) == ["1", "2", "3"]
    assert claim.turn.id.endswith(":2.0")  # what a redelivered event would be, too


async def test_a_message_put_alone_is_a_turn_of_its_own_in_order(queues):
    await put(queues, ONE, "1")
    await queues.queue.put(ONE, message("2", "2.0"), alone=True)
    await queues.queue.put(ONE, message("3", "3.0"), alone=True)
    await put(queues, ONE, "4", "5")

    turns = []
    for _ in range(4):
        claim = await claimed(queues)
        turns.append(texts(claim))
        await queues.queue.done(claim)

    assert turns == [["1"], ["2"], ["3"], ["4", "5"]]


async def test_text_comes_back_as_it_was_put(queues):
    said = Message(MessageTs("1.0"), UserId("U1"), 'Ja, "gern" 🙂\n\ud800\0</>', files=(FILE,))
    await queues.queue.put(ONE, said)

    assert (await claimed(queues)).turn.messages == (said,)


# --- whose turn it is


async def test_a_threads_next_turn_waits_for_the_running_one(queues):
    await put(queues, ONE, "1")
    running = await claimed(queues)
    await put(queues, ONE, "2")

    assert await nothing_to_claim(queues)
    await queues.queue.done(running)
    assert texts(await claimed(queues)) == ["2"]


async def test_threads_do_not_wait_for_each_other(queues):
    await put(queues, ONE, "1")
    await put(queues, OTHER, "2")

    threads = {(await claimed(queues)).turn.thread, (await claimed(queues)).turn.thread}

    assert threads == {ONE, OTHER}


async def test_threads_of_one_channel_are_served_in_the_order_of_their_messages(in_order):
    threads = [ThreadRef("T1", "C1", f"{number}.0") for number in (3, 1, 2)]
    for number, thread in enumerate(threads):
        await put(in_order, thread, str(number))

    assert [(await claimed(in_order)).turn.thread for _ in threads] == threads


async def test_a_flood_in_one_channel_does_not_keep_the_others_waiting(in_order):
    flood = [ThreadRef("T1", "C1", f"{number}.0") for number in range(50)]
    for number, thread in enumerate(flood):
        await put(in_order, thread, str(number))
    for _ in range(10):
        await in_order.queue.done(await claimed(in_order))
    await put(in_order, ELSEWHERE, "60")

    assert (await claimed(in_order)).turn.thread == flood[10]
    assert (await claimed(in_order)).turn.thread == ELSEWHERE
    assert (await claimed(in_order)).turn.thread == flood[11]


async def test_a_busy_thread_goes_behind_the_others_of_its_channel(in_order):
    await put(in_order, ONE, "1")
    running = await claimed(in_order)
    await put(in_order, ONE, "2")
    await put(in_order, OTHER, "3")
    await in_order.queue.done(running)

    assert [texts(await claimed(in_order)) for _ in range(2)] == [["3"], ["2"]]


async def test_a_waiting_worker_is_woken(queues):
    waiting = asyncio.create_task(claimed(queues))
    await asyncio.sleep(0.02)
    await put(queues, ONE, "1")

    assert texts(await waiting) == ["1"]


async def test_competing_workers_share_the_turns_and_keep_each_threads_order(queues):
    threads = [ThreadRef("T1", f"C{number % 3}", f"{number}.0") for number in range(6)]
    said: dict[ThreadRef, list[str]] = {thread: [] for thread in threads}
    running: set[ThreadRef] = set()

    async def work() -> None:
        while sum(map(len, said.values())) < 60:
            claim = await queues.queue.claim()
            assert claim.turn.thread not in running
            running.add(claim.turn.thread)
            said[claim.turn.thread] += texts(claim)
            await asyncio.sleep(0)
            running.remove(claim.turn.thread)
            await queues.queue.done(claim)

    workers = [asyncio.create_task(work()) for _ in range(4)]
    for number in range(60):
        await put(queues, threads[number % 6], str(number))
    async with asyncio.timeout(10):
        await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
    for worker in workers:
        worker.cancel()
    results = await asyncio.gather(*workers, return_exceptions=True)

    assert not [result for result in results if isinstance(result, AssertionError)]
    assert said == {
        thread: [str(number) for number in range(start, 60, 6)]
        for start, thread in enumerate(threads)
    }


async def test_cancelled_claims_lose_no_turn(queues):
    for number in range(20):
        waiting = asyncio.create_task(queues.queue.claim())
        for _ in range(number):  # a little further into the claim each time
            await asyncio.sleep(0)
        thread = ThreadRef("T1", "C1", f"{number}.0")
        await put(queues, thread, str(number))
        waiting.cancel()
        try:
            claim = await waiting
        except asyncio.CancelledError:
            claim = await claimed(queues)
        assert claim.turn.thread == thread
        await queues.queue.done(claim)


# --- leases


async def test_a_turn_whose_lease_ran_out_goes_to_another_worker_with_its_journal(queues):
    await put(queues, ONE, "1")
    first = await claimed(queues)
    await queues.journal.append(first, RouterAsked())
    await put(queues, ONE, "2")
    await queues.advance(20)

    second = await claimed(queues)

    assert second.turn == first.turn
    assert second.token > first.token
    assert second.attempt == 2
    assert list(await queues.journal.read(second)) == [RouterAsked()]


@pytest.mark.parametrize("is_fake", [True, False])
async def test_a_lease_ends_by_itself(redis, is_fake):
    queue = (FakeTurnQueue if is_fake else partial(RedisTurnQueue, redis, Shards()))(lease=0.1)
    queues = Queues(queue, None, redis, Shards())
    await put(queues, ONE, "1")
    lost = await claimed(queues)

    again = await claimed(queues)

    assert (again.turn, again.deaths) == (lost.turn, 1)
    with pytest.raises(TurnLost):
        await queue.renew(lost)


async def test_nothing_is_written_behind_entries_that_are_lost(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)
    await queues.journal.append(claim, RouterAsked(), after=0)
    await queues.journal.append(claim, PostStarted("plan"), after=1)

    with pytest.raises(StoreUnavailable):
        await queues.journal.append(claim, PostStarted("reply"), after=3)

    assert list(await queues.journal.read(claim)) == [RouterAsked(), PostStarted("plan")]


async def test_a_turn_that_keeps_losing_its_workers_comes_back_later_each_time(queues):
    await put(queues, ONE, "1")
    deaths = [(await claimed(queues)).deaths]
    await queues.advance(20)
    deaths.append((await claimed(queues)).deaths)
    await queues.advance(20)
    assert await nothing_to_claim(queues)
    await queues.advance(20)
    deaths.append((await claimed(queues)).deaths)

    assert deaths == [0, 1, 2]


async def test_a_waiting_message_that_was_deleted_is_not_put_again(queues):
    await put(queues, ONE, "1")
    assert await queues.queue.delete(ONE, MessageTs("1.0"))

    assert not await queues.queue.put(ONE, message("1", "1.0"))


async def test_a_worker_that_lost_a_turn_and_lives_does_not_count_as_dead(queues):
    await put(queues, ONE, "1")
    early = await claimed(queues)
    await queues.queue.note_lost(early)  # before anybody else could have it
    await queues.advance(20)
    late = await claimed(queues)
    assert late.deaths == 0
    assert (await claimed_sometime(queues)).deaths == 1

    await queues.queue.note_lost(late)  # paused, it has noticed only now
    await queues.queue.note_lost(late)
    await queues.queue.note_lost(early)

    assert (
        await claimed_sometime(queues)
    ).deaths == 1  # the third worker's, of which nothing is heard


async def test_a_turn_that_workers_lose_again_and_again_counts_them_as_dead_at_last(queues):
    await put(queues, ONE, "1")
    deaths = []
    for _ in range(13):
        claim = await claimed_sometime(queues)
        deaths.append(claim.deaths)
        await queues.queue.note_lost(claim)

    assert deaths == [*[0] * 11, 1, 2]


async def test_a_turn_that_got_further_is_not_what_its_workers_died_of(queues):
    """Otherwise it is put aside where workers are restarted faster than it is answered."""
    await put(queues, ONE, "1")
    deaths = []
    for got_further in (True, True, False, True, False, *[True] * 10):
        claim = await claimed_sometime(queues)
        deaths.append(claim.deaths)
        if got_further:
            await queues.journal.append(claim, RouterAsked())

    assert deaths == [0, 1, 1, 2, 2, *[3] * 9, 4]  # at last it counts all the same


async def test_a_turn_that_only_wrote_the_same_again_got_no_further(queues):
    await put(queues, ONE, "1")
    deaths = []
    for number in range(4):
        claim = await claimed_sometime(queues)
        deaths.append(claim.deaths)
        await queues.journal.append(claim, RouterAsked(), again=number > 0)

    assert deaths == [0, 1, 2, 3]


async def test_a_loss_noted_after_the_turn_has_ended_changes_nothing(queues):
    await put(queues, ONE, "1")
    lost = await claimed(queues)
    await queues.advance(20)
    await queues.queue.done(await claimed(queues))
    await queues.queue.note_lost(lost)
    assert not await queues.queue.busy([ONE])

    await put(queues, ONE, "2")
    await queues.queue.note_lost(lost)

    assert (await claimed(queues)).deaths == 0


async def test_failures_are_counted_apart_from_attempts(queues):
    await put(queues, ONE, "1")
    await queues.queue.postpone(await claimed(queues), after=0)
    await queues.queue.hand_over(await claimed(queues))
    await queues.advance(20)

    claim = await claimed(queues)

    assert (claim.attempt, claim.postponed, claim.deaths) == (3, 1, 0)


async def test_turns_whose_lease_ran_out_come_first(in_order):
    await put(in_order, ONE, "1")
    await claimed(in_order)
    await put(in_order, OTHER, "2")
    await in_order.advance(20)

    assert texts(await claimed(in_order)) == ["1"]


async def test_a_renewed_lease_lasts(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)
    for _ in range(3):
        await queues.advance(10)
        await queues.queue.renew(claim)

    assert await nothing_to_claim(queues)
    await queues.queue.done(claim)


async def test_a_lease_that_ran_out_and_that_nobody_took_can_be_renewed(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)
    await queues.advance(20)

    await queues.queue.renew(claim)

    assert await nothing_to_claim(queues)


async def test_who_has_lost_a_turn_can_do_nothing_with_it(queues):
    await put(queues, ONE, "1")
    first = await claimed(queues)
    await queues.advance(20)
    second = await claimed(queues)

    for act in (
        queues.queue.renew(first),
        queues.queue.done(first),
        queues.queue.postpone(first, after=0),
        queues.queue.hand_over(first),
        queues.queue.bury(first, "reason"),
        queues.journal.append(first, RouterAsked()),
        queues.journal.read(first),
    ):
        with pytest.raises(TurnLost):
            await act
    assert list(await queues.journal.read(second)) == []
    await queues.queue.done(second)


@pytest.mark.parametrize("way", ["done", "postpone", "hand_over", "bury"])
async def test_ending_a_claim_twice_is_no_error_but_nothing_else_is_allowed(queues, way):
    async def end(claim: Claim) -> None:
        match way:
            case "done":
                await queues.queue.done(claim)
            case "postpone":
                await queues.queue.postpone(claim, after=0)
            case "hand_over":
                await queues.queue.hand_over(claim)
            case "bury":
                await queues.queue.bury(claim, "reason")

    await put(queues, ONE, "1")
    claim = await claimed(queues)
    await put(queues, ONE, "2")
    await end(claim)
    depth = await queues.queue.depth()
    await end(claim)

    assert await queues.queue.depth() == depth
    with pytest.raises(TurnLost):
        await queues.queue.renew(claim)
    with pytest.raises(TurnLost):
        await queues.journal.append(claim, RouterAsked())
    following = await claimed(queues)
    await end(claim)
    await queues.queue.renew(following)


# --- giving back


async def test_a_turn_handed_over_comes_back_before_what_waits_behind_it(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)
    await queues.journal.append(claim, RouterAsked())
    await put(queues, ONE, "2")
    await queues.queue.hand_over(claim)

    again = await claimed(queues)

    assert texts(again) == ["1"]
    assert (again.attempt, again.postponed, again.deaths) == (2, 0, 0)
    assert list(await queues.journal.read(again)) == [RouterAsked()]


async def test_a_turn_postponed_for_later_comes_then_and_blocks_only_its_thread(queues):
    await put(queues, ONE, "1")
    await queues.queue.postpone(await claimed(queues), after=30)
    await put(queues, ONE, "2")
    await put(queues, OTHER, "3")

    other = await claimed(queues)
    assert texts(other) == ["3"]
    await queues.queue.done(other)
    assert await nothing_to_claim(queues)
    await queues.advance(30)
    assert texts(await claimed(queues)) == ["1"]


async def test_a_waiting_worker_notices_when_a_delay_is_over(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)
    waiting = asyncio.create_task(claimed(queues))
    await asyncio.sleep(0.02)
    await queues.queue.postpone(claim, after=0.05)

    assert texts(await waiting) == ["1"]


# --- dead letters


async def test_a_buried_turn_makes_room_for_the_next(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)
    await put(queues, ONE, "2")
    await queues.queue.bury(claim, "ModelUnavailable")

    assert texts(await claimed(queues)) == ["2"]


async def test_a_buried_turn_can_be_looked_at(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)
    await queues.queue.bury(claim, "ModelUnavailable")

    (letter,) = await queues.queue.buried()

    assert (letter.turn, letter.reason, letter.attempts) == (claim.turn, "ModelUnavailable", 1)
    assert abs(letter.buried_at - time.time()) < 60
    assert await queues.queue.dead_letter(claim.turn.id) == letter
    assert await queues.queue.dead_letter(TurnId("T1:C1:9.0")) is None


async def test_workers_that_died_with_a_turn_still_count_when_it_is_retried(queues):
    await put(queues, ONE, "1")
    await claimed(queues)
    await queues.advance(20)
    claim = await claimed(queues)
    await queues.queue.bury(claim, "ModelUnavailable")
    assert await queues.queue.retry(claim.turn.id, poisoned=False)
    again = await claimed(queues)
    assert again.deaths == 1

    await queues.queue.bury(again, "Poisoned", poisoned=True)
    with pytest.raises(Poisoned):
        await queues.queue.retry(claim.turn.id, poisoned=False)
    assert len(await queues.queue.buried()) == 1
    assert await queues.queue.retry(claim.turn.id)
    last = await claimed(queues)

    assert last.deaths == 0  # of which one more may die
    assert list(await queues.journal.read(last)) == [Retried(), Retried()]


async def test_a_retried_turn_starts_over_with_its_journal_before_what_came_later(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)
    await queues.journal.append(claim, RouterAsked())
    await queues.queue.bury(claim, "ModelUnavailable")
    await put(queues, ONE, "2", "3")

    assert await queues.queue.retry(claim.turn.id)
    again = await claimed(queues)

    assert again.turn == claim.turn
    assert (again.attempt, again.postponed, again.deaths) == (1, 0, 0)
    assert list(await queues.journal.read(again)) == [RouterAsked(), Retried()]
    assert await queues.queue.buried() == []
    await queues.queue.done(again)
    assert texts(await claimed(queues)) == ["2", "3"]


async def test_nobodys_words_become_anothers_by_an_edit(queues):
    await put(queues, ONE, "1")
    forged = Message(MessageTs("1.0"), UserId("UADMIN"), "Cancel 4711.")

    assert not await queues.queue.amend(ONE, forged.ts, forged)
    assert texts(await claimed(queues)) == ["1"]


async def test_whoever_has_a_turn_tried_again_or_at_once_stays_one_of_its_authors(queues):
    await put(queues, ONE, "1")
    for presser in (UserId("U7"), UserId("U8")):
        first = await claimed(queues)
        await queues.queue.bury(first, "ModelUnavailable")
        assert await queues.queue.retry(first.turn.id, by=presser)
    again = await claimed(queues)
    await queues.queue.postpone(again, after=60, outage=True)
    assert await queues.queue.try_now(ONE, first.turn.id, HURRIER)

    last = await claimed(queues)
    assert last.turn.pressed == ("U7", "U8", HURRIER)
    await queues.queue.hand_over(last)
    assert (await claimed(queues)).turn == last.turn
    await queues.advance(100)
    assert (await claimed(queues)).turn == last.turn


async def test_whoever_runs_the_bot_is_no_author(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)
    await queues.queue.bury(claim, "ModelUnavailable")
    assert await queues.queue.retry(claim.turn.id)

    assert (await claimed(queues)).turn == claim.turn


async def test_a_retried_turn_waits_for_the_one_that_runs(queues):
    await put(queues, ONE, "1")
    buried = await claimed(queues)
    await queues.queue.bury(buried, "ModelUnavailable")
    await put(queues, ONE, "2")
    running = await claimed(queues)
    await queues.journal.append(running, RouterAsked())
    await queues.queue.retry(buried.turn.id)

    assert await nothing_to_claim(queues)
    await queues.queue.done(running)
    again = await claimed(queues)
    assert texts(again) == ["1"]
    assert list(await queues.journal.read(again)) == [Retried()]


async def test_messages_before_a_retried_turn_are_not_mixed_with_it(queues):
    await put(queues, ONE, "1")
    first = await claimed(queues)
    await queues.queue.bury(first, "ModelUnavailable")
    await put(queues, ONE, "2")
    second = await claimed(queues)
    await queues.queue.bury(second, "ModelUnavailable")
    await put(queues, ONE, "3")
    await queues.queue.retry(second.turn.id)
    await queues.queue.retry(first.turn.id)

    turns = []
    for _ in range(3):
        claim = await claimed(queues)
        turns.append(texts(claim))
        await queues.queue.done(claim)
    assert turns == [["1"], ["2"], ["3"]]


async def test_a_dropped_turn_is_gone(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)
    await queues.queue.bury(claim, "ModelUnavailable")

    assert await queues.queue.drop(claim.turn.id)
    assert not await queues.queue.drop(claim.turn.id)
    assert not await queues.queue.retry(claim.turn.id)
    assert await queues.queue.buried() == []
    assert await nothing_to_claim(queues)


# --- how much there is


async def test_the_depth_counts_threads_by_what_they_wait_for(queues):
    for number in range(5):
        await put(queues, ThreadRef("T1", "C1", f"{number}.0"), str(number))
    await queues.queue.postpone(await claimed(queues), after=30)
    await queues.queue.bury(await claimed(queues), "reason")
    await claimed(queues)

    assert await queues.queue.depth() == Depth(waiting=2, running=1, delayed=1, buried=1)


async def test_the_oldest_message_tells_how_long_workers_leave_people_waiting(queues):
    now = time.time()
    for thread, age in ((ONE, 20), (OTHER, 100), (ELSEWHERE, 7)):
        first = message("first", f"{now - age:.6f}")
        await queues.queue.put(thread, first)
        await queues.queue.put(thread, message("second", f"{now - 5:.6f}"))

    assert 99 < await queues.queue.oldest() < 110
    claims = [await claimed(queues) for _ in range(3)]
    assert await queues.queue.oldest() == 0
    await queues.queue.bury(claims[0], "reason")
    await queues.queue.retry(claims[0].turn.id)
    assert await queues.queue.oldest() == 0  # nobody has waited for it since


async def test_each_waiting_thread_learns_how_many_are_before_it(in_order):
    for thread, text in ((ONE, "1"), (OTHER, "2"), (ELSEWHERE, "3")):
        await put(in_order, thread, text)
    assert {w.thread: w.ahead for w in await in_order.queue.waiting_threads(9)} == {
        ONE: 0,
        ELSEWHERE: 1,
        OTHER: 2,
    }
    assert [w.thread for w in await in_order.queue.waiting_threads(1)] == [ONE]

    await claimed(in_order)
    await put(in_order, ONE, "4")
    assert [w.thread for w in await in_order.queue.waiting_threads(9)] == [ELSEWHERE, OTHER]


async def test_a_thread_is_busy_while_it_has_a_turn_or_messages(queues):
    await put(queues, ONE, "1")
    await put(queues, OTHER, "2")
    threads = [ONE, OTHER, ELSEWHERE]
    assert await queues.queue.busy(threads) == {ONE, OTHER}
    for _ in range(2):
        claim = await claimed(queues)
        if claim.turn.thread == ONE:
            await queues.queue.postpone(claim, after=60)
        else:
            await queues.queue.done(claim)

    assert await queues.queue.busy(threads) == {ONE}
    assert await queues.queue.busy([]) == set()


async def test_of_who_waits_it_is_known_who_asked_first(in_order):
    for user, ts in ((UserId("U7"), "1.0"), (UserId("U8"), "2.0")):
        said = Message(MessageTs(ts), user, '{"author":"U9"}')
        assert await in_order.queue.put(ONE, said)

    assert [w.addressee for w in await in_order.queue.waiting_threads(9)] == ["U7"]


async def test_who_asked_is_not_known_of_a_turn_that_is_tried_again(in_order):
    await put(in_order, ONE, "1")
    claim = await claimed(in_order)
    await in_order.queue.bury(claim, "quota")
    assert await in_order.queue.retry(claim.turn.id)

    assert [w.addressee for w in await in_order.queue.waiting_threads(9)] == [None]


async def test_of_all_who_wait_no_more_are_told_than_asked_for(crowded):
    for channel in range(6):
        for number in range(5):
            await put(crowded, ThreadRef("T1", f"C{channel}", f"{number}.0"), str(number))
    for _ in range(12):  # then each channel has its share, and the others stand aside
        await claimed(crowded)
    assert await nothing_to_claim(crowded)
    await put(crowded, ThreadRef("T1", "C9", "1.0"), "1")

    waiting = await crowded.queue.waiting_threads(7)

    assert len(waiting) == 7
    assert {one.thread.channel_id for one in waiting} == {*(f"C{n}" for n in range(6)), "C9"}
    assert {one.ahead for one in waiting} == {0}


# --- the share of a channel


async def test_a_channel_has_so_many_turns_at_a_time_and_the_others_pass_by(crowded):
    flood = [ThreadRef("T1", "C1", f"{number}.0") for number in range(5)]
    for number, thread in enumerate(flood):
        await put(crowded, thread, str(number))
    await put(crowded, ELSEWHERE, "9")

    taken = [await claimed(crowded) for _ in range(3)]

    assert {claim.turn.thread for claim in taken} == {*flood[:2], ELSEWHERE}
    assert await nothing_to_claim(crowded)
    assert (await crowded.queue.depth()).waiting == 3
    assert {w.thread: w.ahead for w in await crowded.queue.waiting_threads(9)} == {
        thread: ahead for ahead, thread in enumerate(flood[2:])
    }


@pytest.mark.parametrize("end", ["done", "bury"])
async def test_who_stood_aside_comes_forward_in_order_when_a_turn_ends(crowded, end):
    flood = [ThreadRef("T1", "C1", f"{number}.0") for number in range(5)]
    for number, thread in enumerate(flood):
        await put(crowded, thread, str(number))
    running = [await claimed(crowded) for _ in range(2)]
    assert await nothing_to_claim(crowded)

    for thread in flood[2:]:
        claim = running.pop(0)
        await (crowded.queue.done(claim) if end == "done" else crowded.queue.bury(claim, "why"))
        running.append(await claimed(crowded))
        assert running[-1].turn.thread == thread

    assert (await crowded.queue.depth()).waiting == 0


async def test_a_thread_that_stands_aside_gathers_what_else_is_said(crowded):
    for thread in (ONE, OTHER):
        await put(crowded, thread, "1")
    first = await claimed(crowded)
    await claimed(crowded)
    late = ThreadRef("T1", "C1", "3.0")
    await put(crowded, late, "2")
    assert await nothing_to_claim(crowded)
    await put(crowded, late, "3")
    await crowded.queue.done(first)

    assert texts(await claimed(crowded)) == ["2", "3"]
    assert await nothing_to_claim(crowded)


async def test_a_turn_that_is_put_off_keeps_its_share(crowded):
    for thread in (ONE, OTHER):
        await put(crowded, thread, "1")
    await crowded.queue.postpone(await claimed(crowded), after=30)
    await claimed(crowded)
    await put(crowded, ThreadRef("T1", "C1", "3.0"), "2")

    assert await nothing_to_claim(crowded)


# --- edited and deleted messages


async def test_a_message_that_waits_is_taken_as_it_is_now(queues):
    await put(queues, ONE, "1", "2")

    assert await queues.queue.amend(ONE, MessageTs("1.0"), message("one", "1.0"))
    assert texts(await claimed(queues)) == ["one", "2"]


async def test_a_message_that_was_deleted_is_not_answered(queues):
    await put(queues, ONE, "1", "2")

    assert await queues.queue.amend(ONE, MessageTs("1.0"), None)
    assert not await queues.queue.amend(ONE, MessageTs("1.0"), None)
    assert texts(await claimed(queues)) == ["2"]


async def test_a_message_that_was_taken_back_may_be_put_again(queues):
    await put(queues, ONE, "1")
    await queues.queue.amend(ONE, MessageTs("1.0"), None)

    assert await queues.queue.put(ONE, message("one", "1.0"))
    assert not await queues.queue.put(ONE, message("one", "1.0"))
    assert texts(await claimed(queues)) == ["one"]


async def test_a_thread_whose_only_message_was_deleted_takes_no_place(queues):
    await put(queues, ONE, "1")

    assert await queues.queue.amend(ONE, MessageTs("1.0"), None)
    assert (await queues.queue.depth()).waiting == 0
    assert await nothing_to_claim(queues)
    await put(queues, ONE, "2")
    assert texts(await claimed(queues)) == ["2"]


async def test_what_is_being_answered_stays_as_it_was(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)

    assert not await queues.queue.amend(ONE, MessageTs("1.0"), message("one", "1.0"))
    assert texts(claim) == ["1"]


@pytest.mark.parametrize("alone", [False, True])
async def test_a_message_whose_deletion_arrives_first_is_not_put(queues, alone):
    assert not await queues.queue.delete(ONE, MessageTs("1.0"))
    assert not await queues.queue.put(ONE, message("1", "1.0"), alone=alone)

    assert await nothing_to_claim(queues)
    await put(queues, ONE, "2")
    assert texts(await claimed(queues)) == ["2"]


async def test_of_messages_that_wait_the_deleted_one_is_left_out(queues):
    await put(queues, ONE, "1", "2", "3")

    assert await queues.queue.delete(ONE, MessageTs("2.0"))
    assert not await queues.queue.delete(ONE, MessageTs("2.0"))

    claim = await claimed(queues)
    assert texts(claim) == ["1", "3"]
    assert await queues.queue.deleted([claim.turn]) == {}


async def test_which_messages_of_a_running_turn_were_deleted_is_known(queues):
    await put(queues, ONE, "1", "2")
    await put(queues, OTHER, "3")
    await put(queues, ELSEWHERE, "4")
    turns = [(await claimed(queues)).turn for _ in range(3)]

    assert await queues.queue.deleted(turns) == {}
    assert not await queues.queue.delete(ONE, MessageTs("2.0"))
    await queues.queue.delete(OTHER, MessageTs("2.0"))
    await queues.queue.delete(ELSEWHERE, MessageTs("4.0"))

    ids = {turn.thread: turn.id for turn in turns}
    assert await queues.queue.deleted(turns) == {ids[ONE]: {"2.0"}, ids[ELSEWHERE]: {"4.0"}}
    assert await queues.queue.deleted([]) == {}


async def test_the_question_that_a_button_or_a_decision_is_about_may_be_deleted(queues):
    steer = Steer(Wish.AGAIN, MessageTs("1.0"), MessageTs("2.0"))
    verdict = Verdict(ApprovalId("a"), Decision.APPROVED, 0, about=MessageTs("1.0"))
    for number, act in enumerate(({"steer": steer}, {"verdict": verdict}), 8):
        ts = MessageTs(f"{number}.0")
        await queues.queue.put(ONE, replace(message("", ts), **act), alone=True)
    await queues.queue.delete(ONE, MessageTs("1.0"))

    for _ in range(2):
        claim = await claimed(queues)
        assert await queues.queue.deleted([claim.turn]) == {claim.turn.id: {"1.0"}}
        await queues.queue.done(claim)


async def test_what_was_deleted_of_one_turn_is_not_said_of_the_next_in_its_thread(queues):
    await put(queues, ONE, "1")
    first = await claimed(queues)
    await queues.queue.delete(ONE, MessageTs("1.0"))
    await queues.queue.done(first)
    await put(queues, ONE, "2")
    second = await claimed(queues)

    deleted = await queues.queue.deleted([first.turn, second.turn])

    assert deleted == {first.turn.id: {"1.0"}}


@pytest.mark.parametrize(("deleted", "is_due"), [("1.0", True), ("2.0", True), ("3.0", False)])
async def test_a_turn_that_was_put_off_comes_back_when_a_message_of_it_is_deleted(
    queues, deleted, is_due
):
    await put(queues, ONE, "1", "2")
    claim = await claimed(queues)
    await queues.queue.postpone(claim, after=60)

    await queues.queue.delete(ONE, MessageTs(deleted))

    if is_due:
        assert (await claimed(queues)).turn == claim.turn
    else:
        assert await nothing_to_claim(queues)


async def test_a_retried_turn_is_still_known_to_be_deleted(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)
    await queues.queue.bury(claim, "ModelUnavailable")
    await queues.queue.delete(ONE, MessageTs("1.0"))

    assert await queues.queue.retry(claim.turn.id)
    assert await queues.queue.deleted([(await claimed(queues)).turn]) == {claim.turn.id: {"1.0"}}


# --- stopping


ADA = UserId("U1")


async def test_a_running_turn_is_to_be_stopped_until_it_has_ended(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)

    assert await queues.queue.stop(ONE, MessageTs("2.0"), ADA) == StopResult(True)
    assert await queues.queue.stop_requests() == {ONE: ADA}
    await queues.queue.done(claim)
    assert await queues.queue.stop_requests() == {}


async def test_what_nobody_has_begun_is_taken_back(queues):
    await put(queues, ONE, "1", "2")

    assert await queues.queue.stop(ONE, MessageTs("3.0"), ADA) == StopResult(
        False, MessageTs("1.0")
    )
    assert await queues.queue.stop_requests() == {}
    assert await nothing_to_claim(queues)
    await put(queues, ONE, "4")
    assert texts(await claimed(queues)) == ["4"]


async def test_what_waits_behind_a_running_turn_is_taken_back_but_no_command(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)
    await put(queues, ONE, "2")
    await queues.queue.put(ONE, message("3", "3.0"), alone=True)

    assert await queues.queue.stop(ONE, MessageTs("4.0"), ADA) == StopResult(True, MessageTs("2.0"))
    await queues.queue.done(claim)
    assert texts(await claimed(queues)) == ["3"]


async def test_a_wish_to_stop_that_comes_twice_stops_once(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)
    await queues.queue.stop(ONE, MessageTs("2.0"), ADA)
    await queues.queue.done(claim)
    await put(queues, ONE, "3")

    assert await queues.queue.stop(ONE, MessageTs("2.0"), ADA) is None
    assert texts(await claimed(queues)) == ["3"]


async def test_where_nothing_is_to_be_stopped_the_wish_can_be_put(queues):
    assert await queues.queue.stop(ONE, MessageTs("2.0"), ADA) == StopResult(False)
    assert await queues.queue.put(ONE, message("stop", "2.0"), alone=True)


async def test_a_wish_to_stop_is_not_about_what_was_said_since(queues):
    await put(queues, ONE, "3")
    claim = await claimed(queues)
    await put(queues, ONE, "1", "4")

    stopped = await queues.queue.stop(ONE, MessageTs("2.0"), ADA)

    assert stopped == StopResult(False, MessageTs("1.0"))
    await queues.queue.done(claim)
    assert texts(await claimed(queues)) == ["4"]


async def test_a_wish_to_stop_stops_the_turn_before_it(queues):
    await put(queues, ONE, "1")
    await claimed(queues)
    assert await queues.queue.stop(ONE, MessageTs("2.0"), ADA) == StopResult(True)


async def test_a_turn_that_was_put_off_comes_back_to_be_stopped(queues):
    await put(queues, ONE, "1")
    await queues.queue.postpone(await claimed(queues), after=60)

    await queues.queue.stop(ONE, MessageTs("2.0"), ADA)

    assert (await claimed(queues)).turn.thread == ONE
    assert await queues.queue.stop_requests() == {ONE: ADA}


async def test_a_thread_that_stood_aside_and_was_stopped_does_not_come_forward(crowded):
    for thread in (ONE, OTHER):
        await put(crowded, thread, "1")
    first = await claimed(crowded)
    await claimed(crowded)
    late = ThreadRef("T1", "C1", "3.0")
    await put(crowded, late, "2")
    assert await nothing_to_claim(crowded)

    assert await crowded.queue.stop(late, MessageTs("4.0"), ADA) == StopResult(
        False, MessageTs("2.0")
    )
    await crowded.queue.done(first)
    assert await nothing_to_claim(crowded)
    assert (await crowded.queue.depth()).waiting == 0


@pytest.mark.parametrize("how", ["deleted", "stopped"])
async def test_who_came_forward_and_is_taken_back_lets_the_next_come_forward(crowded, how):
    flood = [ThreadRef("T1", "C1", f"{number}.0") for number in range(5)]
    for number, thread in enumerate(flood):
        await put(crowded, thread, str(number))
    running = [await claimed(crowded) for _ in range(2)]
    assert await nothing_to_claim(crowded)
    for claim in running:
        await crowded.queue.done(claim)

    for number in (2, 3):
        if how == "deleted":
            await crowded.queue.amend(flood[number], MessageTs(f"{number}.0"), None)
        else:
            await crowded.queue.stop(flood[number], MessageTs("9.0"), ADA)

    assert (await claimed(crowded)).turn.thread == flood[4]


# --- the journal


async def test_the_journal_gives_back_what_was_written_in_order(queues):
    call = Call(CallId("call_1"), ExpertName("legal"), "Licences.", "May we?", CallId("call_1"))
    events = [
        RouterAsked(),
        ExpertCalled(call),
        Routed("text", usage=Usage(3, 2, 1)),
        ExpertAnswered(CallId("call_1"), 'Ja, "gerne" 🙂\n\ud800'),
        PostStarted("plan"),
        PostStarted("plan"),
    ]
    await put(queues, ONE, "1")
    first = await claimed(queues)
    for event in events:
        await queues.journal.append(first, event)
    await queues.advance(20)

    assert list(await queues.journal.read(await claimed(queues))) == events


async def test_a_done_turn_leaves_no_journal_for_the_next(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)
    await queues.journal.append(claim, RouterAsked())
    await queues.queue.done(claim)
    await put(queues, ONE, "2")

    assert list(await queues.journal.read(await claimed(queues))) == []


# --- holding a thread


async def test_nobody_claims_a_thread_on_hold_and_what_waits_comes_afterwards(queues):
    await put(queues, ONE, "1")

    held = await queues.queue.hold(ONE)

    assert held
    assert held.dropped == 0
    assert await nothing_to_claim(queues)
    await queues.queue.done(held.claim)
    assert (await claimed(queues)).turn.messages[0].ts == "1.0"


async def test_what_waits_is_dropped_where_that_is_wanted(queues):
    await put(queues, ONE, "1", "2")

    held = await queues.queue.hold(ONE, drop=True)

    assert held
    assert held.dropped == 2
    await queues.queue.done(held.claim)
    assert await nothing_to_claim(queues)


async def test_a_thread_with_a_turn_is_held_only_if_the_turn_waits_and_is_dropped(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)

    assert await queues.queue.hold(ONE, drop=True) is None
    await queues.queue.postpone(claim, after=60)
    assert await queues.queue.hold(ONE) is None
    held = await queues.queue.hold(ONE, drop=True)

    assert held
    assert held.dropped == 1


async def test_a_hold_that_is_not_renewed_ends_by_itself(queues):
    await put(queues, ONE, "1")
    held = await queues.queue.hold(ONE)
    await queues.advance(20)

    assert (await claimed(queues)).turn.messages[0].ts == "1.0"
    with pytest.raises(TurnLost):
        await queues.queue.renew(held.claim)


# --- apps


async def test_apps_ask_only_so_often_until_a_person_does(queues):
    def asked(number: int, *, by_app: bool = True) -> Message:
        return Message(MessageTs(f"{number}.0"), UserId("B1"), "?", mentioned=True, by_app=by_app)

    put = queues.queue.put
    first = [await put(ONE, asked(number)) for number in range(1, MOST_APP_QUESTIONS + 2)]
    again = await put(ONE, asked(1))
    elsewhere = await put(OTHER, asked(50))
    person = await put(ONE, asked(51, by_app=False))
    then = await put(ONE, asked(52))

    assert first == [True] * MOST_APP_QUESTIONS + [False]
    assert (again, elsewhere, person, then) == (False, True, True, True)
    texts = [message.ts for message in (await queues.queue.claim()).turn.messages]
    assert texts == ["1.0", "2.0", "3.0", "51.0", "52.0"]


# --- an outage of the model's side


async def postponed(queues: Queues, *threads: ThreadRef, after: float = 60) -> list[Claim]:
    """Put a turn in each thread, and postpone them."""
    for thread in threads:
        await put(queues, thread, thread.thread_ts.partition(".")[0])
    claims = [await claimed(queues) for _ in threads]
    for claim in claims:
        await queues.queue.postpone(claim, after=after, outage=True)
    return claims


async def is_idle(queues: Queues) -> bool:
    try:
        async with asyncio.timeout(0.05):
            await queues.queue.claim()
    except TimeoutError:
        return True
    return False


async def test_a_turn_that_waits_for_the_model_can_be_tried_now(queues):
    (claim,) = await postponed(queues, ONE)

    assert not await queues.queue.try_now(ONE, TurnId("T1:C1:9.0"), HURRIER)
    assert not await queues.queue.try_now(ELSEWHERE, claim.turn.id, HURRIER)
    assert await queues.queue.try_now(ONE, claim.turn.id, HURRIER)
    again = await claimed(queues)

    assert (again.turn, again.postponed) == (replace(claim.turn, pressed=(HURRIER,)), 0)
    assert not await queues.queue.try_now(ONE, claim.turn.id, HURRIER)


async def test_a_try_besides_the_schedule_does_not_change_it(queues):
    (claim,) = await postponed(queues, ONE, after=0.4)
    assert await queues.queue.try_now(ONE, claim.turn.id, HURRIER)
    again = await claimed(queues)
    await queues.queue.postpone(again, after=60, outage=True)

    assert await is_idle(queues)
    async with asyncio.timeout(2):
        scheduled = await queues.queue.claim()
    assert scheduled.postponed == 1


async def test_when_the_model_answers_again_some_others_are_tried_at_once(queues):
    others = [ThreadRef("T1", f"C{n}", f"{n}.0") for n in range(10, 22)]
    await postponed(queues, *others)
    await put(queues, ONE, "1")
    await queues.queue.done(await claimed(queues))
    assert await is_idle(queues)
    await put(queues, ONE, "2")
    await queues.queue.done(await claimed(queues), model_answers=True)

    hurried = 0
    while not await is_idle(queues):
        hurried += 1
    assert 3 <= hurried <= 9  # three in each shard


async def test_a_turn_that_fails_again_is_not_hurried_twice_in_one_wait(queues):
    await postponed(queues, ONE)
    await put(queues, OTHER, "2", "3")
    await queues.queue.done(await claimed(queues), model_answers=True)
    await queues.queue.postpone(await claimed(queues), after=60, outage=True)
    await put(queues, OTHER, "4")
    await queues.queue.done(await claimed(queues), model_answers=True)

    assert await is_idle(queues)


async def test_what_waits_for_something_else_waits_on(queues):
    await put(queues, ONE, "1")
    claim = await claimed(queues)
    await queues.queue.postpone(claim, after=60)
    await put(queues, OTHER, "2")
    await queues.queue.done(await claimed(queues), model_answers=True)

    assert await is_idle(queues)
    assert not await queues.queue.try_now(ONE, claim.turn.id, HURRIER)


# --- channels that have moved


async def test_a_message_is_not_put_where_its_channel_may_have_moved(queues):
    queue = queues.queue
    if isinstance(queue, FakeTurnQueue):
        queue.moves = 1
    else:
        await queues.redis.hset(keys.key("moves", ONE.team_id), "G1>C1", "1.0")

    with pytest.raises(ChannelsMoved):
        await queue.put(ONE, message("Hi", "1.0"), moves=0)
    assert (await queue.depth()).waiting == 0

    assert await queue.put(ONE, message("Hi", "1.0"), moves=1)
    assert not await queue.put(ONE, message("Hi", "1.0"))
    assert queue.knows_moves
