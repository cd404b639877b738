"""The backend for servers that remember nothing: what goes beyond the port's promises."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from bot.adapters.openai.responses.compaction import Compaction
from bot.adapters.openai.responses.stateless import StatelessModel
from bot.adapters.openai.retries import RetryDelays
from bot.adapters.openai.server.client import connect
from bot.adapters.redis.stores.conversation_store import RedisConversationStore
from bot.panel.errors import ModelUnavailable
from bot.panel.language_model.exchange import (
    Attachment,
    Begun,
    ModelSaid,
    Responded,
    TextWritten,
    ToolAnswered,
    ToolCalled,
    UserSaid,
)
from bot.panel.links import RouterLabels
from bot.panel.model import CallId, ConversationId, Effort, ThreadRef
from bot.playground.openai.stand_in.brain import Call, Text
from tests import openai_faults as faults
from tests.adapters.openai.canned_api import Answer, CannedApi, Stream
from tests.adapters.openai.events import call, completed, delta, item_done, message
from tests.adapters.openai.prompts import ASK_LEGAL, prompt, told
from tests.scripted_brain import by_instructions

LABELS = RouterLabels(ThreadRef("T1", "C1", "1.0"))
RESPOND = "POST /v1/responses"
WAITS = RetryDelays(busy=(0, 0))
LONG = "word " * 120


@pytest.fixture
def store(redis) -> RedisConversationStore:
    return RedisConversationStore(redis)


@pytest.fixture
async def model(server, store) -> AsyncIterator[StatelessModel]:
    async with connect(server.api_key, server.base_url, silence=5) as client:
        yield StatelessModel(client, store, salt="salt", delays=WAITS, compaction=Compaction(600))


@pytest.fixture
async def conversation(model: StatelessModel) -> ConversationId:
    return await model.open(LABELS)


def texts(request) -> list[str]:
    return [item["content"] for item in request.body["input"] if item["type"] == "message"]


async def test_files_go_along_with_their_question_and_are_not_kept(server, model, conversation):
    files = (Attachment("a.png", "image/png", b"\x89PNG\r\n\x1a\n"),)
    await told(model, prompt(conversation=conversation, items=(UserSaid("One?", files),)))
    await told(model, prompt(conversation=conversation, items=(UserSaid("Two?"),)))

    first, second = (request.body["input"] for request in server.requests)
    assert [part["type"] for part in first[0]["content"]] == ["input_text", "input_image"]
    assert second[0]["content"] == "One?"


async def test_the_server_is_sent_everything_and_stores_nothing(server, model, conversation):
    await told(model, prompt(conversation=conversation, items=(UserSaid("One?"),)))
    await told(model, prompt(conversation=conversation, items=(UserSaid("Two?"),)))

    assert {request.name for request in server.requests} == {RESPOND}
    assert all(request.body["store"] is False for request in server.requests)
    assert not any("conversation" in request.body for request in server.requests)
    assert texts(server.requests[-1]) == ["One?", "Hello.", "Two?"]
    assert not server.store.responses
    assert conversation.startswith("own_")


async def test_calls_are_sent_again_with_their_outputs(server, brain, model, conversation):
    brain.then(Call("ask_legal", {"reason": "law", "brief": "May we?"}, "call_1"))
    await told(model, prompt(conversation=conversation, tools=(ASK_LEGAL,)))

    answer = ToolAnswered(CallId("call_1"), "Yes.")
    await told(model, prompt(conversation=conversation, items=(answer,)))

    kinds = [item["type"] for item in server.requests[-1].body["input"]]
    assert kinds == ["message", "function_call", "function_call_output"]


async def test_a_long_conversation_is_summed_up_and_nothing_of_it_lost(
    server, brain, model, conversation
):
    said = [UserSaid(f"{number} {LONG}") for number in range(4)]
    await model.append(conversation, said)
    brain.then(Text("They counted."))
    brain.then(Text("Five."))

    question = prompt(conversation=conversation, items=(UserSaid("Next?"),), effort=Effort.NONE)
    *_, last = await told(model, question)

    summing_up, asking = server.requests
    assert "minutes" in summing_up.body["instructions"]
    assert f'<item by="user">\n0 {LONG}' in summing_up.body["input"]
    assert "3 word" not in summing_up.body["input"]
    summary = "What was said before, in short:\n<summary>\nThey counted.\n</summary>"
    assert texts(asking) == [summary, said[3].text, "Next?"]
    assert isinstance(last, Responded)
    assert last.usage.output > len("Five.") / 4 + 1  # of both
    items = [item async for item in model.items(conversation)]
    assert items == [ModelSaid("Five."), UserSaid("Next?"), *said[::-1]]


async def test_a_summary_goes_into_the_next_one(server, brain, model, conversation):
    for number, minutes in enumerate(["They counted.", "They counted on."]):
        await model.append(conversation, [UserSaid(f"{number} {LONG}")] * (4 - number))
        brain.then(Text(minutes))
        brain.then(Text("Yes."))
        await told(model, prompt(conversation=conversation, items=(UserSaid("Next?"),)))

    _, _, summing_up, asking = server.requests
    assert summing_up.body["input"].startswith(
        '<summary>\nThey counted.\n</summary>\n\n<item by="user">\n0'
    )
    assert texts(asking)[0].endswith("\nThey counted on.\n</summary>")


async def test_a_conversation_is_never_cut_between_a_call_and_its_output(
    server, brain, model, conversation
):
    calls = [ToolCalled(CallId(f"call_{n}"), "ask_legal", {"brief": LONG}) for n in range(4)]
    outputs = [ToolAnswered(one.call_id, LONG) for one in calls]
    await model.append(conversation, [UserSaid("17"), *calls, *outputs, UserSaid("18")])
    brain.when(by_instructions("minutes"), "They asked.", times=None)
    brain.then(Text("Yes."))

    await told(model, prompt(conversation=conversation, items=(UserSaid("19"),)))

    assert [item["type"] for item in server.requests[-1].body["input"]] == ["message"] * 3
    assert texts(server.requests[-1])[1:] == ["18", "19"]


async def test_who_was_overtaken_adds_nothing(server, model, store, conversation):
    question = prompt(conversation=conversation, items=(UserSaid("17"),))
    async with aclosing(model.respond(question)) as events:
        assert isinstance(await anext(events), Begun)
        assert await anext(events) == TextWritten("Hello.")
        await store.add(conversation, [UserSaid("of another worker")], after=0)
        with pytest.raises(ModelUnavailable):
            await anext(events)

    assert [item async for item in model.items(conversation)] == [UserSaid("of another worker")]


async def test_a_busy_server_is_waited_for(server, model, conversation):
    server.faults.on(RESPOND, faults.status(429, "rate_limit_exceeded", retry_after=0), times=2)
    *_, last = await told(model, prompt(conversation=conversation))
    assert isinstance(last, Responded)
    assert last.text == "Hello."


@pytest.mark.parametrize(("name", "efforts"), [("o3", ["none", "low"]), ("gpt-6.2-sol", ["low"])])
async def test_another_effort_is_tried_where_a_model_does_not_take_it(
    server, model, conversation, name, efforts
):
    await told(model, prompt(conversation=conversation, model=name, effort=Effort.NONE))
    sent = [request.body["reasoning"]["effort"] for request in server.requests]
    assert sent == efforts


async def test_a_server_without_responses_is_no_lost_conversation(
    api: CannedApi, store: RedisConversationStore
) -> None:
    api.will(Answer(404, {"detail": "Not Found"}))
    async with connect("sk-test", api.base_url) as client:
        model = StatelessModel(client, store, salt="")
        with pytest.raises(ModelUnavailable):
            await told(model, prompt(conversation=await model.open(LABELS)))


async def test_what_a_server_leaves_out_in_the_end_is_kept_all_the_same(
    api: CannedApi, store: RedisConversationStore
) -> None:
    asked = call("call_1", brief="May we?")
    api.will(Stream((delta("Let me ask."), item_done(asked, 1), completed())))
    async with connect("sk-test", api.base_url) as client:
        model = StatelessModel(client, store, salt="")
        conversation = await model.open(LABELS)
        await told(model, prompt(conversation=conversation))
    assert await model.since(conversation, "17") == [
        UserSaid("Hi 17"),
        ModelSaid("Let me ask."),
        ToolCalled(CallId("call_1"), "ask_legal", {"brief": "May we?"}),
    ]


async def test_a_response_that_broke_off_leaves_nothing_behind(
    api: CannedApi, store: RedisConversationStore
) -> None:
    api.will(Stream((delta("Let me"),), end="cut"))
    api.will(Stream((completed(message("Yes.")),)))
    async with connect("sk-test", api.base_url) as client:
        model = StatelessModel(client, store, salt="")
        conversation = await model.open(LABELS)
        with pytest.raises(ModelUnavailable):
            await told(model, prompt(conversation=conversation))
        assert await model.since(conversation, "17") is None
        await told(model, prompt(conversation=conversation))
    assert api.seen[0].body == api.seen[1].body
