from collections.abc import Mapping
from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError
from openai.types.conversations import Conversation

from bot.playground.openai.server import OpenAIPlayground
from tests.playground.openai.asking import kinds, output, stored

USER: Any = {"type": "message", "role": "user", "content": "Hi"}
MARKED: Any = {**USER, "id": "msg_1"}


def call(call_id: str) -> Any:
    return {"type": "function_call", "call_id": call_id, "name": "consult", "arguments": "{}"}


async def test_a_conversation_is_kept_with_its_metadata(client: AsyncOpenAI) -> None:
    created = await client.conversations.create(metadata={"topic": "licences"})
    assert created.id.startswith("conv_")
    assert await client.conversations.retrieve(created.id) == created


async def test_an_update_replaces_all_metadata(
    client: AsyncOpenAI, conversation: Conversation
) -> None:
    await client.conversations.update(conversation.id, metadata={"other": "1"})
    assert (await client.conversations.retrieve(conversation.id)).metadata == {"other": "1"}


async def test_a_server_may_merge_metadata_up_to_their_limit(
    client: AsyncOpenAI, server: OpenAIPlayground
) -> None:
    server.manners.metadata_updates = "merge"
    conversation = await client.conversations.create(metadata={"topic": "licences", "n": "1"})
    await client.conversations.update(conversation.id, metadata={"n": "2"})
    found = await client.conversations.retrieve(conversation.id)
    assert found.metadata == {"topic": "licences", "n": "2"}
    with pytest.raises(BadRequestError):
        await client.conversations.update(
            conversation.id, metadata={f"key{n}": "value" for n in range(15)}
        )


@pytest.mark.parametrize(("manner", "kept"), [("kept there", True), ("left out", False)])
async def test_what_is_not_to_be_stored_may_be_left_out_of_the_conversation(
    client: AsyncOpenAI, server: OpenAIPlayground, manner: Any, kept: bool
) -> None:
    server.manners.unstored_in_conversation = manner
    opened = await client.conversations.create()
    await client.responses.create(
        model="gpt-6-luna", input="Hi", conversation=opened.id, store=False
    )
    assert bool((await client.conversations.items.list(opened.id)).data) is kept


async def test_what_is_not_to_be_stored_may_be_refused(
    client: AsyncOpenAI, server: OpenAIPlayground
) -> None:
    server.manners.unstored_in_conversation = "refused"
    opened = await client.conversations.create()
    with pytest.raises(BadRequestError) as caught:
        await client.responses.create(
            model="gpt-6-luna", input="Hi", conversation=opened.id, store=False
        )
    assert caught.value.param == "store"


async def test_a_deleted_conversation_is_gone(
    client: AsyncOpenAI, conversation: Conversation
) -> None:
    assert (await client.conversations.delete(conversation.id)).deleted
    with pytest.raises(NotFoundError):
        await client.conversations.retrieve(conversation.id)


@pytest.mark.parametrize(
    ("metadata", "param"),
    [
        ({f"key{n}": "value" for n in range(17)}, "metadata"),
        ({"k" * 65: "value"}, f"metadata.{'k' * 65}"),
        ({"key": "v" * 513}, "metadata.key"),
        ({"key": 1}, "metadata.key"),
        ("text", "metadata"),
    ],
)
async def test_metadata_keep_to_their_limits(
    client: AsyncOpenAI, metadata: Any, param: str
) -> None:
    with pytest.raises(BadRequestError) as caught:
        await client.conversations.create(metadata=metadata)
    assert caught.value.param == param


async def test_metadata_at_their_limits_are_fine(client: AsyncOpenAI) -> None:
    metadata = {f"{n:064}": "ä" * 512 for n in range(16)}
    assert (await client.conversations.create(metadata=metadata)).metadata == metadata


async def test_items_keep_what_was_said(client: AsyncOpenAI, conversation: Conversation) -> None:
    said: list[Any] = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        {"role": "assistant", "content": "Hello."},
        call("call_1"),
        output("call_1"),
        {"type": "reasoning", "id": "rs_1", "summary": []},
    ]
    created = await client.conversations.items.create(conversation.id, items=said)
    assert [item.type for item in created.data] == [item.get("type", "message") for item in said]
    assert await stored(client, conversation.id) == created.data
    one = await client.conversations.items.retrieve("rs_1", conversation_id=conversation.id)
    assert one.type == "reasoning"


async def test_a_conversation_may_begin_with_items(client: AsyncOpenAI) -> None:
    created = await client.conversations.create(items=[USER, USER])
    assert await kinds(client, created.id) == ["message", "message"]


async def test_twenty_items_may_be_added_at_once_and_no_more(
    client: AsyncOpenAI, conversation: Conversation
) -> None:
    await client.conversations.items.create(conversation.id, items=[USER] * 20)
    with pytest.raises(BadRequestError, match="maximum length 20, but got an array with length 21"):
        await client.conversations.items.create(conversation.id, items=[USER] * 21)
    assert len(await stored(client, conversation.id)) == 20


async def test_items_come_newest_first_and_in_pages(
    client: AsyncOpenAI, conversation: Conversation
) -> None:
    for start in (0, 20):
        batch: list[Any] = [{**USER, "id": f"msg_{n}"} for n in range(start, start + 20)]
        await client.conversations.items.create(conversation.id, items=batch)

    first = await client.conversations.items.list(conversation.id)
    assert [item.id for item in first.data] == [f"msg_{n}" for n in range(39, 19, -1)]
    assert (first.has_more, first.last_id) == (True, "msg_20")
    rest = await client.conversations.items.list(conversation.id, after="msg_20")
    assert [item.id for item in rest.data] == [f"msg_{n}" for n in range(19, -1, -1)]
    assert not rest.has_more
    assert len(await stored(client, conversation.id)) == 40


@pytest.mark.parametrize("limit", [0, 101])
async def test_a_page_has_one_to_a_hundred_items(
    client: AsyncOpenAI, conversation: Conversation, limit: int
) -> None:
    with pytest.raises(BadRequestError):
        await client.conversations.items.list(conversation.id, limit=limit)


async def test_an_item_can_be_taken_away(client: AsyncOpenAI, conversation: Conversation) -> None:
    items = client.conversations.items
    await items.create(conversation.id, items=[MARKED, USER])
    await items.delete("msg_1", conversation_id=conversation.id)
    assert len(await stored(client, conversation.id)) == 1
    with pytest.raises(NotFoundError):
        await items.delete("msg_1", conversation_id=conversation.id)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([{**USER, "id": "msg_1"}, {**USER, "id": "msg_1"}], "Duplicate item found with id msg_1"),
        ([output("call_1")], "No tool call found for function call output with call_id call_1"),
        ([output("call_1"), call("call_1")], "No tool call found"),
        ([{**USER, "id": "fc_1"}], "Expected an ID that begins with 'msg'"),
        ([{**USER, "id": "msg_" + "1" * 61}], "too long"),
        ([{**USER, "role": "narrator"}], "Invalid value: 'narrator'"),
        ([{**USER, "content": [{"type": "text", "text": "Hi"}]}], "Invalid value: 'text'"),
        ([{**USER, "content": None}], "Invalid type"),
        ([{"type": "surprise"}], "Invalid value: 'surprise'"),
        ([{"type": "function_call", "call_id": "call_1", "name": "f"}], r"'items\[1\].arguments'"),
    ],
)
async def test_items_that_cannot_be_are_refused_and_none_is_stored(
    client: AsyncOpenAI,
    conversation: Conversation,
    items: list[Mapping[str, Any]],
    message: str,
) -> None:
    with pytest.raises(BadRequestError, match=message):
        await client.conversations.items.create(conversation.id, items=[USER, *items])  # type: ignore[list-item]
    assert await stored(client, conversation.id) == []


async def test_an_unknown_field_is_refused(client: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError) as caught:
        await client.conversations.create(extra_body={"title": "x"})
    assert (caught.value.code, caught.value.param) == ("unknown_parameter", "title")
