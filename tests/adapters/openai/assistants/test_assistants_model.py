"""The backend for the Assistants API: what goes beyond the port's promises."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from bot.adapters.openai.assistants import run_streaming
from bot.adapters.openai.assistants.assistants_model import AssistantsModel
from bot.adapters.openai.retries import RetryDelays
from bot.adapters.openai.server.client import connect
from bot.panel.errors import ModelFault, ModelRefused, ModelUnavailable
from bot.panel.language_model.exchange import (
    ABORTED,
    Attachment,
    Begun,
    Item,
    ModelSaid,
    Responded,
    TextWritten,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
    UserSaid,
)
from bot.panel.links import RouterLabels
from bot.panel.model import CallId, CollectionId, ConversationId, Effort, ThreadRef
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import Call, Fail, Incomplete, Pause, Text
from tests import openai_faults as faults
from tests.adapters.openai.prompts import ASK_LEGAL, prompt, told

LABELS = RouterLabels(ThreadRef("T1", "C1", "1.0"))
SAID = UserSaid("17")
CALLS = [CallId("call_1"), CallId("call_2")]
CALLED = [ToolCalled(call, "ask_legal", {"brief": "May we?"}) for call in CALLS]
ANSWERED = [ToolAnswered(call, "Yes.") for call in CALLS]
BOTH = [Call("ask_legal", {"brief": "May we?"}, call) for call in CALLS]
RUN = "POST /v1/threads/*/runs"
SUBMIT = f"{RUN}/*/submit_tool_outputs"


@pytest.fixture
async def model(server: OpenAIPlayground) -> AsyncIterator[AssistantsModel]:
    delays = RetryDelays(locked=(0.05, 0.1, 0.2, 0.5, 2), busy=(0, 0))
    async with connect(server.api_key, server.base_url, silence=5) as client:
        yield AssistantsModel(client, delays=delays)


@pytest.fixture
async def conversation(model: AssistantsModel) -> ConversationId:
    return await model.open(LABELS)


@pytest.fixture
def ask(model: AssistantsModel, conversation: ConversationId):
    async def ask(*items: Item, **more):
        """Return what comes of a prompt with a tool."""
        return await told(
            model, prompt(conversation=conversation, items=items, tools=(ASK_LEGAL,), **more)
        )

    return ask


def asked(server: OpenAIPlayground, name: str) -> list:
    return [request.body for request in server.requests if request.name == name]


async def test_all_outputs_go_to_the_waiting_run_together(server, brain, model, ask, conversation):
    brain.then(Text("Let me ask."), *BOTH)
    brain.then("We may.")
    begun, _, *calls, first = await ask(SAID)
    again, _, last = await ask(*ANSWERED)

    assert calls == CALLED
    assert first == Responded("Let me ask.")
    assert again == begun  # the same run goes on
    assert last.text == "We may."
    assert last.usage.input > 0
    (submitted,) = asked(server, SUBMIT)
    assert [one["tool_call_id"] for one in submitted["tool_outputs"]] == CALLS
    assert len(asked(server, RUN)) == 1
    assert await model.since(conversation, "17") == [
        SAID, ModelSaid("Let me ask."), *CALLED, *ANSWERED, ModelSaid("We may."),
    ]  # fmt: skip


async def test_outputs_are_stored_without_asking_the_model(server, brain, model, ask, conversation):
    brain.then(*BOTH)
    await ask(SAID)

    await model.append(conversation, ANSWERED)

    assert len(brain.asked) == 1
    assert await model.since(conversation, "17") == [SAID, *CALLED, *ANSWERED]
    await ask(UserSaid("18"))
    heard = [item["content"][0]["text"] for item in brain.asked[-1].items if "content" in item]
    assert heard == ["17", "Yes.", "Yes.", "18"]


async def test_outputs_for_a_run_that_has_expired_start_another_one(
    server, brain, model, ask, conversation
):
    brain.then(*BOTH)
    brain.then("We may.")
    await ask(SAID)
    (thread,) = server.threads.values()
    thread.runs[0].shown["expires_at"] = 0

    *_, last = await ask(*ANSWERED)

    assert last.text == "We may."
    assert [run.status for run in thread.runs] == ["expired", "completed"]
    stored = await model.since(conversation, "17")
    assert stored == [SAID, *CALLED, *ANSWERED, ModelSaid("We may.")]


async def test_outputs_and_more_start_another_run(server, brain, model, ask, conversation):
    brain.then(*BOTH)
    brain.then("We may.")
    await ask(SAID)

    other = ToolCalled(CallId("call_3"), "ask_legal", {"brief": "Really?"})
    more = [*ANSWERED, other, ToolAnswered(other.call_id, "Really.")]
    await ask(*more)

    stored = await model.since(conversation, "17")
    assert stored == [SAID, *CALLED, *more, ModelSaid("We may.")]


async def test_calls_that_are_not_allowed_are_answered_at_once(
    server, brain, model, ask, conversation
):
    brain.then(*BOTH)
    brain.then(Text("Again."), Call("ask_legal", {"brief": "Sure?"}, "call_3"))
    brain.then("We may.")
    await ask(SAID)

    events = await ask(*ANSWERED, may_call=False)

    assert not any(isinstance(event, ToolCalled) for event in events)
    assert sum(isinstance(event, Begun) for event in events) == 1
    assert events[-1].text == "Again.\n\nWe may."
    stored = await model.since(conversation, "17")
    assert ToolAnswered(CallId("call_3"), ABORTED) in stored


async def test_a_run_that_does_not_stop_calling_is_given_up(server, brain, ask):
    brain.then(*BOTH)
    for number in range(3):
        brain.then(Call("ask_legal", {"brief": "Sure?"}, f"call_{number + 3}"))
    await ask(SAID)

    assert (await ask(*ANSWERED, may_call=False))[-1].text == ""

    (thread,) = server.threads.values()
    assert [run.status for run in thread.runs] == ["cancelled"]


async def test_there_is_one_assistant_for_each_definition(server, model, conversation):
    legal = prompt(conversation=conversation, cache_key="expert:legal")
    await told(model, legal)
    await told(model, legal)
    changed = prompt(conversation=conversation, cache_key="expert:legal", instructions="Be brief.")
    await told(model, changed)
    await told(model, prompt(conversation=conversation, cache_key="expert:tax"))

    assert [one["name"] for one in server.assistants.values()] == ["expert:legal", "expert:tax"]
    assert next(iter(server.assistants.values()))["instructions"] == "Be brief."
    writes = [name for r in server.requests if (name := r.name).startswith("POST /v1/assistants")]
    assert writes == ["POST /v1/assistants", "POST /v1/assistants/*", "POST /v1/assistants"]


async def test_documents_belong_to_the_assistant_and_to_the_thread(
    server, brain, model, conversation
):
    async with connect(server.api_key, server.base_url) as client:
        stores = [CollectionId((await client.vector_stores.create()).id) for _ in range(2)]
    question = prompt(
        conversation=conversation,
        cache_key="expert:legal",
        collections=tuple(stores),
        must_search=True,
    )
    await told(model, question)

    (assistant,) = server.assistants.values()
    assert assistant["name"] == f"expert:legal {stores[0]}"
    assert assistant["tool_resources"]["file_search"]["vector_store_ids"] == stores[:1]
    thread = server.threads[conversation]
    assert thread.tool_resources["file_search"]["vector_store_ids"] == stores[1:]
    (run,) = asked(server, RUN)
    assert run["tools"] == [{"type": "file_search"}]
    assert run["tool_choice"] == {"type": "file_search"}
    assert brain.asked[-1].must_search
    items = [item async for item in model.items(conversation)]
    assert items == [ModelSaid("Hello."), ToolUsed("file_search"), UserSaid("Hi 17")]


async def test_documents_that_were_taken_away_are_not_searched_any_more(
    server, model, conversation
):
    async with connect(server.api_key, server.base_url) as client:
        stores = tuple([CollectionId((await client.vector_stores.create()).id) for _ in range(2)])
    await told(model, prompt(conversation=conversation, collections=stores))
    await told(model, prompt(conversation=conversation, collections=stores[:1]))
    thread = server.threads[conversation]
    assert thread.tool_resources["file_search"]["vector_store_ids"] == []


async def test_another_process_uses_the_assistant_that_is_there(server, model, conversation):
    legal = prompt(conversation=conversation, cache_key="expert:legal")
    await told(model, legal)
    async with connect(server.api_key, server.base_url) as client:
        await told(AssistantsModel(client), legal)
    assert len(server.assistants) == 1
    assert len(asked(server, "POST /v1/assistants")) == 1


async def test_an_assistant_that_somebody_deleted_is_created_again(server, model, conversation):
    await told(model, prompt(conversation=conversation))
    server.assistants.clear()
    *_, last = await told(model, prompt(conversation=conversation))
    assert last.text == "Hello."
    assert len(server.threads[conversation].messages) == 4  # nothing was added twice


async def test_a_run_says_itself_what_counts(server, brain, model, conversation):
    await told(model, prompt(conversation=conversation, instructions="Be kind."))
    next(iter(server.assistants.values()))["instructions"] = "Be another channel's."
    await told(model, prompt(conversation=conversation, instructions="Be kind."))
    assert brain.asked[-1].instructions == "Be kind."


async def test_an_abandoned_run_is_found_behind_its_lock(brain, model, conversation):
    brain.then(Text("Yes"), Pause(0.3), Text("indeed."))
    question = prompt(conversation=conversation, items=(SAID,))
    async with aclosing(model.respond(question)) as events:
        assert isinstance(await anext(events), Begun)
        assert await anext(events) == TextWritten("Yes")

    with pytest.raises(ModelUnavailable):
        await told(model, question)

    answer = [SAID, ModelSaid("Yes"), ModelSaid("indeed.")]
    assert await model.since(conversation, "17") == answer
    assert len(brain.asked) == 1


async def test_whether_a_run_is_whole_is_waited_for(brain, model, conversation):
    brain.then(Text("Yes"), Pause(0.2), Text("indeed."))
    async with aclosing(model.respond(prompt(conversation=conversation))) as events:
        begun = await anext(events)
        assert isinstance(begun, Begun)
    assert await model.is_whole(begun.response)


async def test_calls_given_up_count_as_aborted_though_their_ids_were_answered_before(
    brain, model, ask, conversation
):
    brain.then(*BOTH)
    await ask(SAID)
    await model.append(conversation, ANSWERED)
    brain.then(*BOTH)
    await ask(UserSaid("18"))
    brain.then("Here.")
    await ask(UserSaid("19"))

    aborted = [ToolAnswered(call, ABORTED) for call in CALLS]
    assert await model.since(conversation, "18") == [
        UserSaid("18"), *CALLED, *aborted, UserSaid("19"), ModelSaid("Here."),
    ]  # fmt: skip


async def test_a_run_that_waits_is_whole_and_one_given_up_is_not(model, brain, ask, conversation):
    brain.then(*BOTH)
    brain.then("Here.")
    begun, *_ = await ask(SAID)
    assert await model.is_whole(begun.response)
    await ask(UserSaid("18"))
    assert not await model.is_whole(begun.response)


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (Fail("server_error"), ModelUnavailable),
        (Fail("invalid_prompt"), ModelRefused),
        (Incomplete(), ModelRefused),
    ],
)
async def test_how_a_run_ends_badly_is_told(brain, model, conversation, step, error):
    brain.then(step)
    with pytest.raises(error):
        await told(model, prompt(conversation=conversation))


async def test_what_a_run_has_written_before_it_is_cut_is_told_and_kept_as_cut(
    brain, model, ask, conversation
):
    brain.then(Text("You may, as long as"), Incomplete())

    *_, last = await ask(SAID)

    assert (last.text, last.cut) == ("You may, as long as", True)
    assert await model.since(conversation, "17") == [SAID, ModelSaid(last.text, cut=True)]


async def test_calls_that_are_whole_are_told_of_a_run_that_is_cut():
    run = {"id": "run_1", "thread_id": "thread_1", "object": "thread.run"}
    whole = {"name": "ask_legal", "arguments": '{"brief": "May we?"}'}
    half = {"name": "ask_finance", "arguments": '{"brief": "Ho'}
    calls = [
        {"index": 0, "id": "call_1", "type": "function", "function": whole},
        {"index": 1, "id": "call_2", "type": "function", "function": half},
    ]
    steps = [
        {
            "event": "thread.run.step.delta",
            "data": {"delta": {"step_details": {"type": "tool_calls", "tool_calls": [call]}}},
        }
        for call in calls
    ]
    end = {**run, "status": "incomplete", "incomplete_details": {"reason": "max_completion_tokens"}}

    async def stream():
        for event in [*steps, {"event": "thread.run.incomplete", "data": end}]:
            yield event

    begun, *told_ = [event async for event in run_streaming.events(stream())]

    assert [e for e in (begun, *told_) if isinstance(e, ToolCalled)] == [CALLED[0]]
    assert told_[-1].cut


async def test_a_run_that_may_have_begun_is_not_repeated(server, model, conversation):
    server.faults.on(RUN, faults.reset(after_effect=True))
    with pytest.raises(ModelUnavailable):
        await told(model, prompt(conversation=conversation, items=(SAID,)))
    assert len(asked(server, RUN)) == 1
    assert await model.since(conversation, "17") == [SAID, ModelSaid("Hello.")]


async def test_a_busy_server_is_waited_for_and_nothing_added_twice(server, model, conversation):
    server.faults.on(RUN, faults.status(429, "rate_limit_exceeded", retry_after=0), times=2)
    await told(model, prompt(conversation=conversation, items=(SAID,)))
    assert await model.since(conversation, "17") == [SAID, ModelSaid("Hello.")]


@pytest.mark.parametrize("what", ["messages", "runs", "runs/*/steps"])
async def test_what_a_busy_server_lists_later_is_not_lost(server, brain, model, ask, what):
    brain.then(*BOTH)
    await ask(SAID)
    (conversation,) = server.threads
    busy = faults.status(429, "rate_limit_exceeded", retry_after=0)
    server.faults.on(f"GET /v1/threads/*/{what}", busy, times=2)

    assert await model.since(conversation, "17") == [SAID, *CALLED]
    server.faults.on(f"GET /v1/threads/*/{what}", busy, times=2)
    assert [item async for item in model.items(conversation)] == [SAID, *CALLED][::-1]


async def test_an_effort_goes_where_runs_have_it(server, model, conversation):
    await told(model, prompt(conversation=conversation, effort=Effort.LOW))
    assert [body["reasoning_effort"] for body in asked(server, RUN)] == ["low"]


async def test_files_are_refused_before_anything_is_stored(model, conversation):
    said = UserSaid("17", (Attachment("a.pdf", "application/pdf", b"%PDF-1.7"),))
    with pytest.raises(ModelRefused) as refused:
        await told(model, prompt(conversation=conversation, items=(UserSaid("16"), said)))
    assert refused.value.fault is ModelFault.BAD_REQUEST
    assert [item async for item in model.items(conversation)] == []
