"""The promises of ApprovalStore, on the fake and on Redis alike, each beside its queue."""

from dataclasses import replace

import pytest

from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.adapters.redis.queue.approval_store import RedisApprovalStore
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.panel.approvals.approval_store import ApprovalStore, VerdictResult
from bot.panel.approvals.approvals import Pending
from bot.panel.errors import TurnLost
from bot.panel.model import (
    Call,
    CallId,
    Claim,
    ConversationId,
    Decision,
    ExpertName,
    Message,
    MessageTs,
    RequestId,
    ThreadRef,
    UserId,
)
from bot.panel.tools import ApprovalWanted
from tests.fakes.approval_store import FakeApprovalStore
from tests.fakes.turn_queue import FakeTurnQueue

SECRET = Cipher([bytes(32)])
THREAD = ThreadRef("T1", "C1", "1.0")
ANN, BEN = UserId("UANN"), UserId("UBEN")


class Neighbours:
    """A store and the queue that it puts verdicts on."""

    def __init__(self, queue: RedisTurnQueue | FakeTurnQueue, store: ApprovalStore) -> None:
        self.queue = queue
        self.store = store

    async def claim(self, ts: str = "1.0") -> Claim:
        await self.queue.put(THREAD, Message(MessageTs(ts), ANN, "Hi"))
        return await self.queue.claim()

    async def asked(self, within: float = 60) -> Pending:
        """Ask for approval in a turn that is done."""
        claim = await self.claim()
        pending = wish(claim)
        await self.store.open(claim, pending)
        await self.store.ask(claim, pending, within=within)
        await self.queue.done(claim)
        return pending


@pytest.fixture(params=["fake", "redis", "sharded, encrypted redis"])
async def neighbours(request, redis):
    if request.param == "fake":
        queue = FakeTurnQueue()
        return Neighbours(queue, FakeApprovalStore(queue))
    shards, cipher = (Shards(3), SECRET) if "sharded" in request.param else (Shards(), CLEAR)
    return Neighbours(
        RedisTurnQueue(redis, shards, cipher=cipher), RedisApprovalStore(redis, shards, cipher)
    )


def wish(claim: Claim, ts: str | None = "1.5", call: str = "call_1") -> Pending:
    wanted = ApprovalWanted(RequestId("mcpr_1"), "shop", "open_ticket", '{"title": "ü"}')
    return Pending(
        turn=claim.turn.id,
        call=Call(CallId(call), ExpertName("legal"), "Why", "What"),
        title="Legal Counsel",
        icon=":scales:",
        conversation=ConversationId("conv_1"),
        wanted=(wanted,),
        asker=ANN,
        about=MessageTs("1.0"),
        ts=MessageTs(ts) if ts else None,
    )


def verdict(pending: Pending, by: UserId, decision: Decision = Decision.APPROVED) -> Message:
    return pending.verdict_message(pending.verdict(decision, 7), by)


async def test_what_is_opened_is_remembered_until_it_is_settled(neighbours):
    store = neighbours.store
    claim = await neighbours.claim()
    one, other = wish(claim, None), wish(claim, None, "call_2")
    await store.open(claim, one)
    await store.open(claim, other)

    assert set(await store.pending(THREAD)) == {one, other}
    assert await store.pending(ThreadRef("T1", "C1", "2.0")) == []

    await store.close(claim, one.id)
    await store.close(claim, one.id)

    assert await store.pending(THREAD) == [other]


async def test_opening_again_changes_nothing(neighbours):
    claim = await neighbours.claim()
    await neighbours.store.open(claim, wish(claim, None))
    await neighbours.store.ask(claim, wish(claim), within=60)

    await neighbours.store.open(claim, wish(claim, None))

    assert await neighbours.store.pending(THREAD) == [wish(claim)]


async def test_what_is_settled_is_not_asked_any_more(neighbours):
    claim = await neighbours.claim()
    await neighbours.store.open(claim, wish(claim, None))
    await neighbours.store.close(claim, wish(claim).id)

    await neighbours.store.ask(claim, wish(claim), within=0)

    assert await neighbours.store.pending(THREAD) == []
    assert await neighbours.store.expired() == []


async def test_the_first_verdict_counts_and_is_a_turn(neighbours):
    pending = await neighbours.asked()
    first, second = verdict(pending, ANN), verdict(pending, BEN, Decision.DECLINED)

    assert await neighbours.store.record_verdict(THREAD, pending.id, first) is VerdictResult.AT_ONCE
    assert (
        await neighbours.store.record_verdict(THREAD, pending.id, second) is VerdictResult.TOO_LATE
    )
    assert await neighbours.store.record_verdict(THREAD, pending.id, first) is VerdictResult.AT_ONCE

    claim = await neighbours.queue.claim()
    assert claim.turn.messages == (first,)
    assert claim.turn.verdict == first.verdict
    again = await neighbours.store.record_verdict(THREAD, pending.id, first)
    assert again is VerdictResult.AT_ONCE  # what is under way is the verdict's own turn
    assert (await neighbours.queue.depth()).waiting == 0
    await neighbours.store.close(claim, pending.id)
    assert (
        await neighbours.store.record_verdict(THREAD, pending.id, second) is VerdictResult.TOO_LATE
    )


async def test_a_verdict_comes_before_what_waits_and_after_what_is_under_way(neighbours):
    pending = await neighbours.asked()
    running = await neighbours.claim("2.0")
    await neighbours.queue.put(THREAD, Message(MessageTs("3.0"), BEN, "More"))

    entered = await neighbours.store.record_verdict(THREAD, pending.id, verdict(pending, ANN))
    await neighbours.queue.done(running)

    assert entered is VerdictResult.IN_LINE
    claim = await neighbours.queue.claim()
    assert claim.turn.verdict
    await neighbours.queue.done(claim)
    assert (await neighbours.queue.claim()).turn.messages[0].text == "More"


async def test_settling_takes_a_waiting_verdict_back(neighbours):
    pending = await neighbours.asked()
    running = await neighbours.claim("2.0")
    await neighbours.store.record_verdict(THREAD, pending.id, verdict(pending, ANN))

    await neighbours.store.close(running, pending.id)
    await neighbours.queue.done(running)

    assert (await neighbours.queue.depth()).waiting == 0


async def test_time_runs_out_once_people_are_asked(neighbours):
    claim = await neighbours.claim()
    early = wish(claim, None)
    await neighbours.store.open(claim, early)
    assert await neighbours.store.expired() == []

    asked = replace(early, ts=MessageTs("1.5"))
    await neighbours.store.ask(claim, asked, within=0)
    await neighbours.store.ask(claim, asked, within=60)  # which gives nobody more time

    assert await neighbours.store.expired() == [(THREAD, asked)]
    await neighbours.store.record_verdict(THREAD, asked.id, verdict(asked, ANN))
    assert await neighbours.store.expired() == []


async def test_whoever_lost_the_turn_changes_nothing(neighbours):
    lost = await neighbours.claim()
    await neighbours.store.open(lost, wish(lost, None))
    await neighbours.queue.hand_over(lost)
    await neighbours.queue.claim()

    with pytest.raises(TurnLost):
        await neighbours.store.open(lost, wish(lost, None, "call_2"))
    with pytest.raises(TurnLost):
        await neighbours.store.ask(lost, wish(lost), within=0)
    with pytest.raises(TurnLost):
        await neighbours.store.close(lost, wish(lost).id)

    assert await neighbours.store.pending(THREAD) == [wish(lost, None)]
    assert await neighbours.store.expired() == []


async def test_what_is_wanted_for_a_deleted_question_expires_at_once(neighbours):
    asked = await neighbours.asked()
    await neighbours.queue.delete(THREAD, MessageTs("0.5"))
    assert await neighbours.store.expired() == []

    await neighbours.queue.delete(THREAD, asked.about)

    assert await neighbours.store.expired() == [(THREAD, asked)]


async def test_also_if_it_was_deleted_before_people_are_asked(neighbours):
    claim = await neighbours.claim()
    await neighbours.store.open(claim, wish(claim, None))
    await neighbours.queue.delete(THREAD, MessageTs("1.0"))
    await neighbours.store.ask(claim, wish(claim), within=60)

    assert await neighbours.store.expired() == [(THREAD, wish(claim))]


async def test_what_was_decided_before_its_question_was_deleted_does_not_expire(neighbours):
    asked = await neighbours.asked()
    await neighbours.store.record_verdict(THREAD, asked.id, verdict(asked, BEN))
    await neighbours.queue.delete(THREAD, asked.about)

    assert await neighbours.store.expired() == []
