"""``/v1/decisions``: questions about an input, answered as the model of the moment calls tools.

OpenAI's document does not describe it: the shapes and limits are those of its Python client's types
(``openai/types/decision*.py``). What these leave open is ours: levels are numbered from 1, and the
confidence is the likelihood of the likeliest.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.json_types import Json
from bot.playground.openai import errors, tokens
from bot.playground.openai.api_types import ApiRequest, Handler
from bot.playground.openai.decisions import evidence, questions
from bot.playground.openai.fields import check_fields
from bot.playground.openai.stand_in.brain import Brain, Call, ModelRequest

_MODEL = "gpt-6-luna"
_LIKELY, _UNLIKELY = 0.9, 0.05  # nobody, and whatever is not called
_NOBODY = "nobody"  # a statement that is true where no other is

Called = Mapping[str, float | None]  # how likely what is called is; None: no answer to that


class Decisions:
    """Answers requests for decisions."""

    def __init__(self, brain: Callable[[], Brain]) -> None:
        self._brain = brain

    @property
    def routes(self) -> Mapping[str, Handler]:
        """Who answers what."""
        return {"POST /v1/decisions": self._create}

    async def _create(self, request: ApiRequest) -> Json:
        body = request.body
        check_fields("decision", body)
        for name in ("input", "model", "questions"):
            if name not in body:
                raise errors.missing(name)
        if body["model"] != _MODEL:
            raise errors.wrong_value("model", body["model"], f"'{_MODEL}'")
        asked = questions.checked(body["questions"])
        called = self._called(evidence.taken(body["input"]), asked)
        used = tokens.usage(tokens.count(json.dumps(body)), 0, 0, 0)
        return {
            "model": body["model"],
            "answers": [_answer(question, called) for question in asked],
            "usage": {**used, "output_tokens": 0, "total_tokens": used["input_tokens"]},
        }

    def _called(self, said: Sequence[Json], asked: Sequence[Json]) -> Called:
        """Return what may be true or chosen."""
        tools = [tool for question in asked for tool in _tools(question)]
        request = ModelRequest(_MODEL, "", tools, may_call=True, items=said)
        reply = self._brain().reply(request)
        called = {step.name: step.likelihood for step in reply if isinstance(step, Call)}
        return called or {_NOBODY: _LIKELY}


def _tools(question: Json) -> Iterator[Json]:
    """Yield a statement about a field as a tool that covers it, and each option as a tool."""
    if question["type"] == "predicate":
        said = evidence.text_of(question["instructions"])
        if question.get("name") != _NOBODY:
            yield _tool(question.get("name"), said.partition("field of ")[2] or said)
        return
    for name, described in questions.options(question):
        yield _tool(name, described)


def _tool(name: str | None, described: str) -> Json:
    properties = {"reason": {"type": "string"}, "brief": {"type": "string"}}
    return {
        "type": "function",
        "name": name,
        "description": f"Consult {described}",
        "parameters": {"type": "object", "properties": properties, "required": [*properties]},
    }


def _answer(question: Json, called: Called) -> Json:
    kind, name = question["type"], question.get("name")
    given = {"type": kind, "name": name}
    if called.get(name or "", _UNLIKELY) is None:
        return {"type": "refusal", "name": name}
    if kind == "predicate":
        return given | {"probability": called.get(name or "", _UNLIKELY)}
    likely = [called.get(option) or _UNLIKELY for option, _ in questions.options(question)]
    shares = [one / sum(likely) for one in likely]
    given["confidence"] = max(shares)
    if kind == "choice":
        values = [choice["value"] for choice in question["choices"]]
        each = [{"value": v, "probability": p} for v, p in zip(values, shares, strict=True)]
        return given | {"choice": values[shares.index(max(shares))], "probabilities": each}
    levels = enumerate(zip(question["levels"], shares, strict=True), 1)
    rated = [{"label": one["label"], "probability": p, "value": n} for n, (one, p) in levels]
    score = sum(number * share for number, share in enumerate(shares, 1))
    return given | {"score": score, "probabilities": rated}
