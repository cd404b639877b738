"""What a turn asks of Redis: whoever adds a command to every turn, or a trip, says so here."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlsplit, urlunsplit

import pytest

from bot.assembly.parts import run_part
from bot.assembly.web import open_web
from bot.assembly.worker import open_worker
from bot.playground.slack.workspace.company import ADA, GENERAL
from bot.settings.environment import read
from tests.end_to_end.conftest import MENTION, World
from tests.end_to_end.redis_counter import RedisCounter, Trip

# Besides, a turn is claimed, and it is looked whether its messages were deleted: two more trips.
NEW_THREAD = {
    "queue count_question": 1,
    "HGETALL links": 2,
    "TTL links": 2,
    "HGETALL panel": 3,
    "HGETALL approvals": 1,
    "links save": 2,
    "HSET owners": 2,
    "EXPIRE owners": 2,
    "queue take_places": 4,  # three statuses and a reply
    "queue report": 1,
    "queue done": 1,
    "entries": 12,
}
FOLLOW_UP = {
    "queue count_question": 1,
    "GET standing": 1,
    "HGETALL links": 2,
    "TTL links": 2,
    "HGETALL panel": 3,
    "HGETALL approvals": 1,
    "GET heard": 1,
    "HGETALL edited": 1,
    "queue take_places": 4,
    "queue report": 1,
    "queue done": 1,
    "entries": 11,
}
OF_FOUR = {"entries": 28, "queue take_places": 9}  # four statuses, four replies and a synthesis
ALL_FOUR = "legal, finance, product and security"


@pytest.fixture
async def worker(world: World, redis_url: str) -> AsyncIterator[RedisCounter]:
    """What stands between Redis and the worker of a bot whose first turn is over."""
    address = urlsplit(redis_url)
    counter = RedisCounter(address.port or 0)
    async with counter.running():
        url = urlunsplit(address._replace(netloc=f"127.0.0.1:{counter.port}"))
        parts = [open_web(world.config()), open_worker(read({**world.environ, "REDIS_URL": url}))]
        world.bots += [asyncio.create_task(run_part(part)) for part in parts]
        await world.slack.sockets.wait_for_connection()
        world.say(f"{MENTION} please ask {ALL_FOUR}")
        await world.idle()
        counter.take()
        yield counter
        await world.stop_bot()


def commands(trips: Sequence[Trip]) -> Counter[str]:
    """Count the commands; of those that write the journal, the entries."""
    words = [word for trip in trips for command in trip for word in command.split(" + ")]
    return Counter("entries" if word.startswith("journal ") else word for word in words)


async def trips_of(
    world: World, worker: RedisCounter, text: str, thread_ts: str | None = None
) -> tuple[str, Sequence[Trip]]:
    """Ask; return the message's ts, and the trips that it caused."""
    worker.take()
    ts = world.say(text, thread_ts)
    await world.idle()
    return ts, worker.take()


async def test_a_turn_with_one_expert(world: World, worker: RedisCounter):
    ts, first = await trips_of(world, worker, f"{MENTION} please ask legal")
    _, second = await trips_of(world, worker, "and legal?", ts)

    assert commands(first) == NEW_THREAD
    assert len(first) <= 18, first
    assert commands(second) == FOLLOW_UP
    assert len(second) <= 15, second


async def test_budgets_take_two_short_scripts_a_request(world: World, worker: RedisCounter):
    await world.slack.people.slash(ADA, GENERAL, "/experts", "budget person $5/day")
    for _ in range(2):  # the first time, the scripts are not there yet
        _, first = await trips_of(world, worker, f"{MENTION} please ask legal")

    scripts = {"queue budget_hold": 2, "queue budget_settle": 2}  # for the router and for Legal
    assert commands(first) == NEW_THREAD | scripts
    assert len(first) <= 22, first


async def test_a_turn_with_four_experts(world: World, worker: RedisCounter):
    ts, _ = await trips_of(world, worker, f"{MENTION} please ask {ALL_FOUR}")
    _, trips = await trips_of(world, worker, f"and {ALL_FOUR}?", ts)

    assert commands(trips) == FOLLOW_UP | OF_FOUR
    assert len(trips) <= 30, trips
