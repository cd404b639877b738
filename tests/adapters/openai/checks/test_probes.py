"""The probes of the model's side see what the server does, whatever that is."""

from collections.abc import AsyncIterator
from functools import partial

import pytest

from bot.adapters.openai.checks import probes
from bot.adapters.openai.checks.probe_bench import ProbeBench
from bot.adapters.openai.retries import RetryDelays
from bot.adapters.openai.server.client import connect
from bot.panel.checks.probes import observe
from bot.playground.mcp.server import McpPlayground
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import Call, Fail, ModelRequest, Pause, Reply, Text
from tests import openai_faults as faults
from tests.scripted_brain import ScriptedBrain

RESPOND = "POST /v1/responses"


def brain(pause: list[float], request: ModelRequest) -> Reply:
    """Take some time for what is long, fail where a tool is nowhere, and call where one must."""
    if request.last_user_text == probes.LONG:
        return [Pause(*pause), Text("one " * 40)]
    last = request.items[-1]
    if request.tools and request.may_call and last["type"] != "function_call_output":
        return [Call("look_it_up", {})]
    return [Text("Hello.")]


@pytest.fixture
def pause() -> list[float]:
    """For how many seconds it writes nothing of what is long."""
    return [0.3]


@pytest.fixture
async def server(pause: list[float]) -> AsyncIterator[OpenAIPlayground]:
    scripted = ScriptedBrain(partial(brain, pause))
    async with OpenAIPlayground(brain=scripted) as playground:
        yield playground


@pytest.fixture
async def bench(server: OpenAIPlayground) -> AsyncIterator[ProbeBench]:
    async with connect(server.api_key, server.base_url, silence=5) as client:
        yield ProbeBench(client, "gpt-6-luna", delays=RetryDelays(busy=(0, 0)))


async def seen(bench: ProbeBench, name: str) -> str:
    """Return what the check *name* sees, and leave nothing behind."""
    wanted = [check for check in probes.checks(bench) if check.name == name]
    (found,) = [one async for one in observe(wanted)]
    assert await bench.tidy() == []
    assert not found.problem, found.problem
    return found.seen


@pytest.mark.parametrize(("manner", "word"), [("replace", "replaces"), ("merge", "merges")])
async def test_what_an_update_of_metadata_does(server, bench, manner: str, word: str):
    server.manners.metadata_updates = manner

    assert word in await seen(bench, "metadata")


@pytest.mark.parametrize(
    ("manner", "left"),
    [
        ("nothing", "left: nothing."),
        ("input", "left: user message."),
        ("finished items", "left: user message, assistant message (incomplete)."),
    ],
)
async def test_what_an_incomplete_response_leaves(server, bench, manner: str, left: str):
    server.manners.unfinished_leaves = manner

    assert await seen(bench, "incomplete") == f"It ended as incomplete and {left}"


@pytest.mark.parametrize(("manner", "left"), [("nothing", "nothing"), ("input", "user message")])
async def test_what_a_failed_response_leaves(server, bench, manner: str, left: str):
    server.manners.unfinished_leaves = manner
    server.brain.then(Fail())

    async with McpPlayground() as tools:  # one that is there: only then it fails in its stream
        bench.nowhere = tools.url
        told = await seen(bench, "failed")

    assert told == f"It ended with response.failed and left: {left}."


async def test_that_a_failure_is_a_refusal(bench):
    told = await seen(bench, "failed")

    assert told.startswith("It was refused (HTTP 424 http_error")
    assert told.endswith("and left: nothing.")


@pytest.mark.parametrize(("manner", "left"), [("nothing", ""), ("input", "user message, ")])
async def test_what_a_cancelled_response_leaves(server, bench, pause, manner: str, left: str):
    server.manners.unfinished_leaves = manner
    pause[:] = [60]  # however slow this machine is, it is cancelled before

    told = await seen(bench, "cancelled")

    assert "it ended as cancelled; the conversation was free at once." in told
    assert told.endswith(f"left: {left}user message, assistant message.")


async def test_a_background_response_can_be_heard_on_or_not(server, bench):
    told = await seen(bench, "background")
    assert "more events, up to response.completed" in told

    server.faults.on("GET /v1/responses/*", faults.status(400))
    assert "cannot be heard on: HTTP 400" in await seen(bench, "background")
    server.faults.on(RESPOND, faults.status(400))
    assert (await seen(bench, "background")).startswith("It is refused: HTTP 400")


@pytest.mark.parametrize(
    ("locks", "met"),
    [(True, "was refused (HTTP 400 conversation_locked: "), (False, "ended as completed. ")],
)
async def test_two_responses_at_once(server, bench, locks: bool, met: str):
    server.manners.locks = locks

    assert met in await seen(bench, "at-once")


async def test_a_lock_that_outlasts_its_client_and_one_that_does_not(server, bench):
    server.manners.goes_on_alone = True
    told = await seen(bench, "dropped")
    assert told.startswith("It was free after 0.")
    assert told.endswith("left: " + ", ".join(["user message, assistant message"] * 2) + ".")

    server.manners.goes_on_alone = False
    assert (await seen(bench, "dropped")).endswith("left: user message, assistant message.")


async def test_a_call_without_its_output(bench):
    told = await seen(bench, "unanswered-call")

    assert "is refused (HTTP 400" in told
    assert "No tool output found for function call call_" in told
    assert told.endswith("with an output of ours it goes on.")


@pytest.mark.parametrize(
    ("manner", "numbers", "told"),
    [
        (
            "own",
            True,
            "ids of their own and numbers of their own; in another response they were others.",
        ),
        (
            "counted",
            False,
            "ids of their own and one number; in another response they were the same.",
        ),
        (
            "by name",
            True,
            "ids of their own and numbers of their own; in another response they were the same.",
        ),
        (
            "doubled",
            True,
            "one id and numbers of their own; in another response they were the same.",
        ),
        ("null", True, "no ids and numbers of their own."),
        ("missing", False, "no ids and one number."),
    ],
)
async def test_how_calls_are_told_apart(server, bench, manner: str, numbers: bool, told: str):
    server.manners.call_ids, server.manners.numbers_items = manner, numbers
    for _ in range(2):
        server.brain.then(Call("look_up_weather", {}), Call("look_up_time", {}))

    assert await seen(bench, "call-ids") == f"They had {told}"


async def test_a_model_that_calls_nothing_is_told(server, bench):
    server.brain.then("I would rather not.")

    assert "the model called nothing" in await seen(bench, "unanswered-call")


@pytest.mark.parametrize(
    ("manner", "told"),
    [
        ("kept there", "holds: user message, assistant message."),
        ("left out", "holds: nothing."),
        ("refused", "It is refused: HTTP 400"),
    ],
)
async def test_what_is_not_to_be_stored(server, bench, manner: str, told: str):
    server.manners.unstored_in_conversation = manner

    assert told in await seen(bench, "unstored")


async def test_how_decisions_are_answered(server, bench):
    told = await seen(bench, "decisions")
    assert told.startswith("weather: predicate 0.05; ")

    server.faults.on("POST /v1/decisions", faults.status(400, "invalid_value"))
    told = await seen(bench, "decisions")
    assert told.startswith("weather: predicate 0.05. ")
    assert "Other kinds are refused: HTTP 400 invalid_value" in told

    server.faults.on("POST /v1/decisions", faults.status(404), times=2)
    assert (await seen(bench, "decisions")).startswith("There are none: HTTP 404")


async def test_nothing_is_left_of_all_checks(server, bench):
    found = [one async for one in observe(probes.checks(bench))]

    assert await bench.tidy() == []
    assert [one.check.name for one in found if one.problem] == []
    assert server.conversations == {}
    assert server.store.responses == {}


async def test_what_cannot_run_or_be_deleted_is_told_and_does_not_stop_the_others(server, bench):
    server.faults.on("POST /v1/conversations", faults.status(500))
    server.faults.on("DELETE /v1/conversations/*", faults.status(500))
    wanted = probes.checks(bench)[:2]

    found = [one async for one in observe(wanted)]
    (left,) = await bench.tidy()

    assert [bool(one.problem) for one in found] == [True, False]
    assert found[0].problem.startswith("HTTP 500")
    (conversation,) = server.conversations
    assert left.startswith(f"conversation {conversation}: HTTP 500")


async def test_a_model_without_a_choice_of_effort_is_asked_all_the_same(server):
    async with connect(server.api_key, server.base_url, silence=5) as client:
        bench = ProbeBench(client, "gpt-4.1")

        assert (await seen(bench, "incomplete")).startswith("It ended as incomplete")

    assert [asked.status for asked in server.requests if asked.name == RESPOND] == [400, 200]
