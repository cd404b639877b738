"""The promises of OneTimeStore, on the fake and on Redis alike."""

import asyncio

import pytest

from bot.adapters.redis.one_time import RedisOneTimeStore
from bot.panel.installations.one_time import Invitation, name_of
from tests.fakes.one_time import FakeOneTimeStore

INVITATION = Invitation(by="operator:ann", until=1_800_000_000.0, team_id="T1")
NAME = name_of("secret")


@pytest.fixture(params=["fake", "redis"])
async def store(request, redis):
    if request.param == "fake":
        return FakeOneTimeStore()
    return RedisOneTimeStore(redis, "invitation", Invitation)


async def test_it_can_be_read_again_and_again_and_taken_once(store):
    await store.put(NAME, INVITATION, 60)

    assert [await store.read(NAME), await store.read(NAME)] == [INVITATION, INVITATION]
    taken = await asyncio.gather(*(store.take(NAME) for _ in range(9)))
    assert sorted(taken, key=bool) == [None] * 8 + [INVITATION]
    assert await store.read(NAME) is None


async def test_another_of_the_same_name_does_not_replace_it(store):
    await store.put(NAME, INVITATION, 60)
    await store.put(NAME, Invitation(by="operator:mallory", until=0.0), 60)

    assert await store.take(NAME) == INVITATION


async def test_it_is_gone_when_its_time_is_over(store):
    await store.put(NAME, INVITATION, 0.05)
    await asyncio.sleep(0.1)

    assert await store.read(NAME) is None
    assert await store.take(NAME) is None


async def test_redis_learns_neither_the_secret_nor_keeps_it_for_ever(redis):
    await RedisOneTimeStore(redis, "invitation", Invitation).put(NAME, INVITATION, 60)

    (key,) = await redis.keys("*")
    assert "secret" not in key
    assert 0 < await redis.ttl(key) <= 60
