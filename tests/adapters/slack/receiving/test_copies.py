"""Both events of a mention, and what Slack delivers again."""

import asyncio

import pytest

from bot.adapters.slack.receiving.copies import Copies
from bot.json_types import Json

MESSAGE: Json = {"type": "message", "channel": "C1", "ts": "1.0", "text": "Hi", "user": "U1"}
MENTION = MESSAGE | {"type": "app_mention"}


class Taker:
    """Takes events in, once *allowed*; the first so many fail."""

    def __init__(self, failures: int = 0) -> None:
        self.copies = Copies()
        self.allowed = asyncio.Event()
        self.taken: list[Json] = []
        self._failures = failures

    def offer(self, event: Json) -> asyncio.Task[None]:
        async def take() -> None:
            self.taken.append(event)
            await self.allowed.wait()
            if len(self.taken) <= self._failures:
                raise ConnectionError

        return asyncio.create_task(self.copies.once(event, take))


@pytest.mark.parametrize("events", [(MESSAGE, MENTION), (MENTION, MESSAGE), (MESSAGE, MESSAGE)])
async def test_the_second_waits_for_the_first(events):
    taker = Taker()
    first, second = map(taker.offer, events)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not second.done()

    taker.allowed.set()
    await asyncio.gather(first, second, taker.offer(events[0]))

    assert taker.taken == [events[0]]


async def test_the_second_is_taken_in_where_the_first_failed():
    taker = Taker(failures=1)
    tasks = [taker.offer(MESSAGE), taker.offer(MENTION)]
    taker.allowed.set()

    failed, succeeded = await asyncio.gather(*tasks, return_exceptions=True)

    assert (type(failed), succeeded) == (ConnectionError, None)
    assert taker.taken == [MESSAGE, MENTION]


async def test_the_second_is_taken_in_where_the_first_was_cancelled():
    taker = Taker()
    first = taker.offer(MESSAGE)
    second = taker.offer(MENTION)
    await asyncio.sleep(0)
    first.cancel()
    taker.allowed.set()

    await second

    assert taker.taken == [MESSAGE, MENTION]


async def test_a_second_that_is_cancelled_leaves_the_first_alone():
    taker = Taker()
    first, second = map(taker.offer, (MESSAGE, MENTION))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    taker.allowed.set()

    await asyncio.gather(first, taker.offer(MENTION))

    assert taker.taken == [MESSAGE]


@pytest.mark.parametrize(
    "more",
    [
        {"text": "Hi?"},
        {"ts": "2.0"},
        {"channel": "C2"},
        {"files": [{"id": "F1"}]},
        {"edited": {"ts": "3.0"}},
        {"channel_type": "group"},  # the channel may have been public until now
    ],
)
async def test_what_says_something_else_is_taken_in(more):
    taker = Taker()
    taker.allowed.set()
    for event in (MENTION, MESSAGE | more):
        await taker.offer(event)

    assert taker.taken == [MENTION, MESSAGE | more]


async def test_a_mention_tells_nothing_new_of_its_channel():
    taker = Taker()
    taker.allowed.set()
    for event in (MESSAGE | {"channel_type": "group"}, MENTION):
        await taker.offer(event)

    assert len(taker.taken) == 1
