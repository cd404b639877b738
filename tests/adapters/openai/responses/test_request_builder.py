from typing import Any

import pytest
from openai import AsyncOpenAI

from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.panel.errors import ModelRefused
from bot.panel.language_model.exchange import (
    Attachment,
    ModelSaid,
    Tool,
    ToolAnswered,
    ToolCalled,
    UserSaid,
)
from bot.panel.model import CallId, Effort
from bot.panel.tools import Approval, HostedTool, McpServer
from tests.adapters.openai.canned_api import Answer, CannedApi, Stream
from tests.adapters.openai.events import completed, error
from tests.adapters.openai.prompts import ASK_LEGAL, PROMPT, prompt, told

WHOLE = Stream((completed(),))


def no_effort(value: str) -> Answer:
    words = f"Unsupported value: '{value}' is not supported with this model."
    return Answer(400, error(words, code="unsupported_value", param="reasoning.effort"))


async def sent(model: ConversationsModel, api: CannedApi, **changes: Any) -> Any:
    api.will(WHOLE)
    await told(model, prompt(**changes))
    return api.seen[-1].body


async def test_only_what_is_new_is_sent(model: ConversationsModel, api: CannedApi) -> None:
    body = await sent(model, api)
    assert body == {
        "conversation": "conv_1",
        "model": "gpt-6-luna",
        "instructions": "Be kind.",
        "input": [{"type": "message", "role": "user", "content": "Hi 17"}],
        "reasoning": {"effort": "low"},
        "truncation": "auto",
        "stream": True,
    }


async def test_documents_are_offered_with_what_is_found_in_them(
    model: ConversationsModel, api: CannedApi
) -> None:
    body = await sent(model, api, collections=("vs_1", "vs_2"))
    assert body["tools"] == [{"type": "file_search", "vector_store_ids": ["vs_1", "vs_2"]}]
    assert body["tool_choice"] == "auto"
    assert body["include"] == ["file_search_call.results"]


async def test_each_tool_of_the_models_side_has_its_shape(
    model: ConversationsModel, api: CannedApi
) -> None:
    tickets = McpServer(
        "tickets",
        "https://t.example",
        "Finds tickets",
        approval=("create",),
        allowed=("find", "create"),
        authorization="t0ken",
        headers={"X-Team": "blue"},
    )
    wiki = McpServer("wiki", "https://w.example", "Reads", approval=Approval.NEVER)
    body = await sent(model, api, server_tools=(*HostedTool, tickets, wiki), tools=(ASK_LEGAL,))
    assert [tool["type"] for tool in body["tools"][:1]] == ["function"]
    assert body["tools"][1:] == [
        {"type": "web_search"},
        {"type": "code_interpreter", "container": {"type": "auto"}},
        {"type": "image_generation"},
        {
            "type": "mcp",
            "server_label": "tickets",
            "server_url": "https://t.example",
            "server_description": "Finds tickets",
            "require_approval": {"always": {"tool_names": ["create"]}},
            "allowed_tools": ["find", "create"],
            "authorization": "t0ken",
            "headers": {"X-Team": "blue"},
        },
        {
            "type": "mcp",
            "server_label": "wiki",
            "server_url": "https://w.example",
            "server_description": "Reads",
            "require_approval": "never",
        },
    ]


@pytest.mark.parametrize("tools", [(), (ASK_LEGAL,)])
async def test_a_search_can_be_forced(
    model: ConversationsModel, api: CannedApi, tools: tuple[Tool, ...]
) -> None:
    body = await sent(model, api, collections=("vs_1",), must_search=True, tools=tools)
    assert body["tool_choice"] == {"type": "file_search"}
    assert len(body["tools"]) == len(tools) + 1


async def test_every_kind_of_item_has_its_shape(model: ConversationsModel, api: CannedApi) -> None:
    items = (
        UserSaid("Hi"),
        ModelSaid("Hello"),
        ToolCalled(CallId("call_1"), "ask_legal", {"brief": "Größe?"}),
        ToolAnswered(CallId("call_1"), "Yes."),
    )
    assert (await sent(model, api, items=items))["input"] == [
        {"type": "message", "role": "user", "content": "Hi"},
        {"type": "message", "role": "assistant", "content": "Hello"},
        {
            "type": "function_call",
            "call_id": "call_1",
            "name": "ask_legal",
            "arguments": '{"brief": "Größe?"}',
        },
        {"type": "function_call_output", "call_id": "call_1", "output": "Yes."},
    ]


async def test_what_is_attached_goes_along_whole(model: ConversationsModel, api: CannedApi) -> None:
    files = (Attachment("a.png", "image/png", b"png"), Attachment("b.pdf", "application/pdf", b"%"))
    (message,) = (await sent(model, api, items=(UserSaid("Look", files),)))["input"]
    assert message["content"] == [
        {"type": "input_text", "text": "Look"},
        {"type": "input_image", "image_url": "data:image/png;base64,cG5n", "detail": "auto"},
        {
            "type": "input_file",
            "filename": "b.pdf",
            "file_data": "data:application/pdf;base64,JQ==",
        },
    ]


async def test_tools_are_strict_and_called_in_parallel(
    model: ConversationsModel, api: CannedApi
) -> None:
    body = await sent(model, api, tools=(ASK_LEGAL,))
    assert body["tools"] == [
        {
            "type": "function",
            "name": "ask_legal",
            "description": "Ask the lawyer.",
            "parameters": {
                "type": "object",
                "properties": {
                    "reason": {"type": "string", "description": "why"},
                    "brief": {"type": "string", "description": "what"},
                },
                "required": ["reason", "brief"],
                "additionalProperties": False,
            },
            "strict": True,
        }
    ]
    assert (body["tool_choice"], body["parallel_tool_calls"]) == ("auto", True)


async def test_tools_that_may_not_be_called_stay_in_the_request(
    model: ConversationsModel, api: CannedApi
) -> None:
    open_, closed = [
        await sent(model, api, tools=(ASK_LEGAL,), may_call=may_call) for may_call in (True, False)
    ]
    assert closed == open_ | {"tool_choice": "none"}


async def test_who_asks_leaves_only_as_a_salted_hash(client: AsyncOpenAI, api: CannedApi) -> None:
    ours, theirs = [ConversationsModel(client, salt=salt) for salt in ("ours", "theirs")]
    body = await sent(ours, api, user="U0SECRET", cache_key="router")
    other = await sent(theirs, api, user="U0SECRET")
    assert body["prompt_cache_key"] == "router"
    assert len(body["safety_identifier"]) == 64
    assert body["safety_identifier"] != other["safety_identifier"]
    assert "U0SECRET" not in str(body)


async def test_a_model_that_must_think_is_asked_to_think_a_little(
    model: ConversationsModel, api: CannedApi
) -> None:
    api.will(no_effort("none"))
    body = await sent(model, api, effort=Effort.NONE)
    assert body["reasoning"] == {"effort": "low"}


async def test_a_model_that_cannot_think_is_not_asked_to(
    model: ConversationsModel, api: CannedApi
) -> None:
    api.will(no_effort("none"), no_effort("low"))
    assert "reasoning" not in await sent(model, api, effort=Effort.NONE)


async def test_one_complaint_about_the_effort_is_enough(
    model: ConversationsModel, api: CannedApi
) -> None:
    api.will(no_effort("none"))
    await sent(model, api, effort=Effort.NONE)
    await sent(model, api, effort=Effort.NONE)
    await sent(model, api, effort=Effort.HIGH)
    efforts = [seen.body["reasoning"]["effort"] for seen in api.seen]
    assert efforts == ["none", "low", "low", "high"]


async def test_complaints_about_the_effort_come_to_an_end(
    model: ConversationsModel, api: CannedApi
) -> None:
    api.will(no_effort("low"), no_effort("?"))
    with pytest.raises(ModelRefused):
        await told(model, PROMPT)


async def test_what_a_server_does_not_know_is_left_out_from_then_on(
    model: ConversationsModel, api: CannedApi
) -> None:
    for name in ("safety_identifier", "truncation"):
        words = f"Unknown parameter: '{name}'."
        api.will(Answer(400, error(words, code="unknown_parameter", param=name)))
    first = await sent(model, api, user="U1", cache_key="k")
    second = await sent(model, api, user="U1", cache_key="k")

    for body in (first, second):
        assert body["prompt_cache_key"] == "k"
        assert body.keys().isdisjoint({"safety_identifier", "truncation"})
    assert len(api.seen) == 4


async def test_a_long_conversation_is_summed_up_by_the_server(
    client: AsyncOpenAI, api: CannedApi
) -> None:
    body = await sent(ConversationsModel(client, salt="", compact=5000), api)
    assert body["context_management"] == [{"type": "compaction", "compact_threshold": 5000}]
    assert "truncation" not in body


@pytest.mark.parametrize(
    ("status", "complaint"),
    [
        (
            400,
            error(
                "Unknown parameter: 'context_management'.",
                code="unknown_parameter",
                param="context_management",
            ),
        ),
        (
            422,
            {
                "detail": [
                    {
                        "type": "extra_forbidden",
                        "loc": ["body", "context_management"],
                        "msg": "Extra inputs are not permitted",
                    }
                ]
            },
        ),
    ],
)
async def test_a_server_that_cannot_sum_up_forgets_the_oldest(
    client: AsyncOpenAI, api: CannedApi, status: int, complaint: Any
) -> None:
    model = ConversationsModel(client, salt="", compact=5000)
    api.will(Answer(status, complaint))
    for body in [await sent(model, api), await sent(model, api)]:
        assert body["truncation"] == "auto"
        assert "context_management" not in body
    assert len(api.seen) == 3


async def test_what_a_response_cannot_do_without_is_not_left_out(
    model: ConversationsModel, api: CannedApi
) -> None:
    api.will(Answer(400, error("Unknown parameter: 'input'.", param="input")))
    with pytest.raises(ModelRefused):
        await told(model)
    assert [one.method for one in api.seen].count("POST") == 1
