from math import inf

import pytest

from bot.panel.errors import MessengerUnavailable, ModelUnavailable
from bot.panel.retries import Backoff, Retries, retry


async def test_delays_grow_as_given_and_then_there_is_no_further_try(delays: list[float]) -> None:
    retries = Retries(Backoff((1, 2), jitter=0))
    assert [await retries.wait() for _ in range(3)] == [True, True, False]
    assert delays == [1, 2]


async def test_the_last_delay_of_an_endless_backoff_is_repeated(delays: list[float]) -> None:
    retries = Retries(Backoff((0, 5), jitter=0, endless=True))
    assert all([await retries.wait() for _ in range(4)])
    assert delays == [0, 5, 5, 5]


async def test_a_server_that_asks_for_more_time_gets_it(delays: list[float]) -> None:
    retries = Retries(Backoff((1, 2), jitter=0))
    await retries.wait(asked=7)
    await retries.wait(asked=0.5)
    assert delays == [7, 2]


@pytest.mark.parametrize(
    ("backoff", "asked"),
    [
        (Backoff((1, 1, 1), longest=30), [31]),
        (Backoff((1, 1, 1), longest=30), [20, 30, inf]),
        (Backoff((1, 1, 1), total=30), [31]),
        (Backoff((1, 1, 1), total=30), [20, 11]),
    ],
)
async def test_a_server_that_asks_for_too_much_is_not_waited_for(
    delays: list[float], backoff: Backoff, asked: list[float]
) -> None:
    retries = Retries(backoff)
    *before, last = [await retries.wait(seconds) for seconds in asked]
    assert all(before)
    assert not last
    assert len(delays) == len(before)


async def test_jitter_only_lengthens(delays: list[float]) -> None:
    retries = Retries(Backoff((1,), jitter=0.25, endless=True))
    for _ in range(50):
        await retries.wait()
    assert all(1 <= delay <= 1.25 for delay in delays)
    assert len(set(delays)) > 1


async def test_a_request_is_made_again_until_it_succeeds(delays: list[float]) -> None:
    failures = [ModelUnavailable("busy", after=3), ModelUnavailable("busy")]

    async def request() -> str:
        if failures:
            raise failures.pop(0)
        return "answer"

    assert await retry(request, Backoff((1, 1), jitter=0), on=ModelUnavailable) == "answer"
    assert delays == [3, 1]


async def test_the_last_failure_is_raised(delays: list[float]) -> None:
    async def request() -> None:
        raise ModelUnavailable(f"after {len(delays)}")

    with pytest.raises(ModelUnavailable, match="after 2"):
        await retry(request, Backoff((1, 1)), on=ModelUnavailable)


async def test_another_failure_is_not_retried(delays: list[float]) -> None:
    async def request() -> None:
        raise MessengerUnavailable("away")

    with pytest.raises(MessengerUnavailable):
        await retry(request, Backoff((1, 1)), on=ModelUnavailable)
    assert not delays
