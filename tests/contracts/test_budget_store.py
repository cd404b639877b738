"""Both budget stores count the same."""

import asyncio
from dataclasses import replace

import pytest

from bot.adapters.redis.stores.budget_store import RedisBudgetStore
from bot.panel.budgets.budget_store import Charge, Hold, Spent
from bot.panel.budgets.limits import Unit
from bot.panel.errors import TurnLost
from bot.panel.model import TurnId
from tests.fakes.budget_store import FakeBudgetStore

HERE, ADA = "channel:T1:C1:2026-11:money", "person:T1:U1:2026-11-30:tokens"
CHANNEL = Charge(HERE, Unit.MONEY, 1_000, 20, 80, 0.0)
PERSON = Charge(ADA, Unit.TOKENS, 500, 10, 40, 0.0)
TURN = TurnId("T1:C1:1.0")


@pytest.fixture(params=["fake", "redis"])
def store(request):
    if request.param == "fake":
        return FakeBudgetStore()
    return RedisBudgetStore(request.getfixturevalue("redis"))


def hold(number=1, turn=TURN, token=1):
    return Hold(turn, token, f"{token}/{number}", "T1:conv_1")


def used(money, tokens=0):
    return {Unit.MONEY: money, Unit.TOKENS: tokens}


async def passes(store, seconds=0.05):
    """Let some time pass."""
    if isinstance(store, FakeBudgetStore):
        store.advance(seconds)
    else:
        await asyncio.sleep(seconds)


async def test_what_is_held_counts_under_every_limit_until_it_is_settled(store):
    assert await store.hold(hold(), [CHANNEL, PERSON], 60) is None
    assert await store.read([HERE, ADA]) == [Spent(0, 100), Spent(0, 50)]

    await store.settle(hold(), used(30, 12), cut=False, size=None)
    assert await store.read([HERE, ADA]) == [Spent(30), Spent(12)]


async def test_nothing_is_held_if_one_limit_would_be_exceeded(store):
    short = await store.hold(hold(), [CHANNEL, replace(PERSON, most=49)], 60)

    assert (short.place, short.spent) == (1, Spent())
    assert await store.read([HERE, ADA]) == [Spent(), Spent()]


async def test_the_same_is_held_once_and_settled_once(store):
    assert [await store.hold(hold(), [CHANNEL], 60) for _ in range(3)] == [None] * 3
    assert await store.read([HERE]) == [Spent(0, 100)]

    for money in (30, 50):
        await store.settle(hold(), used(money), cut=False, size=None)
    assert await store.read([HERE]) == [Spent(30)]
    assert await store.hold(hold(), [CHANNEL], 60) is None
    assert await store.read([HERE]) == [Spent(30)]


async def test_many_at_once_never_exceed_the_limit(store):
    charge = replace(CHANNEL, most=800, input=2, output=5)

    async def ask(number):
        one = hold(number, TurnId(f"T1:C1:{number}.0"))
        short = await store.hold(one, [charge], 60)
        (now,) = await store.read([HERE])
        assert now.spent + now.held <= charge.most
        if short is None:
            await store.settle(one, used(number % 8), cut=False, size=None)
        return short is None

    answered = await asyncio.gather(*(ask(number) for number in range(300)))
    (now,) = await store.read([HERE])
    assert now == Spent(sum(number % 8 for number, yes in enumerate(answered) if yes))
    assert 0 < now.spent <= 800
    assert sum(answered) >= 800 // 7


async def test_what_nobody_renews_is_let_go_and_its_input_counts(store):
    await store.hold(hold(), [CHANNEL], 0.03)
    await store.hold(hold(turn=TurnId("T1:C1:2.0")), [CHANNEL], 60)
    await passes(store)

    assert await store.read([HERE]) == [Spent(20, 100)]


async def test_what_is_renewed_stays_held(store):
    await store.hold(hold(), [CHANNEL], 0.03)
    await store.renew(TURN, 60)
    await store.renew(TurnId("T1:C1:7.0"), 60)
    await passes(store)

    assert await store.read([HERE]) == [Spent(0, 100)]


async def test_what_was_let_go_too_early_is_settled_all_the_same(store):
    await store.hold(hold(), [CHANNEL], 0.03)
    await passes(store)
    assert await store.read([HERE]) == [Spent(20)]

    await store.settle(hold(), used(70), cut=False, size=None)
    assert await store.read([HERE]) == [Spent(70)]


async def test_another_worker_lets_go_what_the_one_before_held(store):
    await store.hold(hold(token=1), [CHANNEL], 60)
    await store.hold(hold(token=2), [CHANNEL], 60)

    assert await store.read([HERE]) == [Spent(20, 100)]


async def test_a_request_that_was_cut_costs_its_input_and_what_was_seen(store):
    await store.hold(hold(), [CHANNEL, PERSON], 60)
    await store.settle(hold(), used(7, 3), cut=True, size=None)

    assert await store.read([HERE, ADA]) == [Spent(27), Spent(13)]


async def test_what_the_conversation_holds_costs_too_once_that_is_known(store):
    priced = replace(CHANNEL, most=100_000, rate=0.5)
    await store.hold(hold(1), [priced], 60)
    assert await store.read([HERE]) == [Spent(0, 20 + 2_000 + 80)]  # nothing is known of it yet
    await store.settle(hold(1), used(0), cut=False, size=301)

    await store.hold(hold(2), [priced], 60)
    assert await store.read([HERE]) == [Spent(0, 20 + 151 + 80)]


async def test_each_share_is_told_once(store):
    told = []
    for number, money in enumerate((700, 49, 1, 10, 190, 50)):
        await store.hold(hold(number), [replace(CHANNEL, input=0, output=0)], 60)
        told.append(await store.settle(hold(number), used(money), cut=False, size=None))

    assert told == [[], [], [(0, 75)], [], [(0, 95)], []]


async def test_who_spends_all_at_once_is_told_of_the_greatest_share(store):
    await store.hold(hold(), [CHANNEL], 60)

    assert await store.settle(hold(), used(990), cut=False, size=None) == [(0, 95)]


async def test_more_can_be_allowed_in_this_period(store):
    tight = replace(CHANNEL, most=90)
    assert (await store.hold(hold(1), [tight], 60)).spent == Spent()
    await store.top_up(HERE, 10)

    assert await store.hold(hold(2), [tight], 60) is None
    assert await store.read([HERE]) == [Spent(0, 100, 10)]


async def test_counters_are_found_by_their_names(store):
    await store.hold(hold(), [CHANNEL, PERSON], 60)

    assert await store.counters("person:T1:*:2026-11-30:tokens") == [ADA]
    assert await store.counters("person:T1:*:2026-11-29:tokens") == []


async def test_a_turn_that_was_let_through_exceeds_all_limits_but_firm_ones(store):
    await store.let_through(TURN)
    none = replace(CHANNEL, most=0)

    assert await store.hold(hold(1), [none], 60) is None
    assert (await store.hold(hold(2), [replace(none, is_firm=True)], 60)).place == 0
    assert (await store.hold(hold(1, TurnId("T1:C1:2.0")), [none], 60)).place == 0


async def test_nothing_is_held_by_a_claim_after_a_later_one(store):
    await store.hold(hold(token=2), [CHANNEL], 60)
    with pytest.raises(TurnLost):
        await store.hold(hold(token=1), [CHANNEL], 60)
    assert await store.read([HERE]) == [Spent(0, 100)]
