"""The tool that searches documents, within responses."""

from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError
from openai.types.conversations import Conversation

from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import Cite, LookUp, Text
from tests.inspection.openapi import OpenApi
from tests.playground.openai.asking import ask, stored
from tests.playground.openai.responses.test_streaming import raw_events
from tests.playground.openai.teaching import taught
from tests.scripted_brain import ScriptedBrain

RESULTS = "file_search_call.results"
FORCED = {"type": "file_search"}


@pytest.fixture
async def tools(client: AsyncOpenAI) -> list[Any]:
    store = await taught(client)
    return [{"type": "file_search", "vector_store_ids": [store.id]}]


def passages(item: Any) -> list[str]:
    return [result.text for result in item.results]


async def test_what_was_found_is_told_only_where_it_is_wanted(
    client: AsyncOpenAI, brain: ScriptedBrain, tools: list[Any], conversation: Conversation
) -> None:
    brain.then(LookUp(("holiday",)), "Thirty days.")
    said: dict[str, Any] = {"tools": tools, "conversation": conversation.id}
    response = await ask(client, **said)
    searched, message = response.output
    assert searched.type == "file_search_call"
    assert (searched.status, searched.queries, searched.results) == ("completed", ["holiday"], None)
    assert message.type == "message"

    listed = client.conversations.items.list(conversation.id, order="asc", include=[RESULTS])
    (kept,) = [item async for item in listed if item.type == "file_search_call"]
    assert "thirty days" in passages(kept)[0]
    (bare,) = [i for i in await stored(client, conversation.id) if i.type == "file_search_call"]
    assert bare.results is None

    brain.then(LookUp(("laptops",)), "Four years.")
    again, _ = (await ask(client, include=[RESULTS], **said)).output
    assert "four years" in passages(again)[0]


async def test_the_events_are_as_the_document_says(
    server: OpenAIPlayground, brain: ScriptedBrain, openapi: OpenApi, tools: list[Any]
) -> None:
    brain.then(LookUp(("holiday",)), Text("Thirty days.", (Cite("file-1", "handbook.md", 11),)))
    quiet = {"effort": "none"}
    told = await raw_events(server, tools=tools, include=[RESULTS], reasoning=quiet)
    for event in told:
        openapi.check_event(event)
    kinds = [event["type"] for event in told]
    assert kinds[2:7] == [
        "response.output_item.added",
        "response.file_search_call.in_progress",
        "response.file_search_call.searching",
        "response.file_search_call.completed",
        "response.output_item.done",
    ]
    assert told[2]["item"]["results"] is None
    assert told[6]["item"]["results"]
    citation = {"file_id": "file-1", "filename": "handbook.md", "index": 11}
    (added,) = [e for e in told if e["type"] == "response.output_text.annotation.added"]
    assert added["annotation"] == {"type": "file_citation", **citation}
    assert told[-1]["response"]["output"][1]["content"][0]["annotations"] == [added["annotation"]]


async def test_a_forced_search_happens_whatever_the_model_does(
    client: AsyncOpenAI, brain: ScriptedBrain, tools: list[Any]
) -> None:
    brain.then("I know without looking.")
    response = await ask(client, "Laptops?", tools=tools, tool_choice=FORCED, include=[RESULTS])
    searched, _ = response.output
    assert brain.asked[0].must_search
    assert "Laptops" in passages(searched)[0]


async def test_without_documents_or_leave_to_search_there_is_nothing_to_search(
    client: AsyncOpenAI, brain: ScriptedBrain, tools: list[Any]
) -> None:
    await ask(client)
    await ask(client, tools=tools, tool_choice="none")
    await ask(client, tools=tools)
    assert [request.search is not None for request in brain.asked] == [False, False, True]


@pytest.mark.parametrize(
    ("stores", "error"),
    [(["vs_none"], NotFoundError), ([], BadRequestError), (["vs_1"] * 3, BadRequestError)],
)
async def test_only_a_few_stores_that_there_are_can_be_searched(
    client: AsyncOpenAI, stores: list[str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await ask(client, tools=[{"type": "file_search", "vector_store_ids": stores}])


async def test_the_rule_model_quotes_its_documents_and_cites_them(
    client: AsyncOpenAI, server: OpenAIPlayground, tools: list[Any]
) -> None:
    server.brain = RuleBrain()
    response = await ask(client, "How many days of holiday are there?", tools=tools)
    _, message = response.output
    assert message.type == "message"
    (part,) = message.content
    assert part.type == "output_text"
    (cited,) = part.annotations
    assert cited.type == "file_citation"
    assert cited.filename == "handbook.md"
    assert part.text[: cited.index].endswith("“Everybody has thirty days of holiday.”")


async def test_the_rule_model_quotes_whole_sentences(
    client: AsyncOpenAI, server: OpenAIPlayground
) -> None:
    text = "# Licences\n- BSD or Apache-2.0 may be\n  used anywhere. GPL may not.\n- No fees"
    store = await taught(client, policy=text)
    server.brain = RuleBrain()
    tools: Any = [{"type": "file_search", "vector_store_ids": [store.id]}]
    response = await ask(client, "May BSD be used?", tools=tools)
    assert "“BSD or Apache-2.0 may be used anywhere.”" in response.output_text


async def test_the_rule_model_says_when_its_documents_say_nothing(
    client: AsyncOpenAI, server: OpenAIPlayground, tools: list[Any]
) -> None:
    server.brain = RuleBrain()
    forced = await ask(client, "Zebras?", tools=tools, tool_choice=FORCED)
    assert "My documents say nothing about this." in forced.output_text
    free = await ask(client, "Zebras?", tools=tools)
    assert "My documents" not in free.output_text
