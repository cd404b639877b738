"""Both counters of questions count the same."""

import asyncio

import pytest

from bot.adapters.redis.queue.rate_limiter import RedisQuestionCounter
from bot.panel.access.question_limits import Exceeded, QuestionLimit
from bot.panel.model import TurnId
from tests.fakes.access import FakeQuestionCounter

ADA, HERE = QuestionLimit("UADA", 2), QuestionLimit("CHERE", 3, is_channel=True)


@pytest.fixture(params=["fake", "redis"])
def counter(request):
    if request.param == "fake":
        return FakeQuestionCounter()
    return RedisQuestionCounter(request.getfixturevalue("redis"), "T1")


async def test_the_first_limit_that_is_reached_is_told_with_its_end(counter):
    asked = [await counter.take(TurnId(f"t{n}"), [ADA, HERE]) for n in range(3)]

    assert asked[:2] == [None, None]
    assert asked[2].limit == ADA
    assert 0 < asked[2].seconds <= 60


async def test_what_was_not_asked_counts_nowhere(counter):
    for n in range(5):
        await counter.take(TurnId(f"t{n}"), [ADA, HERE])

    assert await counter.take(TurnId("bens"), [QuestionLimit("UBEN", 2), HERE]) is None
    exceeded = await counter.take(TurnId("bens next"), [QuestionLimit("UBEN", 2), HERE])
    assert exceeded.limit == HERE


async def test_the_same_question_counts_once(counter):
    asked = [await counter.take(TurnId("t1"), [ADA]) for _ in range(5)]

    assert asked == [None] * 5
    assert await counter.take(TurnId("t2"), [ADA]) is None


async def test_a_question_that_counts_already_is_not_refused_at_the_limit(counter):
    for n in range(2):
        await counter.take(TurnId(f"t{n}"), [ADA])

    assert await counter.take(TurnId("t0"), [ADA]) is None
    assert (await counter.take(TurnId("t2"), [ADA])).limit == ADA


async def test_all_processes_count_together(redis):
    counters = [RedisQuestionCounter(redis, "T1") for _ in range(4)]
    questions = [one.take(TurnId(f"t{n}"), [ADA]) for n, one in enumerate(counters)]
    results = await asyncio.gather(*questions)

    assert len([one for one in results if isinstance(one, Exceeded)]) == 2
    assert await RedisQuestionCounter(redis, "T2").take(TurnId("t9"), [ADA]) is None
