import asyncio

import pytest

from bot.panel.language_model.files.byte_budget import ByteBudget
from tests.eventually import eventually


class Holders:
    """Who holds a share of a budget, and whether more than there is was ever held."""

    def __init__(self, most: int) -> None:
        self.budget = ByteBudget(most)
        self.most = most
        self.holding: dict[str, int] = {}
        self.let_go = asyncio.Event()

    async def hold(self, name: str, size: int) -> None:
        async with self.budget.share(size) as share:
            self.holding[name] = share.size
            assert sum(self.holding.values()) <= self.most
            await self.let_go.wait()
            del self.holding[name]


@pytest.fixture
def holders() -> Holders:
    return Holders(10)


async def test_who_wants_more_than_is_left_waits(holders: Holders):
    async with asyncio.TaskGroup() as tasks:
        for name, size in (("a", 6), ("b", 6), ("c", 3)):
            tasks.create_task(holders.hold(name, size))
        await eventually(lambda: holders.holding)
        assert holders.holding == {"a": 6}  # c is behind b
        holders.let_go.set()

    assert holders.holding == {}


async def test_nobody_wants_more_than_there_is(holders: Holders):
    holders.let_go.set()
    await asyncio.wait_for(holders.hold("a", 99), 1)


async def test_what_is_not_needed_any_more_goes_to_the_next(holders: Holders):
    async with holders.budget.share(8) as share, asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(holders.hold("b", 7))
        await asyncio.sleep(0)
        share.keep(3)
        await eventually(lambda: holders.holding == {"b": 7})
        holders.let_go.set()
        await waiting
    async with holders.budget.share(10):
        pass


async def test_whoever_gives_up_waiting_lets_others_pass(holders: Holders):
    async with holders.budget.share(8), asyncio.TaskGroup() as tasks:
        first = tasks.create_task(holders.hold("b", 9))
        await asyncio.sleep(0)
        tasks.create_task(holders.hold("c", 2))
        await asyncio.sleep(0)
        first.cancel()
        await eventually(lambda: holders.holding == {"c": 2})
        holders.let_go.set()


async def test_whoever_gives_up_at_the_last_moment_keeps_nothing(holders: Holders):
    async with holders.budget.share(8):
        late = asyncio.create_task(holders.hold("b", 9))
        await asyncio.sleep(0)
    late.cancel()  # its turn has come, but it has not noticed
    await asyncio.gather(late, return_exceptions=True)

    async with asyncio.timeout(1), holders.budget.share(10):
        pass


async def test_nothing_is_had_at_once(holders: Holders):
    async with holders.budget.share(10), asyncio.timeout(1), holders.budget.share(0):
        pass
