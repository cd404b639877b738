"""The promises of CorrectionStore, on the fake and on Redis alike."""

import time
from dataclasses import replace

import pytest

from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.adapters.redis.stores.correction_store import RedisCorrectionStore
from bot.panel.model import ExpertName, MessageTs, UserId
from bot.panel.routing.corrections import MOST, Correction, CorrectionKind
from tests.fakes.correction_store import FakeCorrectionStore

SECRET = Cipher([bytes(32)])
NOW = int(time.time())
DAY = 86_400  # seconds
ONE = Correction(
    f"T1:C1:{NOW}.000100", "1.0", MessageTs("1.0"), "Dürfen wir? 🇩🇪", (ExpertName("finance"),),
    CorrectionKind.ANOTHER, (ExpertName("legal"),), people=(UserId("U1"),), at=NOW * 1000,
)  # fmt: skip
OTHER = replace(ONE, id=f"T1:C2:{NOW + 1}.000100", people=(UserId("U2"),))


@pytest.fixture(params=["fake", "redis", "encrypted redis"])
def store(request, redis):
    if request.param == "fake":
        return FakeCorrectionStore()
    return RedisCorrectionStore(redis, SECRET if "encrypted" in request.param else CLEAR)


async def test_a_channel_has_its_own_and_those_that_are_shared(store):
    await store.keep("T1", ONE, shared=True)
    await store.keep("T1", OTHER, shared=False)

    assert list(await store.of_channel("T1", "C1", shared=True)) == [ONE]
    assert list(await store.of_channel("T1", "C2", shared=True)) == [ONE, OTHER]
    assert list(await store.of_channel("T1", "C2", shared=False)) == [OTHER]
    assert list(await store.of_channel("T2", "C1", shared=True)) == []
    assert list(await store.of_team("T1")) == [ONE, OTHER]


async def test_what_is_kept_again_is_there_once(store):
    for _ in range(2):
        await store.keep("T1", ONE, shared=True)

    assert list(await store.of_team("T1")) == [ONE]


async def test_the_oldest_go_where_there_are_too_many(store):
    all_ = [replace(ONE, id=f"T1:C1:{NOW + number}.000100") for number in range(MOST + 3)]
    for one in all_:
        await store.keep("T1", one, shared=False)

    assert list(await store.of_channel("T1", "C1", shared=False)) == all_[3:]


async def test_what_matches_is_forgotten_in_every_place(store):
    for one in (ONE, OTHER):
        await store.keep("T1", one, shared=True)

    assert await store.forget("T2", lambda _: True) == 0
    assert await store.forget("T1", lambda one: "U1" in one.people, "C2") == 1
    assert list(await store.of_channel("T1", "C2", shared=True)) == [OTHER]
    assert await store.forget("T1", lambda _: True) == 2
    assert list(await store.of_team("T1")) == []


async def test_what_is_too_old_is_not_shown_and_goes(redis):
    store = RedisCorrectionStore(redis, keep=DAY)
    old = replace(ONE, id=f"T1:C1:{NOW - 2 * DAY}.000100")
    await store.keep("T1", old, shared=False)
    assert list(await store.of_channel("T1", "C1", shared=False)) == []

    await store.keep("T1", ONE, shared=False)
    assert await redis.hlen("panelbot:corrections:T1:C1") == 1
    assert 0 < await redis.ttl("panelbot:corrections:T1:C1") <= DAY


async def test_nothing_that_was_said_stands_in_redis_where_it_is_encrypted(redis):
    await RedisCorrectionStore(redis, SECRET).keep("T1", ONE, shared=False)
    assert "rfen wir" not in str(await redis.hgetall("panelbot:corrections:T1:C1"))
    assert list(await RedisCorrectionStore(redis).of_team("T1")) == []  # without the key
