"""``/v1/decisions``: predicates about a text, judged as the model of the moment calls tools."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.json_types import Json
from bot.playground.openai import errors, tokens
from bot.playground.openai.api_types import ApiRequest, Handler
from bot.playground.openai.errors import ApiError
from bot.playground.openai.fields import check_fields
from bot.playground.openai.items import items
from bot.playground.openai.stand_in.brain import Brain, Call, ModelRequest

_MODEL = "gpt-6-luna"
_MOST_QUESTIONS = 400
_LIKELY, _UNLIKELY = 0.9, 0.05  # nobody, and whoever is not called
_NOBODY = "nobody"  # a statement that is true where no other is


class Decisions:
    """Answers requests for decisions; it knows predicates only."""

    def __init__(self, brain: Callable[[], Brain]) -> None:
        self._brain = brain

    @property
    def routes(self) -> Mapping[str, Handler]:
        """Who answers what."""
        return {"POST /v1/decisions": self._create}

    async def _create(self, request: ApiRequest) -> Json:
        body = request.body
        _check(body)
        questions = body["questions"]
        called = self._called(items.taken(body["input"], "input"), questions)
        used = tokens.usage(tokens.count(json.dumps(body)), 0, 0, 0)
        return {
            "model": body["model"],
            "answers": [_answer(question.get("name", ""), called) for question in questions],
            "usage": {**used, "output_tokens": 0, "total_tokens": used["input_tokens"]},
        }

    def _called(self, said: Sequence[Json], questions: Sequence[Json]) -> Mapping[str, float]:
        """Return the names of the predicates that may be true, with how likely that is."""
        asked = [one for one in questions if one.get("name") != _NOBODY]
        request = ModelRequest(_MODEL, "", [*map(_as_tool, asked)], may_call=True, items=said)
        reply = self._brain().reply(request)
        called = {step.name: step.likelihood for step in reply if isinstance(step, Call)}
        return called or {_NOBODY: _LIKELY}


def _answer(name: str, called: Mapping[str, float]) -> Json:
    return {"type": "predicate", "name": name, "probability": called.get(name, _UNLIKELY)}


def _as_tool(question: Json) -> Json:
    """Return a statement about a field as a tool that covers it."""
    _, _, field = question["instructions"].partition("field of ")
    described = f"Consult {field or question['instructions']}"
    properties = {"reason": {"type": "string"}, "brief": {"type": "string"}}
    return {
        "type": "function",
        "name": question.get("name"),
        "description": described,
        "parameters": {"type": "object", "properties": properties, "required": [*properties]},
    }


def _check(body: Json) -> None:
    check_fields("decision", body)
    for name in ("input", "model", "questions"):
        if name not in body:
            raise errors.missing(name)
    if body["model"] != _MODEL:
        raise errors.wrong_value("model", body["model"], f"'{_MODEL}'")
    questions: Any = body["questions"]
    if not isinstance(questions, list):
        raise errors.wrong_type("questions", "an array")
    if not questions:
        raise ApiError("Invalid 'questions': empty array.", code="empty_array", param="questions")
    if len(questions) > _MOST_QUESTIONS:
        raise errors.too_many("questions", _MOST_QUESTIONS, len(questions))
    for place, one in enumerate(questions):
        if not isinstance(one, dict) or not isinstance(one.get("instructions"), str):
            raise errors.missing(f"questions[{place}].instructions")
        if one.get("type") != "predicate":
            raise errors.wrong_value(f"questions[{place}].type", one.get("type"), "'predicate'")
