"""What is to be done beside turns, in Redis."""

import asyncio

import pytest

from bot.adapters.redis import keys
from bot.adapters.redis.stores.chore_store import RedisChoreStore
from bot.operations.chores import Chore, ChoreKind, ChoreRunner
from bot.panel.errors import Refused
from bot.panel.model import ThreadRef

FORGET = Chore.in_thread(ChoreKind.FORGET, ThreadRef("T1", "C1", "1.0"), by="U1")


@pytest.fixture
def store(redis):
    return RedisChoreStore(redis)


async def test_a_chore_is_kept_once_and_leased_to_one(store):
    assert await store.put(FORGET)
    assert not await store.put(FORGET, after=99)
    assert await store.take("T1", 30) == (FORGET, 0)
    assert await store.take("T1", 30) is None
    assert await store.take("T2", 30) is None
    assert await store.teams(ChoreKind.FORGET) == ["T1"]
    assert await store.teams(ChoreKind.REMOVE) == []
    assert await store.done(FORGET)
    assert not await store.done(FORGET)
    await store.renew(FORGET, 0)  # comes back by nothing but put
    assert await store.take("T1", 30) is None


async def test_an_app_that_is_back_drops_its_removal_and_nothing_else(store):
    await store.put(FORGET)
    await store.put(Chore(ChoreKind.REMOVE, "T1", ts="1000"), after=99)
    assert await store.installed_at("T1") == 0
    assert await store.note_installed("T1")
    assert not await store.note_installed("T1")
    assert await store.installed_at("T1") > 1000
    assert await store.teams(ChoreKind.REMOVE) == []
    assert await store.teams(ChoreKind.FORGET) == ["T1"]


async def test_another_worker_goes_on_where_one_died(store):
    await store.put(FORGET)
    await store.take("T1", 0.01)
    await asyncio.sleep(0.02)
    assert await store.take("T1", 30) == (FORGET, 0)


async def test_a_chore_of_a_newer_version_stays_for_its_workers(store, redis):
    due = f"{keys.slot('chores', 'T1')}due"
    await redis.zadd(
        due, {'{"kind":"sing","team_id":"T1"}': 0, '{"kind":"tidy","team_id":"T1"}': 1}
    )

    assert await store.take("T1", 30) == (Chore(ChoreKind.TIDY, "T1"), 0)
    assert await store.take("T1", 30) is None
    assert await store.teams(ChoreKind.TIDY) == ["T1"]
    assert not await store.note_installed("T1")
    assert await redis.zcard(due) == 2


async def test_a_chore_with_a_field_of_a_newer_version_is_done_once(store, redis):
    chore = '{"kind":"tidy","team_id":"T1","until":1.5}'
    await redis.zadd(f"{keys.slot('chores', 'T1')}due", {chore: 0})

    taken, _ = await store.take("T1", 30)

    assert await store.done(taken)


async def test_what_fails_is_tried_again_later_and_what_recurs_stays(store):
    async def fail(_):
        raise Refused("a turn is running")

    async def again(_):
        return 0.01

    await store.put(FORGET)
    await ChoreRunner(store, "T1", {ChoreKind.FORGET: fail}).run_due()
    await store.failed(FORGET, 0)
    assert await store.take("T1", 0) == (FORGET, 2)
    runner = ChoreRunner(store, "T1", {ChoreKind.FORGET: again})
    await asyncio.sleep(0.01)
    chore, _ = await store.take("T1", 1)
    await runner._run(chore, 0)
    await asyncio.sleep(0.02)
    assert await store.take("T1", 30) == (FORGET, 0)


async def test_workspaces_with_something_to_do_are_leased_to_one(store):
    await store.put(FORGET)
    await store.put(Chore(ChoreKind.TIDY, "T2"), after=99)
    await store.put(Chore(ChoreKind.TIDY, "T3"))

    first = await store.due_teams(30, 1)
    others = await store.due_teams(30, 9)
    assert {*first, *others} == {"T1", "T3"}
    assert len(first) == 1
    assert await store.due_teams(30, 9) == {}


async def test_a_workspace_comes_again_when_its_next_chore_is_due(store):
    await store.put(FORGET)
    await store.put(Chore(ChoreKind.TIDY, "T1"), after=0.3)
    await asyncio.sleep(0.01)  # each puts its time off by a part of a millisecond
    claim = (await store.due_teams(30, 9))["T1"]
    await store.done(FORGET)
    await store.looked_after("T1", claim)
    assert await store.due_teams(30, 9) == {}
    await asyncio.sleep(0.35)
    assert "T1" in await store.due_teams(30, 9)


@pytest.mark.parametrize("after", [0, 99])
async def test_a_chore_that_comes_while_a_workspace_is_looked_after_is_not_forgotten(store, after):
    await store.put(FORGET)
    claim = (await store.due_teams(0.02, 9))["T1"]
    await store.done(FORGET)
    await store.put(Chore(ChoreKind.TIDY, "T1"), after=after)
    await store.looked_after("T1", claim)  # by a worker that had seen nothing of it
    await asyncio.sleep(0.03)
    assert "T1" in await store.due_teams(30, 9)


async def test_a_workspace_with_many_chores_lets_others_come_between(store):
    async def do_nothing(_: Chore) -> None:
        return None

    for number in range(12):
        await store.put(Chore.in_thread(ChoreKind.FORGET, ThreadRef("T1", "C1", f"{number}.0")))
    await asyncio.sleep(0.01)  # each puts its time off by a part of a millisecond
    ((_, claim),) = (await store.due_teams(30, 1)).items()
    await store.put(Chore.in_thread(ChoreKind.FORGET, ThreadRef("T2", "C1", "1.0")))

    await ChoreRunner(store, "T1", {ChoreKind.FORGET: do_nothing}).run_due(most=5)
    await store.looked_after("T1", claim)

    order = [[*await store.due_teams(30, 1)] for _ in range(3)]
    assert order == [["T2"], ["T1"], []]
