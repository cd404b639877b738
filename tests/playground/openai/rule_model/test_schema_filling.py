import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openai import AsyncOpenAI

from bot.playground.openai.rule_model.schema_filling import fill
from bot.playground.openai.server import OpenAIPlayground
from tests.playground.openai.asking import ask
from tests.playground.openai.requested import reply, text

SCHEMAS: list[dict[str, Any]] = [
    {"type": "string", "maxLength": 5},
    {"enum": ["security", "legal", "finance"]},
    {"const": 3},
    {"type": ["string", "null"]},
    {"type": "integer", "minimum": 4, "maximum": 9},
    {"type": "number", "minimum": -3, "maximum": -1},
    {"type": "boolean"},
    {"type": "array", "items": {"type": "string"}, "minItems": 2},
    {"anyOf": [{"type": "null"}, {"type": "integer"}]},
    {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/part"}, "b": {"type": "null"}},
        "required": ["a", "b"],
        "additionalProperties": False,
        "$defs": {
            "part": {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]}
        },
    },
    {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
            "more": {"type": "array", "items": {"$ref": "#"}},
        },
        "required": ["name", "next", "more"],
        "additionalProperties": False,
    },
]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_what_is_filled_in_follows_the_schema(schema: dict[str, Any]) -> None:
    Draft202012Validator(schema).validate(fill(schema, "Is the licence fine?", {}))


def test_hints_and_the_text_decide() -> None:
    schema = {"properties": {"who": {"enum": ["cost", "licence"]}, "why": {"type": "string"}}}
    filled = fill({"type": "object", **schema}, "Is MIT fine?", {"why": "It is asked."})
    assert filled == {"who": "licence", "why": "It is asked."}


def test_a_structured_answer_is_wanted_of_an_expert_too() -> None:
    assert json.loads(text(reply("Is MIT fine?", schema=SCHEMAS[-1])))["name"] == "Is MIT fine?"


async def test_the_schema_of_the_text_comes_with_the_request() -> None:
    schema = {
        "type": "object",
        "properties": {"answer": {"type": "string"}},
        "required": ["answer"],
        "additionalProperties": False,
    }
    told = {"format": {"type": "json_schema", "name": "n", "strict": True, "schema": schema}}
    async with (
        OpenAIPlayground() as server,
        AsyncOpenAI(api_key=server.api_key, base_url=server.base_url) as by_rules,
    ):
        answer = (await ask(by_rules, "Is MIT fine?", text=told)).output_text
    assert json.loads(answer) == {"answer": "Is MIT fine?"}
