"""The tools that come with the model, within responses: the web, code and images."""

from base64 import b64decode
from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError
from openai.types.conversations import Conversation

from bot.playground.openai.rule_model import web
from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import Text
from bot.playground.openai.stand_in.hosted_steps import CiteMade, CitePage, Draw, RunCode, SearchWeb
from tests.inspection.openapi import OpenApi
from tests.playground.openai.asking import ask, kinds, stored
from tests.playground.openai.responses.test_streaming import raw_events
from tests.scripted_brain import ScriptedBrain

WEB: Any = {"type": "web_search"}
CODE: Any = {"type": "code_interpreter", "container": {"type": "auto"}}
IMAGES: Any = {"type": "image_generation"}
ALL = [WEB, CODE, IMAGES]
PNG = b"\x89PNG\r\n\x1a\n"
SEARCH = SearchWeb("mit", ("https://licences.example/mit",))
RUN = RunCode("print(1)", "1", {"a.csv": b"n\n1\n"})
DRAW = Draw("A duck", PNG)
CITED = Text(
    "Yes, see a.csv",
    (CitePage("https://licences.example/mit", "MIT", 0, 3), CiteMade("a.csv", 9, 14)),
)


async def test_the_events_are_as_the_document_says(
    server: OpenAIPlayground, brain: ScriptedBrain, openapi: OpenApi
) -> None:
    brain.then(SEARCH, RUN, DRAW, CITED)
    told = await raw_events(server, tools=ALL, reasoning={"effort": "none"})
    for event in told:
        openapi.check_event(event)
    assert [event["type"] for event in told if "_call" in event["type"]] == [
        "response.web_search_call.in_progress",
        "response.web_search_call.searching",
        "response.web_search_call.completed",
        "response.code_interpreter_call.in_progress",
        "response.code_interpreter_call_code.delta",
        "response.code_interpreter_call_code.done",
        "response.code_interpreter_call.interpreting",
        "response.code_interpreter_call.completed",
        "response.image_generation_call.in_progress",
        "response.image_generation_call.generating",
        "response.image_generation_call.completed",
    ]
    output = told[-1]["response"]["output"]
    assert [item["type"] for item in output] == [
        "web_search_call",
        "code_interpreter_call",
        "image_generation_call",
        "message",
    ]
    assert b64decode(output[2]["result"]) == PNG
    page, made = output[3]["content"][0]["annotations"]
    assert page["url"] == "https://licences.example/mit"
    assert made["container_id"] == output[1]["container_id"]


async def test_what_code_has_left_can_be_fetched_until_its_container_is_gone(
    client: AsyncOpenAI, brain: ScriptedBrain
) -> None:
    brain.then(RUN, CITED)
    response = await ask(client, tools=ALL)
    run, message = response.output
    assert run.type == "code_interpreter_call"
    assert run.outputs is None  # nobody has asked for them
    assert message.type == "message"
    (part,) = message.content
    assert part.type == "output_text"
    made = part.annotations[1]
    assert made.type == "container_file_citation"
    where = {"container_id": made.container_id}
    files = client.containers.files
    (listed,) = (await files.list(**where)).data
    told = await files.retrieve(made.file_id, **where)
    assert listed.to_dict() == told.to_dict()
    assert (listed.path, listed.bytes) == ("/mnt/data/a.csv", 4)
    content = await files.content.retrieve(made.file_id, **where)
    assert content.content == b"n\n1\n"
    assert (await client.containers.retrieve(made.container_id)).status == "running"

    with pytest.raises(NotFoundError):
        await files.content.retrieve("cfile_none", **where)
    await client.containers.delete(made.container_id)
    with pytest.raises(NotFoundError):
        await files.content.retrieve(made.file_id, **where)


async def test_a_conversation_keeps_what_was_used_and_drawn(
    client: AsyncOpenAI, brain: ScriptedBrain, conversation: Conversation
) -> None:
    brain.then(SEARCH, DRAW, "There.")
    await ask(client, "Draw", tools=ALL, conversation=conversation.id)
    assert await kinds(client, conversation.id) == [
        "message",
        "web_search_call",
        "image_generation_call",
        "message",
    ]
    _, searched, drawn, _ = await stored(client, conversation.id)
    assert searched.type == "web_search_call"
    assert not getattr(searched.action, "sources", None)
    again = await client.conversations.items.retrieve(
        str(drawn.id), conversation_id=conversation.id
    )
    assert again.type == "image_generation_call"
    assert b64decode(again.result or "") == PNG


async def test_what_was_found_and_printed_is_told_where_it_is_wanted(
    client: AsyncOpenAI, brain: ScriptedBrain
) -> None:
    brain.then(SEARCH, RUN, "There.")
    wanted: Any = ["web_search_call.action.sources", "code_interpreter_call.outputs"]
    searched, run, _ = (await ask(client, tools=ALL, include=wanted)).output
    assert searched.type == "web_search_call"
    assert searched.action.type == "search"
    assert [source.url for source in searched.action.sources or ()] == [*SEARCH.found]
    assert run.type == "code_interpreter_call"
    assert [one.type for one in run.outputs or ()] == ["logs"]


async def test_tools_are_offered_to_the_model_where_they_may_be_used(
    client: AsyncOpenAI, brain: ScriptedBrain
) -> None:
    await ask(client)
    await ask(client, tools=ALL, tool_choice="none")
    await ask(client, tools=[WEB, IMAGES])
    assert [request.hosted for request in brain.asked] == [
        frozenset(),
        frozenset(),
        frozenset({"web_search", "image_generation"}),
    ]


@pytest.mark.parametrize("tool", [{"type": "time_travel"}, {"type": "code_interpreter"}])
async def test_a_tool_that_there_is_not_is_refused(client: AsyncOpenAI, tool: Any) -> None:
    with pytest.raises(BadRequestError) as caught:
        await ask(client, tools=[tool])
    assert str(caught.value.param).startswith("tools[0].")


async def test_the_rule_model_draws(client: AsyncOpenAI, server: OpenAIPlayground) -> None:
    server.brain = RuleBrain()
    response = await ask(client, "Please draw a logo of a duck", tools=ALL)
    drawn, _ = response.output
    assert drawn.type == "image_generation_call"
    assert b64decode(drawn.result or "").startswith(PNG)
    assert "I have drawn this" in response.output_text


async def test_the_rule_model_counts_and_leaves_a_chart_and_a_table(
    client: AsyncOpenAI, server: OpenAIPlayground
) -> None:
    server.brain = RuleBrain()
    response = await ask(client, "Chart 10, 20 and 60", tools=ALL)
    _, message = response.output
    assert message.type == "message"
    (part,) = message.content
    assert part.type == "output_text"
    assert "sum 90, mean 30" in part.text
    chart, table = part.annotations
    assert chart.type == table.type == "container_file_citation"
    assert part.text[table.start_index : table.end_index].startswith("[values.csv](sandbox:")
    files = client.containers.files.content
    read = await files.retrieve(chart.file_id, container_id=chart.container_id)
    assert read.content.startswith(PNG)
    read = await files.retrieve(table.file_id, container_id=table.container_id)
    assert read.content == b"n,value\n1,10\n2,20\n3,60\n"


async def test_the_rule_model_searches_the_web_and_cites_it(
    client: AsyncOpenAI, server: OpenAIPlayground
) -> None:
    server.brain = RuleBrain()
    response = await ask(client, "Is the MIT licence fine in closed products?", tools=ALL)
    searched, message = response.output
    assert searched.type == "web_search_call"
    assert message.type == "message"
    (part,) = message.content
    assert part.type == "output_text"
    note = part.annotations[0]
    assert note.type == "url_citation"
    assert note.url == "https://licences.example/mit"
    assert part.text[note.start_index : note.end_index] == f"([{note.title}]({note.url}))"
    nothing = await ask(client, "Zebras?", tools=ALL)
    assert "The web says nothing about this." in nothing.output_text


def test_the_best_page_comes_first():
    assert web.search("passkeys at login")[0].title == "Passkeys in practice"
    assert web.search("zebras") == []
