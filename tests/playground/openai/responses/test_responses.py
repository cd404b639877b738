from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError
from openai.types.conversations import Conversation

from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import Call, Fail, Incomplete, Refusal, Text
from tests.playground.openai.asking import MODEL, ask, kinds, output, stored, tool
from tests.scripted_brain import ScriptedBrain

TOOLS = [tool("consult_legal"), tool("consult_finance")]


async def test_what_goes_in_and_what_comes_out_stays_in_the_conversation(
    client: AsyncOpenAI, brain: ScriptedBrain, conversation: Conversation
) -> None:
    brain.then("It depends.")
    response = await ask(client, conversation=conversation.id, instructions="You are Legal.")

    assert response.output_text == "It depends."
    assert response.conversation is not None
    assert response.conversation.id == conversation.id
    items = await stored(client, conversation.id)
    assert [item.type for item in items] == ["message", "message"]
    assert items[1].id == response.output[0].id


async def test_the_model_sees_the_whole_conversation_but_only_its_own_instructions(
    client: AsyncOpenAI, brain: ScriptedBrain, conversation: Conversation
) -> None:
    await ask(client, "One", conversation=conversation.id, instructions="You are Legal.")
    await ask(client, "Two", conversation=conversation.id)

    assert [request.instructions for request in brain.asked] == ["You are Legal.", ""]
    assert len(brain.asked[1].items) == 3
    assert brain.asked[1].last_user_text == "Two"


async def test_calls_wait_for_their_outputs(
    client: AsyncOpenAI, brain: ScriptedBrain, conversation: Conversation
) -> None:
    brain.then(Call("consult_legal", {"reason": "r", "brief": "b"}, "call_1"))
    await ask(client, conversation=conversation.id, tools=TOOLS)
    with pytest.raises(BadRequestError) as caught:
        await ask(client, "And now?", conversation=conversation.id)
    assert caught.value.body == {
        "message": "No tool output found for function call call_1.",
        "type": "invalid_request_error",
        "param": "input",
        "code": None,
    }

    await ask(client, [output("call_1")], conversation=conversation.id)
    assert await kinds(client, conversation.id) == [
        "message",
        "function_call",
        "function_call_output",
        "message",
    ]


async def test_the_first_of_several_unanswered_calls_is_named(
    client: AsyncOpenAI, brain: ScriptedBrain, conversation: Conversation
) -> None:
    brain.then(*(Call("consult_legal", {}, f"call_{n}") for n in (1, 2, 3)))
    await ask(client, conversation=conversation.id, tools=TOOLS)
    with pytest.raises(BadRequestError, match="call_2"):
        await ask(client, [output("call_1"), output("call_3")], conversation=conversation.id)


async def test_an_output_needs_its_call(client: AsyncOpenAI, conversation: Conversation) -> None:
    with pytest.raises(
        BadRequestError, match="No tool call found for function call output with call_id call_9"
    ):
        await ask(client, [output("call_9")], conversation=conversation.id)


async def test_an_item_is_not_sent_twice(client: AsyncOpenAI, conversation: Conversation) -> None:
    said = [{"type": "message", "role": "user", "content": "Hi", "id": "msg_1"}]
    await ask(client, said, conversation=conversation.id)
    with pytest.raises(BadRequestError, match="Duplicate item found with id msg_1"):
        await ask(client, said, conversation=conversation.id)


async def test_a_chain_of_responses_needs_no_conversation(
    client: AsyncOpenAI, brain: ScriptedBrain
) -> None:
    brain.then(Call("consult_legal", {}, "call_1"))
    first = await ask(client, "One", tools=TOOLS)
    second = await ask(client, [output("call_1")], previous_response_id=first.id)
    await ask(client, "Three", previous_response_id=second.id)
    assert [item["type"] for item in brain.asked[2].items] == [
        "message",
        "function_call",
        "function_call_output",
        "message",
        "message",
    ]


async def test_a_chain_and_a_conversation_exclude_each_other(
    client: AsyncOpenAI, conversation: Conversation
) -> None:
    first = await ask(client)
    with pytest.raises(BadRequestError) as caught:
        await ask(client, conversation=conversation.id, previous_response_id=first.id)
    assert caught.value.code == "mutually_exclusive_parameters"


async def test_a_response_can_be_read_again_with_its_input_and_forgotten(
    client: AsyncOpenAI, brain: ScriptedBrain
) -> None:
    response = await ask(client, "One", metadata={"turn": "1"})
    assert await client.responses.retrieve(response.id) == response
    (listed,) = [item async for item in client.responses.input_items.list(response.id)]
    assert listed.type == "message"
    await client.responses.delete(response.id)
    with pytest.raises(NotFoundError):
        await client.responses.retrieve(response.id)


async def test_a_response_that_is_not_stored_cannot_be_read_again(client: AsyncOpenAI) -> None:
    response = await ask(client, store=False)
    with pytest.raises(NotFoundError):
        await client.responses.retrieve(response.id)
    with pytest.raises(BadRequestError) as caught:
        await ask(client, previous_response_id=response.id)
    assert caught.value.code == "previous_response_not_found"


async def test_a_refusal_is_a_part_of_its_own(client: AsyncOpenAI, brain: ScriptedBrain) -> None:
    brain.then(Refusal("I would rather not."))
    (message,) = (await ask(client)).output
    assert message.type == "message"
    (part,) = message.content
    assert part.type == "refusal"
    assert part.refusal == "I would rather not."


@pytest.mark.parametrize(
    ("leaves", "expected"),
    [
        ("nothing", []),
        ("input", ["message"]),
        ("finished items", ["message", "function_call"]),
    ],
)
async def test_what_an_unfinished_response_leaves_is_a_matter_of_manners(
    client: AsyncOpenAI,
    server: OpenAIPlayground,
    brain: ScriptedBrain,
    conversation: Conversation,
    leaves: Any,
    expected: list[str],
) -> None:
    server.manners.unfinished_leaves = leaves
    brain.then(Call("consult_legal", {}), Incomplete("content_filter"))
    response = await ask(client, conversation=conversation.id, tools=TOOLS)
    assert response.status == "incomplete"
    assert response.incomplete_details is not None
    assert response.incomplete_details.reason == "content_filter"
    assert await kinds(client, conversation.id) == expected


async def test_a_response_ends_where_its_tokens_end(
    client: AsyncOpenAI, brain: ScriptedBrain, conversation: Conversation
) -> None:
    brain.then(Text("word " * 100), Text("more"))
    response = await ask(client, conversation=conversation.id, max_output_tokens=40)
    assert response.status == "incomplete"
    assert response.incomplete_details is not None
    assert response.incomplete_details.reason == "max_output_tokens"
    assert response.usage is not None
    assert 30 < response.usage.output_tokens <= 40
    assert response.output_text == "word " * response.output_text.count("word")
    assert await stored(client, conversation.id) == []


async def test_a_failed_response_says_why(client: AsyncOpenAI, brain: ScriptedBrain) -> None:
    brain.then(Fail("rate_limit_exceeded"))
    response = await ask(client)
    assert response.status == "failed"
    assert response.error is not None
    assert response.error.code == "rate_limit_exceeded"


async def test_a_model_that_thinks_says_so_in_items_and_usage(
    client: AsyncOpenAI, conversation: Conversation
) -> None:
    response = await ask(client, reasoning={"effort": "low"}, conversation=conversation.id)
    assert [item.type for item in response.output] == ["reasoning", "message"]
    assert response.usage is not None
    assert response.usage.output_tokens_details.reasoning_tokens > 0
    assert await kinds(client, conversation.id) == ["message", "reasoning", "message"]


async def test_a_prompt_that_begins_as_before_is_cached(client: AsyncOpenAI) -> None:
    long = "You are Legal. " * 500
    read = []
    for said, instructions in (("One", long), ("Two", long), ("Two", "x" + long)):
        usage = (await ask(client, said, instructions=instructions, prompt_cache_key="k")).usage
        assert usage is not None
        read.append((usage.input_tokens > 1024, usage.input_tokens_details.cached_tokens > 1024))
    assert read == [(True, False), (True, True), (True, False)]


async def test_tokens_can_be_counted_before(
    client: AsyncOpenAI, conversation: Conversation
) -> None:
    alone = await client.responses.input_tokens.count(model=MODEL, input="Hi")
    await ask(client, "word " * 100, conversation=conversation.id)
    more = await client.responses.input_tokens.count(
        model=MODEL, input="Hi", conversation=conversation.id
    )
    assert more.input_tokens > alone.input_tokens + 100


async def test_what_is_too_much_for_a_model_is_refused_or_cut(
    client: AsyncOpenAI, brain: ScriptedBrain, conversation: Conversation
) -> None:
    for _ in range(2):
        said: list[Any] = [{"role": "user", "content": "word " * 80_000}]
        await client.conversations.items.create(conversation.id, items=said)
    with pytest.raises(BadRequestError) as caught:
        await ask(client, model="gpt-4o", reasoning=None, conversation=conversation.id)
    assert caught.value.code == "context_length_exceeded"

    await ask(
        client, model="gpt-4o", reasoning=None, conversation=conversation.id, truncation="auto"
    )
    assert len(brain.asked[0].items) == 2
