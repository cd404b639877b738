"""The fakes live in virtual time."""

import asyncio

from bot.panel.model import Message, MessageTs, ThreadRef, UserId
from tests.fakes.turn_queue import FakeTurnQueue
from tests.simulation.loop import SimulatedLoop


def test_leases_end_in_virtual_time():
    loop, tokens = SimulatedLoop(1), []

    async def story() -> None:
        queue = FakeTurnQueue(lease=15)
        await queue.put(ThreadRef("T1", "C1", "1.0"), Message(MessageTs("1.0"), UserId("U1"), "Hi"))
        for _ in range(2):
            async with asyncio.timeout(20):
                tokens.append((await queue.claim()).token)

    try:
        loop.run(story())
    finally:
        loop.close()

    assert tokens == [1, 2]
    assert loop.time() == 1_015
