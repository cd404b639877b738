import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from openai import APIConnectionError, APITimeoutError, AsyncOpenAI, BadRequestError
from openai.types.conversations import Conversation
from openai.types.responses import ResponseStreamEvent

from bot.playground.openai import latency
from bot.playground.openai.latency import Latency
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import (
    Call,
    Cut,
    Error,
    Fail,
    Garble,
    Incomplete,
    Refusal,
    Step,
    WaitFor,
)
from tests.inspection.openapi import OpenApi
from tests.playground.openai.asking import (
    MODEL,
    ask,
    events,
    kinds,
    stored,
    stream,
    tool,
    types,
)
from tests.scripted_brain import ScriptedBrain

TOOLS = [tool("consult_legal"), tool("consult_finance")]
SPEAKING = [
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
]
CALLING = [
    "response.output_item.added",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.output_item.done",
]
THINKING = ["response.output_item.added", "response.output_item.done"]
BEGIN = ["response.created", "response.in_progress"]


async def raw_events(server: OpenAIPlayground, **body: Any) -> list[Any]:
    """Return the events as they are on the wire."""
    headers = {"Authorization": f"Bearer {server.api_key}"}
    request = {"model": MODEL, "input": "Hi", "stream": True, **body}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{server.base_url}/responses", json=request) as response,
    ):
        assert response.content_type == "text/event-stream"
        text = (await response.read()).decode()
    frames = [frame.split("\n") for frame in text.split("\n\n") if frame]
    told = [json.loads(data.removeprefix("data: ")) for _, data in frames]
    assert [name.removeprefix("event: ") for name, _ in frames] == [e["type"] for e in told]
    return told


async def test_a_text_comes_in_pieces_between_its_beginning_and_its_end(
    client: AsyncOpenAI, brain: ScriptedBrain
) -> None:
    brain.then("Yes.")
    assert await types(client) == [*BEGIN, *SPEAKING, "response.completed"]

    brain.then("It depends on many things, and most of all on the licence.\n\n- One\n- Two")
    deltas = [e.delta async for e in events(client) if e.type == "response.output_text.delta"]
    assert len(deltas) > 2
    assert "".join(deltas).endswith("licence.\n\n- One\n- Two")


async def test_thinking_text_and_calls_follow_each_other(
    client: AsyncOpenAI, brain: ScriptedBrain
) -> None:
    brain.then("Let me ask.", Call("consult_legal", {"a": 1}), Call("consult_finance", {}))
    told = await types(client, tools=TOOLS, reasoning={"effort": "low"})
    assert told == [*BEGIN, *THINKING, *SPEAKING, *CALLING, *CALLING, "response.completed"]


@pytest.mark.parametrize(
    ("steps", "last"),
    [
        (["Yes.", Call("consult_legal", {"reason": "r"})], "response.completed"),
        ([Refusal("No.")], "response.completed"),
        (["Yes.", Incomplete()], "response.incomplete"),
        (["Yes.", Fail()], "response.failed"),
        ([Error("rate_limit_exceeded")], "error"),
    ],
)
async def test_every_event_is_as_the_document_says_and_numbered(
    server: OpenAIPlayground,
    brain: ScriptedBrain,
    openapi: OpenApi,
    steps: list[Step | str],
    last: str,
) -> None:
    brain.then(*steps)
    told = await raw_events(server, tools=TOOLS, reasoning={"effort": "low"})
    for event in told:
        openapi.check_event(event)
    assert [event["sequence_number"] for event in told] == list(range(len(told)))
    assert told[-1]["type"] == last


async def test_a_call_is_complete_before_the_next_one_is_written(
    client: AsyncOpenAI, brain: ScriptedBrain
) -> None:
    go_on = asyncio.Event()
    brain.then(Call("consult_legal", {}, "call_1"), WaitFor(go_on), Call("consult_finance", {}))
    done = []
    async for event in events(client, tools=TOOLS):
        if event.type == "response.output_item.done":
            done.append(event.item)
            go_on.set()
    assert [item.type for item in done] == ["function_call", "function_call"]


async def test_a_conversation_is_locked_until_its_response_has_ended(
    client: AsyncOpenAI, brain: ScriptedBrain, conversation: Conversation
) -> None:
    go_on = asyncio.Event()
    brain.then("Well", WaitFor(go_on), "Yes.")
    async with await stream(client, conversation=conversation.id) as first:
        await anext(first)
        with pytest.raises(BadRequestError) as caught:
            await ask(client, conversation=conversation.id)
        assert (caught.value.code, caught.value.param) == ("conversation_locked", "conversation")
        go_on.set()
        async for _ in first:
            pass
    await ask(client, conversation=conversation.id)
    assert len(await stored(client, conversation.id)) == 5
    assert len(brain.asked) == 2


async def test_the_lock_is_gone_when_the_last_event_arrives(
    client: AsyncOpenAI, conversation: Conversation
) -> None:
    for _ in range(3):
        async for event in events(client, conversation=conversation.id):
            if event.type == "response.completed":
                await ask(client, conversation=conversation.id)
    assert len(await stored(client, conversation.id)) == 12


async def test_a_response_goes_on_when_its_client_has_gone(
    client: AsyncOpenAI, brain: ScriptedBrain, conversation: Conversation
) -> None:
    go_on = asyncio.Event()
    brain.then("Well", WaitFor(go_on), "Yes.")
    async with await stream(client, conversation=conversation.id) as abandoned:
        await anext(abandoned)
    with pytest.raises(BadRequestError, match="Another process"):
        await ask(client, conversation=conversation.id)
    go_on.set()
    await unlocked(client, conversation)
    assert len(await stored(client, conversation.id)) == 5


async def test_or_ends_with_its_client_where_servers_do_so(
    client: AsyncOpenAI,
    server: OpenAIPlayground,
    brain: ScriptedBrain,
    conversation: Conversation,
) -> None:
    server.manners.goes_on_alone = False
    server.manners.unfinished_leaves = "finished items"
    brain.then(Call("consult_legal", {}, "call_1"), WaitFor(asyncio.Event()))
    async with await stream(client, conversation=conversation.id, tools=TOOLS) as abandoned:
        async for event in abandoned:
            if event.type == "response.output_item.done":
                break
    with pytest.raises(BadRequestError, match="call_1"):
        await unlocked(client, conversation)
    assert await kinds(client, conversation.id) == ["message", "function_call"]


async def hear(told: AsyncIterator[ResponseStreamEvent], heard: list[str]) -> None:
    async for event in told:
        heard.append(event.type)  # noqa: PERF401 - kept when the stream breaks


async def unlocked(client: AsyncOpenAI, conversation: Conversation) -> None:
    """Ask until the conversation is no longer locked."""
    async with asyncio.timeout(5):
        while True:
            try:
                await ask(client, conversation=conversation.id)
            except BadRequestError as error:
                if error.code != "conversation_locked":
                    raise
            else:
                return


async def test_without_locks_responses_interleave(
    client: AsyncOpenAI,
    server: OpenAIPlayground,
    brain: ScriptedBrain,
    conversation: Conversation,
) -> None:
    server.manners.locks = False
    go_on = asyncio.Event()
    brain.then("Well", WaitFor(go_on), "Yes.")
    async with await stream(client, "One", conversation=conversation.id) as first:
        await anext(first)
        await ask(client, "Two", conversation=conversation.id)
        go_on.set()
        assert [event.type async for event in first][-1] == "response.completed"
    assert len(await stored(client, conversation.id)) == 5


async def test_a_stream_that_ends_early_and_quietly_has_no_last_event(
    client: AsyncOpenAI, brain: ScriptedBrain, conversation: Conversation
) -> None:
    brain.then("Well", Cut(), "Yes.")
    told = await types(client, conversation=conversation.id)
    assert told == [*BEGIN, *SPEAKING]
    assert await stored(client, conversation.id) == []
    await ask(client, conversation=conversation.id)


async def test_a_connection_that_is_torn_down_is_an_error(
    client: AsyncOpenAI, brain: ScriptedBrain
) -> None:
    brain.then("Well", Cut(reset=True))
    heard: list[str] = []
    with pytest.raises(APIConnectionError):
        await hear(events(client), heard)
    assert heard[: len(BEGIN)] == BEGIN


async def test_what_was_cut_may_be_stored_all_the_same(
    client: AsyncOpenAI, brain: ScriptedBrain, conversation: Conversation
) -> None:
    brain.then(Cut(reset=True, stored=True), "Yes.")
    with pytest.raises(APIConnectionError):
        await types(client, conversation=conversation.id)
    assert await kinds(client, conversation.id) == ["message", "message"]


async def test_silence_lasts_until_the_client_gives_up(
    client: AsyncOpenAI, brain: ScriptedBrain
) -> None:
    brain.then("Well", Cut(silent=True))
    with pytest.raises(APITimeoutError):
        await types(client, timeout=0.2)


async def test_a_malformed_chunk_is_not_json(client: AsyncOpenAI, brain: ScriptedBrain) -> None:
    brain.then("Well", Garble())
    with pytest.raises(json.JSONDecodeError):
        await types(client)


@pytest.mark.parametrize("cut", [Cut(), Cut(reset=True)])
async def test_an_answer_in_one_piece_can_be_lost_too(
    client: AsyncOpenAI, brain: ScriptedBrain, conversation: Conversation, cut: Cut
) -> None:
    brain.then("Well", cut)
    with pytest.raises(APIConnectionError):
        await ask(client, conversation=conversation.id)


FOREVER = latency.always(3600)


@pytest.mark.parametrize(
    ("slow", "heard"),
    [
        (Latency(first=FOREVER), BEGIN),
        (Latency(first=lambda body: 3600 * (body["model"] == MODEL)), BEGIN),
        (Latency(piece=3600), [*BEGIN, *SPEAKING[:2]]),
        (Latency(call=3600), [*BEGIN, *SPEAKING, *CALLING[:1]]),
        (Latency(total=FOREVER), [*BEGIN, *SPEAKING, *CALLING]),
    ],
)
async def test_the_model_takes_its_time_where_it_is_told_to(
    client: AsyncOpenAI,
    server: OpenAIPlayground,
    brain: ScriptedBrain,
    slow: Latency,
    heard: list[str],
) -> None:
    brain.then("One", Call("consult_legal", {}))
    server.latency = slow
    async with await stream(client, instructions="You are Legal.", tools=TOOLS) as told:
        assert [(await anext(told)).type for _ in heard] == heard
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(told), 0.05)


async def test_others_need_not_wait_for_a_slow_one(
    client: AsyncOpenAI, server: OpenAIPlayground
) -> None:
    server.latency.first = lambda body: 3600 * ("Legal" in body["instructions"])
    async with await stream(client, instructions="You are Legal."):
        assert (await ask(client, instructions="You are Finance.")).output_text == "Hello."


async def test_a_client_that_leaves_in_the_middle_is_no_error(
    client: AsyncOpenAI, brain: ScriptedBrain, caplog: pytest.LogCaptureFixture
) -> None:
    go_on = asyncio.Event()
    brain.then("One", WaitFor(go_on), "two", *["more " * 5_000] * 20)
    async with await stream(client) as told:
        await anext(told)
        await told.close()
        go_on.set()
        for _ in range(3):
            await ask(client)

    assert not [record for record in caplog.records if record.exc_info]
