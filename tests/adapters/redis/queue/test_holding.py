"""Threads that a command holds: no worker has them meanwhile, and nothing is lost by it."""

import asyncio
from dataclasses import replace

import pytest

from bot.adapters.redis.queue.approval_store import RedisApprovalStore
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.kept_data import RedisKeptData
from bot.operations.queue_admin import Depth
from bot.panel.approvals.approvals import Pending
from bot.panel.errors import TurnLost
from bot.panel.model import (
    Call,
    CallId,
    Claim,
    ConversationId,
    ExpertName,
    Message,
    MessageTs,
    RequestId,
    ThreadRef,
    UserId,
)
from bot.panel.tools import ApprovalWanted

ONE, OTHER = ThreadRef("T1", "C1", "1.0"), ThreadRef("T1", "C1", "2.0")
NOTHING = Depth(0, 0, 0, 0)
PREFIX = "panelbot:{0}:"


@pytest.fixture
def queue(redis) -> RedisTurnQueue:
    return RedisTurnQueue(redis, Shards())


async def put(queue: RedisTurnQueue, thread: ThreadRef, text: str) -> None:
    message = Message(MessageTs(f"{text}.0"), UserId("U1"), text)
    assert await queue.put(thread, message)


async def claimed(queue: RedisTurnQueue):
    async with asyncio.timeout(5):
        return await queue.claim()


async def let_lease_end(redis, thread: ThreadRef) -> None:
    name = f"{thread.team_id}:{thread.channel_id}:{thread.thread_ts}"
    await redis.zadd(f"{PREFIX}leases", {name: 1})


async def test_what_waits_in_a_held_thread_is_answered_afterwards(queue):
    await put(queue, ONE, "1")
    held = await queue.hold(ONE)
    await put(queue, ONE, "2")
    await put(queue, OTHER, "3")

    assert held
    assert held.dropped == 0
    assert (await claimed(queue)).turn.thread == OTHER
    assert (await queue.depth()).waiting == 0
    await queue.renew(held.claim)
    await queue.done(held.claim)
    assert [m.text for m in (await claimed(queue)).turn.messages] == ["1", "2"]


async def test_what_waits_is_dropped_where_that_is_wanted(redis, queue):
    await put(queue, ONE, "1")
    await put(queue, ONE, "2")

    held = await queue.hold(ONE, drop=True)

    assert held
    assert held.dropped == 2
    await queue.done(held.claim)
    assert await queue.depth() == NOTHING
    left = {key async for key in redis.scan_iter(f"{PREFIX}*")}
    assert not left & {f"{PREFIX}{kind}" for kind in ("ready", "leases", "active", "stops")}


@pytest.mark.parametrize("drop", [True, False])
async def test_a_thread_with_a_running_turn_is_not_held(queue, drop: bool):
    await put(queue, ONE, "1")
    claim = await claimed(queue)

    assert await queue.hold(ONE, drop=drop) is None

    await queue.done(claim)
    assert await queue.hold(ONE, drop=drop)
    assert await queue.hold(ONE, drop=drop) is None


async def test_a_turn_that_waits_for_another_try_is_dropped_only_where_that_is_wanted(queue):
    await put(queue, ONE, "1")
    claim = await claimed(queue)
    await queue.postpone(claim, after=0)

    assert await queue.hold(ONE) is None
    held = await queue.hold(ONE, drop=True)

    assert held
    assert held.dropped == 1
    with pytest.raises(TurnLost):
        await queue.renew(claim)
    await queue.done(held.claim)
    assert await queue.depth() == NOTHING


async def test_a_command_that_died_holds_nothing_up(redis, queue):
    await queue.hold(ONE)
    await put(queue, ONE, "1")
    await let_lease_end(redis, ONE)

    claim = await claimed(queue)

    assert [m.text for m in claim.turn.messages] == ["1"]
    assert claim.deaths == 0
    await queue.done(claim)
    assert not await redis.exists(f"{PREFIX}active")


async def test_a_command_takes_over_from_one_that_died(redis, queue):
    dead = await queue.hold(ONE)
    await let_lease_end(redis, ONE)

    held = await queue.hold(ONE)

    assert dead
    assert held
    assert held.claim.token > dead.claim.token
    with pytest.raises(TurnLost):
        await queue.renew(dead.claim)
    await queue.done(held.claim)
    assert not await redis.exists(f"{PREFIX}active", f"{PREFIX}leases")


async def undecided(redis, queue: RedisTurnQueue) -> Claim:
    """Let a turn end in something that people have to decide on; return its claim."""
    await put(queue, ONE, "1")
    claim = await claimed(queue)
    call = Call(CallId("call_1"), ExpertName("legal"), "", "")
    wanted = (ApprovalWanted(RequestId("mcpr_1"), "wiki", "write", "{}"),)
    conversation = ConversationId("conv_1")
    pending = Pending(
        claim.turn.id, call, "Legal", ":scales:", conversation, wanted, UserId("U1"), MessageTs("1")
    )
    approvals = RedisApprovalStore(redis, Shards())
    await approvals.open(claim, pending)
    await approvals.ask(claim, replace(pending, ts=MessageTs("2.0")), within=60)
    await queue.done(claim)
    return claim


async def test_a_thread_in_which_people_have_to_decide_is_held_only_to_forget_it(redis, queue):
    await undecided(redis, queue)
    assert ONE in await RedisKeptData(redis, Shards()).threads("T1")

    assert await queue.hold(ONE) is None
    held = await queue.hold(ONE, drop=True)

    assert held
    await queue.done(held.claim)
    assert not await redis.exists(f"{PREFIX}approvals:T1:C1:1.0", f"{PREFIX}undecided")


async def test_a_held_thread_counts_as_one_of_its_channels_turns(redis):
    queue = RedisTurnQueue(redis, Shards(), room=4)
    threads = [ThreadRef("T1", "C1", f"{n}.0") for n in range(5)]
    for n, thread in enumerate(threads):
        await put(queue, thread, str(n))
    held = [await queue.hold(thread) for thread in threads[:4]]

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(queue.claim(), 0.1)
    assert held[0]
    await queue.done(held[0].claim)
    assert (await claimed(queue)).turn.thread == threads[4]
