"""The promises of DeliveryStore, on the fake and on Redis alike."""

import asyncio

import pytest

from bot.adapters.redis.stores.delivery_store import RedisDeliveryStore
from bot.panel.messaging.deliveries import Earlier
from tests.fakes.delivery_store import FakeDeliveryStore

NAME = "trigger 1.2.3"


@pytest.fixture(params=["fake", "redis"])
async def store(request, redis):
    return FakeDeliveryStore() if request.param == "fake" else RedisDeliveryStore(redis)


async def test_only_one_claims_a_delivery(store):
    claims = await asyncio.gather(*(store.claim(NAME, f"t{number}") for number in range(9)))

    assert claims.count(None) == 1
    assert claims.count(Earlier(done=False, answer=None)) == 8
    assert await store.claim("trigger 4.5.6", "t1") is None


async def test_the_answer_is_known_once_there_is_one(store):
    await store.claim(NAME, "t1")
    await store.renew(NAME, "t1", "{}")
    assert await store.claim(NAME, "t2") == Earlier(done=False, answer="{}")

    await store.done(NAME, "t1", "{}")
    assert await store.claim(NAME, "t2") == Earlier(done=True, answer="{}")


async def test_it_may_be_done_without_an_answer(store):
    await store.claim(NAME, "t1")
    await store.done(NAME, "t1", None)

    assert await store.claim(NAME, "t2") == Earlier(done=True, answer=None)


async def test_what_is_released_can_be_claimed_again(store):
    await store.claim(NAME, "t1")
    await store.release(NAME, "t1")

    assert await store.claim(NAME, "t2") is None


async def test_the_claim_of_a_process_that_died_ends(store):
    await store.claim(NAME, "t1")
    await asyncio.sleep(1.2)
    assert await store.claim(NAME, "t2") == Earlier(done=False, answer=None)
    await store.renew(NAME, "t1", None)
    await asyncio.sleep(1.2)
    assert await store.claim(NAME, "t2") == Earlier(done=False, answer=None)
    await asyncio.sleep(1.0)

    assert await store.claim(NAME, "t2") is None
    for lost in (store.renew(NAME, "t1", "{}"), store.done(NAME, "t1", "{}")):
        await lost
    await store.release(NAME, "t1")
    assert await store.claim(NAME, "t3") == Earlier(done=False, answer=None)


async def test_a_claim_that_ended_unnoticed_is_noted_as_done(store):
    await store.done(NAME, "t1", "{}")

    assert await store.claim(NAME, "t2") == Earlier(done=True, answer="{}")
