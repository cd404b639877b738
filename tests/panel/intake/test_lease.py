import asyncio
from time import monotonic

import pytest

from bot.panel.errors import TurnLost
from bot.panel.intake import lease
from bot.panel.intake.lease import Lease


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
