"""Compaction as the API has it: one item for all that was read, from a number of tokens on."""

import pytest
from openai import BadRequestError

from bot.playground.openai.stand_in.brain import Text
from tests.playground.openai.asking import MODEL

LONG = "A long story. " * 400  # about 1,400 tokens
LIMIT = [{"type": "compaction", "compact_threshold": 1000}]


async def said(client, conversation, text, **more):
    return await client.responses.create(
        model=MODEL, conversation=conversation.id, input=text, **more
    )


async def test_from_the_threshold_on_the_response_begins_with_a_compaction(
    client, conversation, brain
):
    brain.then(Text("Short."))
    brain.then(Text("Long."))

    short = await said(client, conversation, "Hi", context_management=LIMIT)
    long = await said(client, conversation, LONG, context_management=LIMIT)

    assert "compaction" not in [item.type for item in short.output]
    assert [item.type for item in long.output] == ["compaction", "reasoning", "message"]
    stored = await client.conversations.items.list(conversation.id)
    assert [item.type for item in stored.data].count("compaction") == 1
    assert [item.type for item in stored.data].count("message") == 4


async def test_afterwards_the_model_reads_the_summary_and_what_came_later(
    client, conversation, brain
):
    brain.then(Text("Told."))
    brain.then(Text("Again."))
    before = await said(client, conversation, LONG, context_management=LIMIT)

    after = await said(client, conversation, "And now?", context_management=LIMIT)

    summary, *rest = [item for item in brain.asked[-1].items if item["type"] == "message"]
    assert summary["role"] == "system"
    assert "A long story." in summary["content"][0]["text"]
    assert [item["content"][0]["text"] for item in rest] == ["Told.", "And now?"]
    assert after.usage.input_tokens < before.usage.input_tokens
    counted = await client.responses.input_tokens.count(
        model=MODEL, conversation=conversation.id, input="More"
    )
    assert counted.input_tokens < before.usage.input_tokens


async def test_without_a_threshold_nothing_is_compacted(client, conversation, brain):
    brain.then(Text("Told."))
    limit = [{"type": "compaction"}]
    response = await said(client, conversation, LONG, context_management=limit)
    assert "compaction" not in [item.type for item in response.output]


@pytest.mark.parametrize(
    "given",
    [[], "compaction", ["compaction"], [{"type": "summary"}],
     [{"type": "compaction", "compact_threshold": 999}],
     [{"type": "compaction", "compact_threshold": "1000"}]],
)  # fmt: skip
async def test_what_is_no_context_management_is_refused(client, conversation, given):
    with pytest.raises(BadRequestError) as refusal:
        await said(client, conversation, "Hi", context_management=given)
    assert refusal.value.param.startswith("context_management")
