"""Tools of remote servers, within responses: listed, asked for, approved and called."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from openai import APIStatusError, AsyncOpenAI, BadRequestError
from openai.types.conversations import Conversation
from openai.types.responses import Response

from bot.playground.mcp.server import McpPlayground
from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import UseServer
from tests.inspection.openapi import OpenApi
from tests.playground.openai.asking import ask, kinds
from tests.playground.openai.responses.test_streaming import raw_events
from tests.scripted_brain import ScriptedBrain

LOOK_UP = UseServer("shop", "look_up_price", {"plan": "team"})
TICKET = UseServer("shop", "open_ticket", {"title": "Broken", "details": "All."})


@pytest.fixture
async def shop() -> AsyncIterator[McpPlayground]:
    async with McpPlayground(token="key") as playground:
        yield playground


def offered(shop: McpPlayground, **more: Any) -> Any:
    url = {"type": "mcp", "server_label": "shop", "server_url": shop.url}
    return [{**url, "authorization": "key", "require_approval": "always", **more}]


def approval(request: Any, *, approve: bool = True, reason: str | None = None) -> Any:
    answer = {"type": "mcp_approval_response", "approval_request_id": request.id}
    return {**answer, "approve": approve, "reason": reason}


def types(response: Response) -> list[str]:
    return [item.type for item in response.output]


async def test_a_call_that_needs_no_approval_is_made_and_the_model_goes_on(
    client: AsyncOpenAI, brain: ScriptedBrain, shop: McpPlayground, conversation: Conversation
) -> None:
    brain.then(LOOK_UP)
    brain.then("49 a month.")
    tools = offered(shop, require_approval="never")
    response = await ask(client, tools=tools, conversation=conversation.id)
    assert types(response) == ["mcp_list_tools", "mcp_call", "message"]
    listed, call, _ = response.output
    assert listed.type == "mcp_list_tools"
    assert [tool.name for tool in listed.tools] == ["look_up_price", "open_ticket"]
    assert call.type == "mcp_call"
    assert (call.status, call.output) == ("completed", "team: 49 a month")
    assert brain.asked[1].items[-1]["output"] == "team: 49 a month"

    brain.then("Still 49.")  # the conversation knows the tools
    assert types(await ask(client, tools=tools, conversation=conversation.id)) == ["message"]
    assert shop.calls == [("look_up_price", {"plan": "team"})]


async def test_the_response_ends_with_the_requests_to_approve(
    client: AsyncOpenAI, brain: ScriptedBrain, shop: McpPlayground
) -> None:
    brain.then("Let me see.", LOOK_UP, "Never said.", TICKET)
    response = await ask(client, tools=offered(shop))
    asked = ["mcp_approval_request", "mcp_approval_request"]
    assert types(response) == ["mcp_list_tools", "message", *asked]
    assert response.status == "completed"
    assert shop.calls == []


async def test_what_is_approved_is_called_and_what_is_declined_is_not(
    client: AsyncOpenAI, brain: ScriptedBrain, shop: McpPlayground, conversation: Conversation
) -> None:
    said: Any = {"tools": offered(shop), "conversation": conversation.id}
    brain.then(LOOK_UP, TICKET)
    *_, price, ticket = (await ask(client, **said)).output
    brain.then("Done.")
    answers = [approval(price), approval(ticket, approve=False, reason="Too many.")]
    response = await ask(client, answers, **said)
    assert types(response) == ["mcp_call", "message"]
    call = response.output[0]
    assert call.type == "mcp_call"
    assert call.approval_request_id == price.id
    assert shop.calls == [("look_up_price", {"plan": "team"})]
    assert (await kinds(client, conversation.id))[-4:] == [
        "mcp_approval_response",
        "mcp_approval_response",
        "mcp_call",
        "message",
    ]


async def test_nothing_else_is_heard_while_a_request_is_unanswered(
    client: AsyncOpenAI,
    server: OpenAIPlayground,
    brain: ScriptedBrain,
    shop: McpPlayground,
    conversation: Conversation,
) -> None:
    said: Any = {"tools": offered(shop), "conversation": conversation.id}
    brain.then(LOOK_UP)
    *_, request = (await ask(client, **said)).output
    with pytest.raises(BadRequestError, match=str(request.id)):
        await ask(client, "And?", **said)
    strange = approval(request) | {"approval_request_id": "mcpr_none"}
    with pytest.raises(BadRequestError, match="mcpr_none"):
        await ask(client, [strange], **said)

    server.manners.waits_for_approval = False
    assert types(await ask(client, "And?", **said)) == ["message"]


async def test_the_request_says_which_tools_there_are_and_which_need_approval(
    client: AsyncOpenAI, brain: ScriptedBrain, shop: McpPlayground
) -> None:
    free = {"never": {"tool_names": ["look_up_price"]}}
    brain.then(LOOK_UP)
    brain.then(TICKET)
    response = await ask(client, tools=offered(shop, require_approval=free))
    assert types(response) == ["mcp_list_tools", "mcp_call", "mcp_approval_request"]
    await ask(client, tools=offered(shop, allowed_tools=["open_ticket"]))
    assert [tool["name"] for tool in brain.asked[-1].remote["shop"]] == ["open_ticket"]


async def test_a_tool_that_fails_is_told_so(
    client: AsyncOpenAI, brain: ScriptedBrain, shop: McpPlayground
) -> None:
    brain.then(UseServer("shop", "look_up_price", {}))
    brain.then("It did not work.")
    response = await ask(client, tools=offered(shop, require_approval="never"))
    call = response.output[1]
    assert call.type == "mcp_call"
    assert call.status == "failed"
    assert call.error is not None


@pytest.mark.parametrize("broken", [{"authorization": "none"}, {"server_url": "https://a.example"}])
async def test_a_server_that_does_not_answer_is_named(
    client: AsyncOpenAI, shop: McpPlayground, broken: dict[str, str]
) -> None:
    with pytest.raises(APIStatusError, match="'shop'") as refused:
        await ask(client, tools=offered(shop, **broken))
    assert refused.value.status_code == 424


async def test_a_server_needs_a_name_and_an_address(
    client: AsyncOpenAI, shop: McpPlayground
) -> None:
    for name in ("server_label", "server_url"):
        with pytest.raises(BadRequestError, match=name):
            await ask(client, tools=offered(shop, **{name: None}))


async def test_the_events_are_as_the_document_says(
    server: OpenAIPlayground, brain: ScriptedBrain, shop: McpPlayground, openapi: OpenApi
) -> None:
    brain.then(LOOK_UP)
    brain.then(TICKET)
    free = {"never": {"tool_names": ["look_up_price"]}}
    quiet = {"effort": "none"}
    tools = offered(shop, require_approval=free)
    told = await raw_events(server, tools=tools, reasoning=quiet)
    for event in told:
        openapi.check_event(event)
    added, done = "response.output_item.added", "response.output_item.done"
    assert [event["type"] for event in told[2:-1]] == [
        added,
        "response.mcp_list_tools.in_progress",
        "response.mcp_list_tools.completed",
        done,
        added,
        "response.mcp_call.in_progress",
        "response.mcp_call_arguments.delta",
        "response.mcp_call_arguments.done",
        "response.mcp_call.completed",
        done,
        added,
        done,
    ]


async def test_the_rule_model_uses_the_tool_that_the_question_is_about(
    client: AsyncOpenAI, server: OpenAIPlayground, shop: McpPlayground, conversation: Conversation
) -> None:
    server.brain = RuleBrain()
    said: Any = {"tools": offered(shop), "conversation": conversation.id}
    *_, request = (await ask(client, "What is the price of the team plan?", **said)).output
    assert request.type == "mcp_approval_request"
    assert request.name == "look_up_price"
    told = await ask(client, [approval(request)], **said)
    assert "`look_up_price` of shop says: team: 49 a month" in told.output_text

    *_, request = (await ask(client, "And the price of the basic plan?", **said)).output
    refused = await ask(client, [approval(request, approve=False, reason="Ann said no")], **said)
    assert "not allowed to look that up (Ann said no)" in refused.output_text
    assert "not allowed" not in (await ask(client, "Thanks", **said)).output_text
