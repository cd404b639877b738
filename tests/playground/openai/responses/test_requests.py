from typing import Any

import pytest
from openai import APIStatusError, AsyncOpenAI

from bot.playground.openai.fields import FIELDS
from bot.playground.openai.responses.requests import INCLUDABLE
from tests.inspection.openapi import OpenApi
from tests.playground.openai.asking import ask, tool
from tests.scripted_brain import ScriptedBrain

LEGAL, FINANCE = tool("consult_legal"), tool("consult_finance")
SCHEMAS = {
    "response": "CreateResponse",
    "input_tokens": "TokenCountsBody",
    "conversation": "CreateConversationBody",
    "conversation update": "UpdateConversationBody",
    "vector store": "CreateVectorStoreRequest",
    "vector store update": "UpdateVectorStoreRequest",
    "vector store file": "CreateVectorStoreFileRequest",
    "vector store search": "VectorStoreSearchRequest",
}


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_fields_are_those_of_the_document(openapi: OpenApi, kind: str) -> None:
    assert FIELDS[kind] == openapi.properties(SCHEMAS[kind])


def test_what_can_be_included_is_that_of_the_document(openapi: OpenApi) -> None:
    assert sorted(INCLUDABLE) == sorted(
        openapi.document["components"]["schemas"]["IncludeEnum"]["enum"]
    )


def with_parameters(**parameters: Any) -> Any:
    return {**LEGAL, "parameters": {"type": "object", **parameters}}


NESTED = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


@pytest.mark.parametrize(
    ("wrong", "code", "param"),
    [
        ({"model": "gpt-9"}, "model_not_found", "model"),
        ({"model": None}, "missing_required_parameter", "model"),
        ({"input": None}, "missing_required_parameter", None),
        ({"input": 1}, "invalid_type", "input"),
        ({"input": [1]}, "invalid_type", "input[0]"),
        ({"instructions": 1}, "invalid_type", "instructions"),
        ({"stream": "yes"}, "invalid_type", "stream"),
        ({"extra_body": {"seed": 1}}, "unknown_parameter", "seed"),
        ({"metadata": {"k": "v" * 513}}, "string_above_max_length", "metadata.k"),
        ({"safety_identifier": "x" * 65}, "string_above_max_length", "safety_identifier"),
        ({"max_output_tokens": 15}, "integer_below_min_value", "max_output_tokens"),
        ({"truncation": "maybe"}, "invalid_value", "truncation"),
        ({"text": {"verbosity": "shy"}}, "invalid_value", "text.verbosity"),
        ({"include": ["everything"]}, "invalid_value", "include[0]"),
        ({"stream_options": {"include_obfuscation": True}}, None, "stream_options"),
        ({"background": True, "store": False}, None, "background"),
        ({"reasoning": {"effort": "huge"}}, "unsupported_value", "reasoning.effort"),
        ({"model": "gpt-6.2-sol"}, "unsupported_value", "reasoning.effort"),
        (
            {"model": "gpt-6.2-sol", "reasoning": {"effort": "minimal"}},
            "unsupported_value",
            "reasoning.effort",
        ),
        ({"model": "gpt-4o"}, "unsupported_parameter", "reasoning.effort"),
        ({"conversation": "conv_none"}, None, None),
        ({"tools": [{"type": "function"}]}, "missing_required_parameter", "tools[0].name"),
        ({"tools": [{**LEGAL, "name": "a b"}]}, "invalid_value", "tools[0].name"),
        ({"tools": [with_parameters()]}, "invalid_function_parameters", "tools[0].parameters"),
        (
            {"tools": [LEGAL, with_parameters(properties={"a": {}}, additionalProperties=False)]},
            "invalid_function_parameters",
            "tools[1].parameters",
        ),
        (
            {
                "tools": [
                    with_parameters(
                        properties={"a": NESTED}, required=["a"], additionalProperties=False
                    )
                ]
            },
            "invalid_function_parameters",
            "tools[0].parameters",
        ),
        ({"tool_choice": "required"}, None, "tool_choice"),
        ({"tools": [LEGAL], "tool_choice": "perhaps"}, "invalid_value", "tool_choice"),
        (
            {"tools": [LEGAL], "tool_choice": {"type": "function", "name": "consult_finance"}},
            None,
            "tool_choice",
        ),
        (
            {
                "tools": [LEGAL],
                "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [FINANCE]},
            },
            None,
            "tool_choice",
        ),
        ({"tool_choice": {"type": "file_search"}}, None, "tool_choice"),
    ],
)
async def test_a_request_that_cannot_be_is_refused_and_never_reaches_the_model(
    client: AsyncOpenAI,
    brain: ScriptedBrain,
    wrong: dict[str, Any],
    code: str | None,
    param: str | None,
) -> None:
    with pytest.raises(APIStatusError) as caught:
        await ask(client, **wrong)
    assert caught.value.status_code in (400, 404)
    assert (caught.value.code, caught.value.param) == (code, param)
    assert brain.asked == []


@pytest.mark.parametrize(
    "fine",
    [
        {"truncation": "auto", "text": {"verbosity": "low"}, "prompt_cache_key": "legal"},
        {"context_management": [{"type": "compaction", "compact_threshold": 1000}]},
        {"include": ["file_search_call.results"], "safety_identifier": "x" * 64},
        {"model": "gpt-6.2-sol", "reasoning": {"effort": "high"}},
        {"model": "gpt-6.1-terra", "reasoning": {"effort": "max"}},
        {"model": "gpt-4o", "reasoning": None},
        {"tools": [{**with_parameters(), "strict": False}], "parallel_tool_calls": True},
        {"conversation": None, "previous_response_id": None, "service_tier": "auto"},
    ],
)
async def test_what_the_bot_may_say_is_accepted(client: AsyncOpenAI, fine: dict[str, Any]) -> None:
    assert (await ask(client, **fine)).output_text == "Hello."


@pytest.mark.parametrize(
    ("choice", "offered", "may", "must"),
    [
        ("auto", ["consult_legal", "consult_finance"], True, False),
        ("none", ["consult_legal", "consult_finance"], False, False),
        ("required", ["consult_legal", "consult_finance"], True, True),
        ({"type": "function", "name": "consult_legal"}, ["consult_legal"], True, True),
        (
            {"type": "allowed_tools", "mode": "auto", "tools": [FINANCE]},
            ["consult_finance"],
            True,
            False,
        ),
    ],
)
async def test_the_model_learns_which_tools_it_may_call(
    client: AsyncOpenAI,
    brain: ScriptedBrain,
    choice: Any,
    offered: list[str],
    may: bool,
    must: bool,
) -> None:
    await ask(client, tools=[LEGAL, FINANCE], tool_choice=choice)
    (request,) = brain.asked
    assert [tool["name"] for tool in request.tools] == offered
    assert (request.may_call, request.must_call) == (may, must)
