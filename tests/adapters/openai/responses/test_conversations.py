"""The adapter in the company of a server that behaves: what goes beyond the port's promises."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from time import monotonic

import pytest

from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.retries import RetryDelays
from bot.adapters.openai.server.client import connect
from bot.panel.errors import ModelUnavailable, TurnLost
from bot.panel.intake.lease import Lease
from bot.panel.language_model.exchange import Begun, Item, ModelSaid, TextWritten, UserSaid
from bot.panel.links import RouterLabels
from bot.panel.model import ConversationId, ThreadRef
from bot.playground.openai.faults import Fault
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import Pause, Text, WaitFor
from tests import openai_faults as faults
from tests.adapters.openai.canned_api import Answer, CannedApi
from tests.adapters.openai.events import response
from tests.adapters.openai.prompts import prompt, told
from tests.eventually import eventually
from tests.scripted_brain import ScriptedBrain

LABELS = RouterLabels(ThreadRef("T1", "C1", "1.0"))
RESPOND = "POST /v1/responses"
APPEND = "POST /v1/conversations/*/items"
SAID = UserSaid("17")


@pytest.fixture
async def model(server: OpenAIPlayground) -> AsyncIterator[ConversationsModel]:
    delays = RetryDelays(locked=(0.05, 0.1, 0.2, 0.5, 2), busy=(0, 0))
    async with connect(server.api_key, server.base_url, silence=5) as client:
        yield ConversationsModel(client, salt="salt", delays=delays)


@pytest.fixture
async def conversation(model: ConversationsModel) -> ConversationId:
    return await model.open(LABELS)


def asked(server: OpenAIPlayground, name: str) -> int:
    return sum(request.name == name for request in server.requests)


@pytest.mark.parametrize(("ends", "whole"), [("completed", True), ("failed", False)])
async def test_a_response_that_is_still_written_is_waited_for(
    api: CannedApi, ends: str, whole: bool
) -> None:
    for status in ("queued", "in_progress", ends):
        api.will(Answer(200, response(status=status)))
    async with connect("sk-test", api.base_url) as client:
        model = ConversationsModel(client, salt="", delays=RetryDelays(locked=(0, 0)))

        assert await model.is_whole("resp_1") is whole
    assert [seen.path for seen in api.seen] == ["/responses/resp_1"] * 3


async def test_a_response_that_is_written_for_ever_is_not_waited_for(api: CannedApi) -> None:
    api.will(*[Answer(200, response(status="in_progress"))] * 2)
    async with connect("sk-test", api.base_url) as client:
        model = ConversationsModel(client, salt="", delays=RetryDelays(locked=(0,)))

        with pytest.raises(ModelUnavailable):
            await model.is_whole("resp_1")


async def test_a_response_that_was_broken_off_is_not_whole(
    server: OpenAIPlayground,
    brain: ScriptedBrain,
    model: ConversationsModel,
    conversation: ConversationId,
) -> None:
    server.manners.goes_on_alone = False
    brain.then(Text("Yes"), Pause(5), Text("indeed."))
    question = prompt(conversation=conversation, items=(SAID,))
    async with aclosing(model.respond(question)) as events:
        begun = await anext(events)
        assert isinstance(begun, Begun)

    assert not await model.is_whole(begun.response)


async def test_an_abandoned_response_is_found_behind_its_lock(
    server: OpenAIPlayground,
    brain: ScriptedBrain,
    model: ConversationsModel,
    conversation: ConversationId,
) -> None:
    goes_on = asyncio.Event()
    brain.then(Text("Yes"), WaitFor(goes_on), Text("indeed."))
    question = prompt(conversation=conversation, items=(SAID,))
    async with aclosing(model.respond(question)) as events:
        assert isinstance(await anext(events), Begun)
        assert await anext(events) == TextWritten("Yes")

    asking_again = asyncio.create_task(told(model, question))
    await eventually(lambda: asked(server, RESPOND) == 2)
    goes_on.set()
    with pytest.raises(ModelUnavailable):
        await asking_again

    answer = [SAID, ModelSaid("Yes"), ModelSaid("indeed.")]
    assert await model.since(conversation, "17") == answer
    assert len(brain.asked) == 1


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("fault", [faults.reset(), faults.status(500), faults.status(503)])
async def test_a_request_that_may_have_arrived_is_not_repeated(
    server: OpenAIPlayground,
    model: ConversationsModel,
    conversation: ConversationId,
    fault: Fault,
    after_effect: bool,
) -> None:
    server.faults.on(RESPOND, replace(fault, after_effect=after_effect))
    with pytest.raises(ModelUnavailable):
        await told(model, prompt(conversation=conversation, items=(SAID,)))

    stored = await model.since(conversation, "17")
    assert stored == ([SAID, ModelSaid("Hello.")] if after_effect else None)
    assert asked(server, RESPOND) == 1


async def test_many_items_are_stored_in_calls_of_twenty(
    server: OpenAIPlayground, model: ConversationsModel, conversation: ConversationId
) -> None:
    items: list[Item] = [ModelSaid(f"Sentence {number}.") for number in range(45)]
    await model.append(conversation, items)
    batches = [len(r.body["items"]) for r in server.requests if r.name == APPEND]
    assert batches == [20, 20, 5]


async def test_what_was_stored_before_a_failure_can_be_seen(
    server: OpenAIPlayground, model: ConversationsModel, conversation: ConversationId
) -> None:
    items: list[Item] = [SAID, *(ModelSaid(f"Sentence {number}.") for number in range(30))]
    server.faults.on(APPEND, faults.reset(), when=lambda body: len(body["items"]) < 20)
    with pytest.raises(ModelUnavailable):
        await model.append(conversation, items)
    assert await model.since(conversation, "17") == items[:20]


@pytest.mark.parametrize(
    "name",
    [
        RESPOND,
        APPEND,
        "GET /v1/conversations/*/items",
        "GET /v1/conversations/*",
        "POST /v1/conversations/*",
        "POST /v1/conversations",
    ],
)
async def test_every_call_waits_for_a_busy_server(
    server: OpenAIPlayground, model: ConversationsModel, name: str
) -> None:
    server.faults.on(name, faults.status(429, "rate_limit_exceeded", retry_after=0), times=2)

    conversation = await model.open(LABELS)
    await model.append(conversation, [SAID])
    await told(model, prompt(conversation=conversation, items=(UserSaid("18"),)))
    await model.relabel(conversation, LABELS)

    assert await model.since(conversation, "17") == [SAID, UserSaid("18"), ModelSaid("Hello.")]
    assert await model.labels(conversation) == LABELS
    assert [r.status for r in server.requests if r.name == name] == [429, 429, 200]


async def test_conversations_of_others_have_no_labels(
    server: OpenAIPlayground, model: ConversationsModel
) -> None:
    async with connect(server.api_key, server.base_url) as client:
        bare = await client.conversations.create()
        theirs = await client.conversations.create(metadata={"topic": "theirs"})
    assert await model.labels(ConversationId(bare.id)) is None
    assert await model.labels(ConversationId(theirs.id)) is None


async def test_many_conversations_are_written_side_by_side(
    server: OpenAIPlayground, model: ConversationsModel
) -> None:
    conversations = [await model.open(LABELS) for _ in range(8)]
    await asyncio.gather(
        *(told(model, prompt(conversation=one, items=(SAID,))) for one in conversations)
    )
    for one in conversations:
        assert await model.since(one, "17") == [SAID, ModelSaid("Hello.")]


async def test_items_are_deleted_before_their_conversation_and_a_failure_is_made_good(
    server: OpenAIPlayground, model: ConversationsModel, conversation: ConversationId
) -> None:
    await model.append(conversation, [UserSaid(str(number)) for number in range(20)])
    deleting = "DELETE /v1/conversations/*/items/*"
    server.faults.on(deleting, faults.status(500), times=1)
    with pytest.raises(ModelUnavailable):
        await model.delete(conversation)

    left = len(server.conversations[conversation].items)
    assert await model.delete(conversation) == left

    done = [asked.name for asked in server.requests if asked.name.startswith("DELETE")]
    assert done[-1] == "DELETE /v1/conversations/*"
    assert done.count("DELETE /v1/conversations/*") == 1
    assert conversation not in server.conversations


async def test_an_item_that_a_server_does_not_delete_ends_in_an_error(api: CannedApi) -> None:
    item = {"id": "msg_1", "type": "message", "role": "user", "status": "completed", "content": []}
    page = {"object": "list", "data": [item], "has_more": False, "first_id": "a", "last_id": "a"}
    api.will(Answer(200, page), Answer(200, {}), Answer(200, page))
    async with connect("sk-test", api.base_url) as client:
        with pytest.raises(ModelUnavailable, match="still lists"):
            await ConversationsModel(client, salt="").delete(ConversationId("conv_1"))


async def test_nothing_is_sent_for_a_turn_that_may_be_lost(
    server: OpenAIPlayground, model: ConversationsModel, conversation: ConversationId
) -> None:
    sent = len(server.requests)
    Lease("T1:C1:1.0", seconds=15, requested_at=monotonic() - 16).bind()

    with pytest.raises(TurnLost):
        await told(model, prompt(conversation=conversation, items=(SAID,)))
    with pytest.raises(TurnLost):
        await model.append(conversation, (SAID,))

    assert len(server.requests) == sent
