"""Decisions: their limits and answers, in the shapes of OpenAI's client."""

from typing import Any

import pytest
from openai import APIStatusError, AsyncOpenAI

from bot.playground.openai.fields import FIELDS
from bot.playground.openai.stand_in.brain import Call
from tests.inspection import client_types
from tests.scripted_brain import ScriptedBrain

LAW: dict[str, Any] = {"type": "predicate", "name": "law", "instructions": "It is about the law."}
TOPIC: dict[str, Any] = {
    "type": "choice",
    "name": "topic",
    "instructions": [{"type": "input_text", "text": "What is it about?"}],
    "choices": [{"value": "law"}, {"value": "money", "description": "Prices."}, {"value": True}],
}
URGENCY: dict[str, Any] = {
    "type": "score",
    "name": "urgency",
    "instructions": "How urgent is it?",
    "levels": [{"label": "hardly"}, {"label": "rather"}, {"label": "very"}],
}
CALL = {"type": "custom_tool_call", "call_id": "call_1", "name": "look", "input": "up"}
OUTPUT = {"type": "custom_tool_call_output", "call_id": "call_1", "output": "It is lawful."}


@pytest.fixture
def ask(client: AsyncOpenAI):
    async def asked(*questions: Any, given: Any = "May we?", **more: Any) -> dict[str, Any]:
        body = {"model": "gpt-6-luna", "input": given, "questions": [*questions]} | more
        told: Any = await client.post("/decisions", cast_to=object, body=body)
        client_types.check_request(body)
        return told

    return asked


def of_user(*parts: Any) -> list[Any]:
    return [{"role": "user", "content": [*parts]}]


def nested(depth: int) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for _ in range(depth - 1):
        data = {"in": data}
    return data


def as_json(data: Any) -> list[Any]:
    return of_user({"type": "input_json", "data": data})


def test_the_fields_are_those_of_the_client():
    assert FIELDS["decision"] == client_types.FIELDS


async def test_each_kind_of_question_is_answered_in_order(ask, brain: ScriptedBrain):
    brain.then(Call("law", {}, likelihood=0.8), Call("very", {}))
    law, topic, urgency = (await ask(LAW, TOPIC, URGENCY))["answers"]
    assert law == {"type": "predicate", "name": "law", "probability": 0.8}
    assert topic["choice"] == "law"
    assert [one["value"] for one in topic["probabilities"]] == ["law", "money", True]
    assert sum(one["probability"] for one in topic["probabilities"]) == pytest.approx(1)
    assert topic["confidence"] == topic["probabilities"][0]["probability"]
    assert [one["label"] for one in urgency["probabilities"]] == ["hardly", "rather", "very"]
    assert 2.5 < urgency["score"] < 3


async def test_what_the_model_knows_nothing_of_is_open(ask, brain: ScriptedBrain):
    brain.then("Hm.")
    topic, urgency = (await ask(TOPIC, URGENCY))["answers"]
    assert len({one["probability"] for one in topic["probabilities"]}) == 1
    assert urgency["score"] == pytest.approx(2)


async def test_one_question_may_be_declined(ask, brain: ScriptedBrain):
    brain.then(Call("law", {}, likelihood=None))
    law, topic = (await ask(LAW, TOPIC))["answers"]
    assert law == {"type": "refusal", "name": "law"}
    assert topic["type"] == "choice"


async def test_names_may_be_left_out(ask, brain: ScriptedBrain):
    brain.then("Hm.")
    (answer,) = (await ask(without(LAW, "name")))["answers"]
    assert answer["name"] is None


@pytest.mark.parametrize(
    "given",
    [
        "May we?",
        [{"type": "message", "role": "developer", "content": "Judge."}, *of_user()],
        [{"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}],
        [CALL, OUTPUT],
        of_user(
            {"type": "input_text", "text": "This?"},
            {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="},
        ),
        as_json({"amount": 3, "of": [None, True]}),
        as_json([{}, {}]),
        as_json(nested(32)),
        as_json({"values": [0] * 9_998}),
        as_json({"a": "x" * (256 * 1024 - 8)}),
    ],
    ids=range(10),
)
async def test_much_can_be_judged(ask, brain: ScriptedBrain, given: Any):
    brain.then("Hm.")
    assert len((await ask(LAW, given=given))["answers"]) == 1


async def test_four_hundred_questions_are_answered(ask, brain: ScriptedBrain):
    brain.then("Hm.")
    assert len((await ask(*[LAW] * 400))["answers"]) == 400


def without(question: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in question.items() if key != name}


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({"questions": []}, "questions", "empty_array"),
        ({"questions": [LAW] * 401}, "questions", "array_above_max_length"),
        ({"questions": "law"}, "questions", "invalid_type"),
        ({"questions": [without(LAW, "type")]}, "questions[0].type", "missing_required_parameter"),
        ({"questions": [{**LAW, "type": "rank"}]}, "questions[0].type", "invalid_value"),
        ({"questions": [{**LAW, "choices": []}]}, "questions[0].choices", "unknown_parameter"),
        ({"questions": [{**LAW, "name": 7}]}, "questions[0].name", "invalid_type"),
        (
            {"questions": [without(LAW, "instructions")]},
            "questions[0].instructions",
            "missing_required_parameter",
        ),
        (
            {"questions": [LAW, without(TOPIC, "choices")]},
            "questions[1].choices",
            "missing_required_parameter",
        ),
        (
            {"questions": [{**TOPIC, "choices": [{"value": "one"}]}]},
            "questions[0].choices",
            "array_below_min_length",
        ),
        (
            {"questions": [{**TOPIC, "choices": [{"value": str(n)} for n in range(256)]}]},
            "questions[0].choices",
            "array_above_max_length",
        ),
        (
            {"questions": [{**TOPIC, "choices": [{"value": "a"}, {"value": "a"}]}]},
            "questions[0].choices",
            "invalid_value",
        ),
        (
            {"questions": [{**URGENCY, "levels": [{"label": "a"}, {"label": True}]}]},
            "questions[0].levels[1].label",
            "invalid_type",
        ),
        ({"input": []}, "input", "empty_array"),
        ({"input": 7}, "input", "invalid_type"),
        ({"input": [OUTPUT]}, "input", None),
        ({"input": [{"type": "reasoning"}]}, "input[0].type", "invalid_value"),
        (
            {"input": of_user({"type": "input_file", "file_id": "file-1"})},
            "input[0].content[0].type",
            "invalid_value",
        ),
        (
            {"input": [{"role": "developer", "content": [{"type": "input_json", "data": {}}]}]},
            "input[0].content[0].type",
            "invalid_value",
        ),
        ({"input": as_json("text")}, "input[0].content[0].data", "invalid_type"),
        ({"input": as_json(nested(33))}, "input[0].content[0].data", "invalid_value"),
        ({"input": as_json({"values": [0] * 9_999})}, "input[0].content[0].data", "invalid_value"),
        (
            {"input": as_json({"a": "ä" * 131_069})},
            "input[0].content[0].data",
            "invalid_value",
        ),
        ({"model": "gpt-6.1-terra"}, "model", "invalid_value"),
        ({"temperature": 0}, "temperature", "unknown_parameter"),
    ],
)
async def test_what_is_refused(ask, body: dict[str, Any], param: str, code: str | None):
    asked = {"questions": [LAW]} | body
    given = {"given": asked.pop("input")} if "input" in asked else {}
    with pytest.raises(APIStatusError) as caught:
        await ask(**given, **asked)
    assert caught.value.status_code == 400
    assert (caught.value.param, caught.value.code) == (param, code)
