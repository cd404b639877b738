"""Threads that go on after another backend was chosen, and ``panelbot links migrate``."""

import asyncio
import json
from itertools import permutations

import pytest

from bot.assembly import storage
from bot.playground.openai.stand_in.brain import Text, WaitFor
from bot.playground.slack.workspace.company import GENERAL
from tests import openai_faults as faults
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually

LEGAL = "of the legal counsel of a technology company"
BACKENDS = ("conversations", "stateless", "assistants")
BEGINNINGS = {"conversations": "conv_", "stateless": "own_", "assistants": "thread_"}


async def restart(world: World, backend: str) -> None:
    await world.stop_bot()
    world.environ["PANELBOT_BACKEND"] = backend
    await world.start_bot()


async def asked(world: World, question: str = "please ask legal about the blue contract") -> str:
    ts = world.say(f"{MENTION} {question}")
    await world.idle()
    return ts


async def go_on(world: World, ts: str) -> str:
    """Ask legal something else in the thread; return its answer."""
    world.say("and what says legal now?", ts)
    await world.idle()
    who, answer = world.said(ts)[-1]
    assert who == "Legal Counsel"
    return answer


async def linked(world: World, ts: str) -> list[str]:
    """Return how the ids of the thread's conversations begin."""
    (key,) = await world.redis.keys(f"panelbot:*:links:*:{ts}")
    ids = (await world.redis.hgetall(key)).values()
    return sorted({f"{id_.partition('_')[0]}_" for id_ in ids})


@pytest.mark.parametrize(("before", "after"), list(permutations(BACKENDS, 2)))
async def test_a_thread_takes_its_history_along(world: World, before: str, after: str) -> None:
    await restart(world, before)
    ts = await asked(world)

    await restart(world, after)

    assert await go_on(world, ts) == f"Answer 2 {LEGAL}"
    router = next(asked for asked in reversed(world.brain.asked) if asked.tools)
    read = [json.dumps(item) for item in router.items]
    assert len([item for item in read if "the blue contract" in item]) == 1
    assert any(f"Answer 1 {LEGAL}" in item for item in read)
    assert await linked(world, ts) == [BEGINNINGS[after]]
    assert not await world.redis.keys("panelbot:*:moved:*")
    assert await go_on(world, ts) == f"Answer 3 {LEGAL}"


async def test_what_is_gone_begins_anew_with_what_slack_remembers(world: World) -> None:
    await restart(world, "conversations")
    ts = await asked(world)
    world.openai.conversations.clear()

    await restart(world, "stateless")

    assert await go_on(world, ts) == f"Answer 2 {LEGAL}"  # to the question, after what was said
    for is_router in (True, False):
        newest = next(a for a in reversed(world.brain.asked) if bool(a.tools) is is_router)
        assert "the blue contract" in "".join(json.dumps(item) for item in newest.items)


async def test_links_that_redis_has_lost_are_found_on_the_former_backend(world: World) -> None:
    await restart(world, "assistants")
    ts = await asked(world)
    await world.redis.flushdb()

    await restart(world, "conversations")

    assert await go_on(world, ts) == f"Answer 2 {LEGAL}"


async def test_a_turn_goes_on_where_another_backend_left_it(world: World) -> None:
    await restart(world, "conversations")
    goes_on = asyncio.Event()
    world.brain.when(lambda request: not request.tools, WaitFor(goes_on), Text("Too late."))
    ts = world.say(f"{MENTION} please ask legal about the blue contract")
    await eventually(lambda: len(world.openai.conversations) == 2)
    await eventually(lambda: any(not asked.tools for asked in world.brain.asked))

    await world.stop_bot()
    goes_on.set()
    await restart(world, "stateless")
    await world.idle()

    assert [who for who, _ in world.said(ts)] == ["Legal Counsel"]
    assert await linked(world, ts) == ["own_"]


async def test_threads_are_moved_ahead_and_nothing_is_moved_twice(world: World) -> None:
    await restart(world, "conversations")
    first, second = await asked(world), await asked(world)
    await world.stop_bot()

    code, out, err = await world.panelbot("links", "migrate", "--to", "stateless", "--dry-run")
    assert code == 0, err
    assert f"{GENERAL}/{first}  2 conversations" in out
    assert out.endswith("To be moved: 2 of 2 threads. Nothing was moved.\n")
    assert await linked(world, first) == ["conv_"]
    for told in ("2 threads moved, already there: 0,", "0 threads moved, already there: 2,"):
        code, out, err = await world.panelbot("links", "migrate", "--to", "stateless")
        assert code == 0, err
        assert told in out

    assert len(await world.redis.keys("panelbot:{kept:*}:head")) == 4
    await restart(world, "stateless")
    world.openai.conversations.clear()
    assert await go_on(world, second) == f"Answer 2 {LEGAL}"


async def test_one_thread_or_channel_is_moved_alone(world: World) -> None:
    await restart(world, "conversations")
    one, other = await asked(world), await asked(world)
    await world.stop_bot()

    code, _, err = await world.panelbot(
        "links", "migrate", f"{GENERAL}/{one}", "--to", "assistants"
    )
    assert code == 0, err
    code, out, _ = await world.panelbot("links", "migrate", "C0NOBODY", "--to", "assistants")
    assert (code, out) == (0, "0 threads moved, already there: 0, left: 0.\n")

    assert await linked(world, one) == ["thread_"]
    assert await linked(world, other) == ["conv_"]


async def test_what_fails_is_told_and_done_again_leaves_no_half_of_a_copy(world: World) -> None:
    await restart(world, "stateless")
    first, second = await asked(world), await asked(world)
    await world.stop_bot()
    append = "POST /v1/conversations/*/items"
    world.openai.faults.on(append, faults.status(500, after_effect=True), times=4)

    code, out, err = await world.panelbot("links", "migrate", "--to", "conversations")

    assert code == 1
    assert "1 thread moved" in out
    assert f"{GENERAL}/{first}: not moved: HTTP 500" in err
    assert await linked(world, first) == ["own_"]
    code, out, err = await world.panelbot("links", "migrate", "--to", "conversations")
    assert code == 0, err
    assert "1 thread moved, already there: 1" in out
    assert len(world.openai.conversations) == 4
    assert [await linked(world, ts) for ts in (first, second)] == [["conv_"], ["conv_"]]


async def test_a_running_turn_is_not_disturbed(world: World) -> None:
    await restart(world, "conversations")
    ts = await asked(world)
    goes_on = asyncio.Event()
    world.brain.then(WaitFor(goes_on), Text("Here I am."))
    world.say("and now?", ts)
    await eventually(lambda: any(one.locked_by for one in world.openai.conversations.values()))

    code, out, err = await world.panelbot("links", "migrate", "--to", "stateless")

    assert code == 1
    assert "0 threads moved" in out
    assert f"{GENERAL}/{ts}: not moved: a turn is running there" in err
    goes_on.set()
    await world.idle()
    assert world.said(ts)[-1] == ("Panelbot", "Here I am.")
    async with storage.open_storage(world.config()) as memory:
        assert (await memory.queue.depth()).buried == 0


async def test_a_server_that_lacks_the_backend_is_told_before_anything_is_moved(
    world: World,
) -> None:
    await restart(world, "stateless")
    ts = await asked(world)
    world.openai.faults.rate("POST /v1/conversations", faults.status(404), 1.0)

    code, _, err = await world.panelbot("links", "migrate", "--to", "conversations")

    assert code == 1
    assert "has no /conversations" in err
    assert await linked(world, ts) == ["own_"]
