"""The Assistants API, version 2: threads, runs and their steps, with the real client."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError
from openai.types.beta import Assistant, Thread
from openai.types.beta.threads import Run

from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import Call, Cut, Fail, Incomplete, Text, WaitFor
from tests.inspection.openapi import OpenApi
from tests.scripted_brain import ScriptedBrain

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the API is

TOOL: Any = {"type": "function", "function": {"name": "ask_legal", "parameters": {}}}
BOTH = [Call("ask_legal", {"brief": "May we?"}, call_id) for call_id in ("call_1", "call_2")]
OUTPUTS: Any = [{"tool_call_id": f"call_{n}", "output": f"Yes {n}."} for n in (1, 2)]


@pytest.fixture
async def server(brain: ScriptedBrain) -> AsyncIterator[OpenAIPlayground]:
    async with OpenAIPlayground(brain=brain, assistants=True) as playground:
        yield playground


@pytest.fixture
async def assistant(client: AsyncOpenAI) -> Assistant:
    return await client.beta.assistants.create(
        model="gpt-6-luna", instructions="Be kind.", tools=[TOOL], metadata={"hash": "1"}
    )


@pytest.fixture
async def thread(client: AsyncOpenAI) -> Thread:
    thread = await client.beta.threads.create(metadata={"topic": "licences"})
    await client.beta.threads.messages.create(thread.id, role="user", content="May we?")
    return thread


@pytest.fixture
def run(client: AsyncOpenAI, assistant: Assistant, thread: Thread):
    async def start(**more: Any) -> list[Any]:
        """Return the events of a run."""
        runs = client.beta.threads.runs
        stream: Any = await runs.create(thread.id, assistant_id=assistant.id, stream=True, **more)
        return [event async for event in stream]

    return start


def names(events: list[Any]) -> list[str]:
    return [event.event.removeprefix("thread.") for event in events]


async def ended(client: AsyncOpenAI, run: Run) -> str:
    """Return how *run* ended."""
    async with asyncio.timeout(5):
        while True:
            found = await client.beta.threads.runs.retrieve(run.id, thread_id=run.thread_id)
            if found.status not in ("queued", "in_progress", "cancelling"):
                return found.status
            await asyncio.sleep(0)


async def test_assistants_are_kept_changed_listed_and_deleted(
    client: AsyncOpenAI, assistant: Assistant
) -> None:
    changed = await client.beta.assistants.update(assistant.id, metadata={"hash": "2"})
    assert changed.instructions == "Be kind."
    assert [one async for one in client.beta.assistants.list()] == [changed]
    assert await client.beta.assistants.retrieve(assistant.id) == changed
    assert (await client.beta.assistants.delete(assistant.id)).deleted
    with pytest.raises(NotFoundError):
        await client.beta.assistants.retrieve(assistant.id)


async def test_threads_are_kept_with_metadata_and_messages(
    client: AsyncOpenAI, thread: Thread
) -> None:
    await client.beta.threads.messages.create(
        thread.id, role="assistant", content="Yes.", metadata={"by": "us"}
    )
    changed = await client.beta.threads.update(thread.id, metadata={"other": "1"})
    assert await client.beta.threads.retrieve(thread.id) == changed
    assert changed.metadata == {"other": "1"}

    newest, oldest = [one async for one in client.beta.threads.messages.list(thread.id, limit=1)]
    assert (newest.role, newest.metadata) == ("assistant", {"by": "us"})
    assert oldest.content[0].text.value == "May we?"
    assert await client.beta.threads.messages.retrieve(newest.id, thread_id=thread.id) == newest
    assert (await client.beta.threads.delete(thread.id)).deleted
    with pytest.raises(NotFoundError):
        await client.beta.threads.retrieve(thread.id)


async def test_a_run_writes_a_message_and_tells_of_every_step(
    client: AsyncOpenAI, brain: ScriptedBrain, thread: Thread, run: Any
) -> None:
    brain.then("It depends.")
    events = await run()

    assert names(events) == [
        "run.created", "run.queued", "run.in_progress",
        "run.step.created", "run.step.in_progress", "message.created", "message.in_progress",
        "message.delta", "message.completed", "run.step.completed", "run.completed",
    ]  # fmt: skip
    done = events[-1].data
    assert done.usage.completion_tokens > 0
    message = await client.beta.threads.messages.list(thread.id, limit=1)
    assert message.data[0].run_id == done.id
    (step,) = [s async for s in client.beta.threads.runs.steps.list(done.id, thread_id=thread.id)]
    assert step.step_details.message_creation.message_id == message.data[0].id
    assert brain.asked[-1].instructions == "Be kind."
    assert brain.asked[-1].last_user_text == "May we?"


async def test_calls_wait_for_all_their_outputs_at_once(
    client: AsyncOpenAI, brain: ScriptedBrain, thread: Thread, run: Any
) -> None:
    brain.then(Text("Let me ask."), *BOTH)
    brain.then("Yes.")
    waiting = (await run())[-1].data
    assert waiting.status == "requires_action"
    calls = waiting.required_action.submit_tool_outputs.tool_calls
    assert [call.id for call in calls] == ["call_1", "call_2"]

    submit = client.beta.threads.runs.submit_tool_outputs
    with pytest.raises(BadRequestError, match="Expected tool outputs for call_ids"):
        await submit(waiting.id, thread_id=thread.id, tool_outputs=OUTPUTS[:1])
    stream = await submit(waiting.id, thread_id=thread.id, tool_outputs=OUTPUTS, stream=True)
    events = [event async for event in stream]

    assert names(events)[:3] == ["run.step.completed", "run.queued", "run.in_progress"]
    assert names(events)[-1] == "run.completed"
    listing = client.beta.threads.runs.steps.list(waiting.id, thread_id=thread.id)
    kinds = [step.type async for step in listing]
    assert kinds == ["message_creation", "tool_calls", "message_creation"]
    assert [item["type"] for item in brain.asked[-1].items][-4:] == [
        "function_call", "function_call", "function_call_output", "function_call_output",
    ]  # fmt: skip


async def test_a_run_locks_its_thread_until_it_has_ended(
    client: AsyncOpenAI, brain: ScriptedBrain, thread: Thread, run: Any
) -> None:
    brain.then(*BOTH)
    waiting = (await run())[-1].data

    with pytest.raises(BadRequestError, match=r"already has an active run run_") as caught:
        await run()
    assert caught.value.code is None
    with pytest.raises(BadRequestError, match=r"Can't add messages to thread_\w+ while a run run_"):
        await client.beta.threads.messages.create(thread.id, role="user", content="Hi")

    cancelling = await client.beta.threads.runs.cancel(waiting.id, thread_id=thread.id)
    assert cancelling.status == "cancelling"
    assert await ended(client, waiting) == "cancelled"
    await client.beta.threads.messages.create(thread.id, role="user", content="Hi")
    (step,) = (await client.beta.threads.runs.steps.list(waiting.id, thread_id=thread.id)).data
    assert step.status == "cancelled"
    with pytest.raises(BadRequestError, match="Cannot cancel run with status 'cancelled'"):
        await client.beta.threads.runs.cancel(waiting.id, thread_id=thread.id)


async def test_a_run_that_waited_too_long_has_expired(
    server: OpenAIPlayground, client: AsyncOpenAI, brain: ScriptedBrain, thread: Thread, run: Any
) -> None:
    server.manners.run_seconds = 0
    brain.then(*BOTH)
    brain.then("Here I am.")
    events = await run()
    assert names(events)[-1] == "run.expired"

    server.manners.run_seconds = 600
    assert names(await run())[-1] == "run.completed"
    listed = [one.status async for one in client.beta.threads.runs.list(thread.id)]
    assert listed == ["completed", "expired"]


async def test_a_run_can_be_cancelled_while_it_is_written(
    client: AsyncOpenAI, brain: ScriptedBrain, assistant: Assistant, thread: Thread
) -> None:
    brain.then(WaitFor(asyncio.Event()))
    started = await client.beta.threads.runs.create(thread.id, assistant_id=assistant.id)
    await client.beta.threads.runs.cancel(started.id, thread_id=thread.id)
    assert await ended(client, started) == "cancelled"


@pytest.mark.parametrize(
    ("step", "ends"), [(Fail(), "run.failed"), (Incomplete(), "run.incomplete")]
)
async def test_a_run_can_end_badly(brain: ScriptedBrain, run: Any, step: Any, ends: str) -> None:
    brain.then(step)
    assert names(await run())[-1] == ends


async def test_a_run_goes_on_when_nobody_listens(
    client: AsyncOpenAI, brain: ScriptedBrain, run: Any
) -> None:
    brain.then(Text("Yes."), Cut(stored=True))
    events = await run()
    assert names(events)[-1] != "run.completed"
    assert await ended(client, events[0].data) == "completed"


async def test_a_request_may_say_otherwise_than_the_assistant(
    brain: ScriptedBrain, run: Any
) -> None:
    brain.then("No.")
    await run(instructions="Be short.", tool_choice="none", metadata={"after": "msg_1"})
    assert brain.asked[-1].instructions == "Be short."
    assert not brain.asked[-1].may_call


async def test_every_event_is_as_openai_describes_it(
    server: OpenAIPlayground,
    client: AsyncOpenAI,
    openapi: OpenApi,
    brain: ScriptedBrain,
    assistant: Assistant,
    thread: Thread,
) -> None:
    brain.then(Text("Let me ask."), *BOTH)
    brain.then("Yes.")
    runs = f"/threads/{thread.id}/runs"
    first = await _events(client, runs, {"assistant_id": assistant.id, "stream": True})
    waiting = first[-2][1]["id"]
    submit = {"tool_outputs": OUTPUTS, "stream": True}
    second = await _events(client, f"{runs}/{waiting}/submit_tool_outputs", submit)

    assert first.pop() == second.pop() == ("done", None)
    for name, data in first + second:
        openapi.check_run_event(name, data)


async def _events(client: AsyncOpenAI, path: str, body: Any) -> list[tuple[str, Any]]:
    raw = await client.post(path, cast_to=str, body=body)
    lines = raw.split("\n\n")[:-1]
    pairs = [line.removeprefix("event: ").split("\ndata: ") for line in lines]
    return [(name, None if data == "[DONE]" else json.loads(data)) for name, data in pairs]
