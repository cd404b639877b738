import asyncio
from dataclasses import replace
from time import monotonic

import pytest

from bot.panel.errors import TurnLost
from bot.panel.intake import lease
from bot.panel.intake.lease import Lease, renewed_lease
from bot.panel.model import Claim, Message, MessageTs, ThreadRef, UserId
from tests.fakes.turn_queue import FakeTurnQueue

THREAD = ThreadRef("T1", "C1", "1.0")


async def old_claim(queue: FakeTurnQueue) -> Claim:
    """A claim that its worker has had, and renewed, for a minute."""
    await queue.put(THREAD, Message(MessageTs("1.0"), UserId("U1"), "hello"))
    return replace(await queue.claim(), requested_at=monotonic() - 60)


async def test_without_a_lease_everything_may_be_done():
    lease.check()


async def test_what_a_turn_starts_works_under_its_lease_and_others_do_not():
    async def turn() -> None:
        Lease("T1:C1:1.0", 10, monotonic() - 11).bind()
        async with asyncio.TaskGroup() as tasks:
            started = tasks.create_task(expert())
        assert started.result() == "lost"

    async def expert() -> str:
        with pytest.raises(TurnLost):
            lease.check()
        return "lost"

    await asyncio.create_task(turn())

    lease.check()


async def test_a_renewed_lease_holds_on():
    held = Lease("T1:C1:1.0", 10, monotonic() - 11)
    held.renewed(monotonic() - 1)

    held.check()


async def test_what_is_done_last_for_a_long_turn_is_done_under_a_lease_that_certainly_holds():
    queue = FakeTurnQueue()
    claim = await old_claim(queue)

    async with renewed_lease(queue, claim, 15):
        lease.check()


async def test_nothing_is_done_for_a_long_turn_that_another_worker_has_by_now():
    queue = FakeTurnQueue()
    claim = await old_claim(queue)
    await queue.done(claim)

    with pytest.raises(TurnLost):
        async with renewed_lease(queue, claim, 15):
            pytest.fail("The turn is lost.")
