"""Decisions: servers that have none, and answers that are none, or only in part."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.panel.errors import (
    ModelFault,
    ModelOverloaded,
    ModelRefused,
    ModelUnavailable,
    NoDecisions,
)
from tests.dialects.rows import ThreadRow, calls, refused, says
from tests.dialects.rows import call as called
from tests.dialects.server import (
    AZURE,
    LITELLM,
    LLAMA_CPP,
    LM_STUDIO,
    LOCALAI,
    OGX,
    OLLAMA,
    OPENAI,
    SGLANG,
    VLLM,
    Dialect,
    Http,
    Json,
    Sse,
)

PATH = "POST /v1/decisions"
HTML = {"content-type": "text/html"}
KIND_OF = "kind of issue 18, line 8"
OPENAIS = "openai 3.57, openai/types/decision.py"


@dataclass(frozen=True)
class JudgeRow:
    """What a dialect answers to statements "law", "money" and "nobody", and what comes of it.

    It is asked twice; *requests* counts what reaches the server, which answers the same each time.
    """

    id: str
    dialect: Dialect
    does: str
    source: str
    answer: Http | Sse | None  # None: as the dialect refuses whatever it does not have
    likelihoods: Mapping[str, float] | None = None
    error: type[ModelRefused | ModelUnavailable] = NoDecisions
    fault: ModelFault | None = None
    requests: int = 2


def told(*answers: Any, **more: Any) -> Http:
    """Return an answer to the questions."""
    return Http(200, {"model": "gpt-6-luna", "answers": [*answers], "usage": None} | more)


def yes(name: str | None, probability: Any) -> Json:
    """Return the answer to a predicate."""
    return {"type": "predicate", "name": name, "probability": probability}


LAW, MONEY, NOBODY = yes("law", 0.9), yes("money", 0.2), yes("nobody", 0)
ALL = {"law": 0.9, "money": 0.2, "nobody": 0.0}

_NONE = "has no such endpoint"
_MISSING = [
    JudgeRow("no decisions", dialect, _NONE, "rows of refusals.py", None, requests=1)
    for dialect in (VLLM, OLLAMA, LOCALAI, LLAMA_CPP, LITELLM, LM_STUDIO, OGX, AZURE, OPENAI)
]

ROWS: list[JudgeRow] = [
    *_MISSING,
    JudgeRow(
        "404 with a page",
        OPENAI,
        "a proxy before it answers 404 with HTML",
        KIND_OF,
        Http(404, "<html><body><h1>Not Found</h1></body></html>", HTML),
        requests=1,
    ),
    JudgeRow(
        "200 with a page",
        LOCALAI,
        "its own page answers whatever has no endpoint",
        KIND_OF,
        Http(200, "<!doctype html><title>LocalAI</title>", HTML),
        requests=1,
    ),
    JudgeRow(
        "405", SGLANG, "the path is that of something else", KIND_OF, Http(405, b""), requests=1
    ),
    JudgeRow(
        "410",
        AZURE,
        "had a preview of them, which has ended",
        KIND_OF,
        Http(410, refused("This API has ended.")),
        requests=1,
    ),
    JudgeRow(
        "501", LITELLM, "its own server has none", KIND_OF, Http(501, refused("No.")), requests=1
    ),
    JudgeRow(
        "no such model",
        OPENAI,
        "the project may not use gpt-6-luna",
        "OpenAI's wording for responses",
        Http(404, refused("The model `gpt-6-luna` does not exist.", code="model_not_found")),
        requests=1,
    ),
    JudgeRow(
        "no such model, 400",
        VLLM,
        "refuses a model that it has not loaded",
        KIND_OF,
        Http(400, refused("The model `gpt-6-luna` does not exist.", code="model_not_found")),
        requests=1,
    ),
    JudgeRow(
        "an empty body", VLLM, "answers 200 with nothing", KIND_OF, Http(200, b""), requests=1
    ),
    JudgeRow(
        "an empty body of JSON",
        VLLM,
        "answers 200 with nothing, and calls that JSON",
        KIND_OF,
        Http(200, b"", {"content-type": "application/json"}),
        requests=1,
    ),
    JudgeRow("an empty object", VLLM, "answers {}", KIND_OF, Http(200, {}), requests=1),
    JudgeRow("null", VLLM, "answers null", KIND_OF, Http(200, None), requests=1),
    JudgeRow(
        "a list",
        VLLM,
        "answers the bare list",
        KIND_OF,
        Http(200, [LAW, MONEY, NOBODY]),
        requests=1,
    ),
    JudgeRow(
        "a response",
        OGX,
        "takes it for a request for a response",
        KIND_OF,
        Http(200, {"id": "resp_1", "object": "response", "output": []}),
        requests=1,
    ),
    JudgeRow(
        "a stream", OGX, "streams whatever it is asked", KIND_OF, Sse(says("Yes.")), requests=1
    ),
    JudgeRow(
        "as described", OPENAI, "answers each, in order", OPENAIS, told(LAW, MONEY, NOBODY), ALL
    ),
    JudgeRow(
        "another order", LITELLM, "answers in another order", KIND_OF, told(NOBODY, LAW, MONEY), ALL
    ),
    JudgeRow(
        "no names",
        OPENAI,
        "leaves out the names: the order counts",
        OPENAIS,
        told(yes(None, 0.9), yes(None, 0.2), {"type": "predicate", "probability": 0}),
        ALL,
    ),
    JudgeRow(
        "some names",
        LITELLM,
        "names some, in order",
        KIND_OF,
        told(LAW, yes(None, 0.2), NOBODY),
        ALL,
    ),
    JudgeRow(
        "some names, in another order",
        LITELLM,
        "nobody knows which answer is whose",
        KIND_OF,
        told(MONEY, yes(None, 0.9), NOBODY),
    ),
    JudgeRow(
        "some are refused",
        OPENAI,
        "declines one question",
        OPENAIS,
        told(LAW, {"type": "refusal", "name": "money"}, NOBODY),
        {"law": 0.9, "nobody": 0.0},
    ),
    JudgeRow(
        "an unnamed refusal",
        OPENAI,
        "declines one question, without its name",
        OPENAIS,
        told(LAW, {"type": "refusal", "name": None}, NOBODY),
        {"law": 0.9, "nobody": 0.0},
    ),
    JudgeRow(
        "all are refused",
        OPENAI,
        "declines them all",
        OPENAIS,
        told(*({"type": "refusal", "name": name} for name in ALL)),
        {},
    ),
    JudgeRow("fewer answers", LITELLM, "answers some", KIND_OF, told(LAW, MONEY)),
    JudgeRow(
        "more answers", LITELLM, "answers more", KIND_OF, told(LAW, MONEY, NOBODY, yes("tax", 1))
    ),
    JudgeRow("one name twice", LITELLM, "doubles an answer", KIND_OF, told(LAW, LAW, NOBODY)),
    JudgeRow(
        "other names", LITELLM, "names what nobody asked", KIND_OF, told(LAW, MONEY, yes("tax", 1))
    ),
    JudgeRow("null among the answers", LITELLM, "leaves a hole", KIND_OF, told(LAW, None, NOBODY)),
    JudgeRow(
        "too likely", LITELLM, "gives a percentage", KIND_OF, told(yes("law", 90), MONEY, NOBODY)
    ),
    JudgeRow(
        "less than impossible",
        LITELLM,
        "gives a logarithm",
        KIND_OF,
        told(yes("law", -0.1), MONEY, NOBODY),
    ),
    JudgeRow(
        "NaN", VLLM, "divides by nothing", KIND_OF, told(yes("law", float("nan")), MONEY, NOBODY)
    ),
    JudgeRow(
        "a text",
        LITELLM,
        "writes the probability as text",
        KIND_OF,
        told(yes("law", "0.9"), MONEY, NOBODY),
        ALL,
    ),
    JudgeRow(
        "words", LITELLM, "says it in words", KIND_OF, told(yes("law", "likely"), MONEY, NOBODY)
    ),
    JudgeRow(
        "yes and no",
        LITELLM,
        "says whether, not how likely",
        KIND_OF,
        told(yes("law", True), MONEY, NOBODY),
    ),
    JudgeRow(
        "no probability",
        LITELLM,
        "leaves it out",
        KIND_OF,
        told({"type": "predicate", "name": "law"}, MONEY, NOBODY),
    ),
    JudgeRow(
        "a choice",
        LITELLM,
        "takes the statement for a choice",
        KIND_OF,
        told({"type": "choice", "name": "law", "choice": True, "probabilities": []}, MONEY, NOBODY),
    ),
    JudgeRow(
        "overloaded",
        OPENAI,
        "has too much to do",
        "OpenAI's errors",
        Http(503, refused("Overloaded.")),
        error=ModelOverloaded,
    ),
    JudgeRow(
        "too many requests",
        OPENAI,
        "limits requests",
        "OpenAI's errors",
        Http(429, refused("Rate limit reached.", code="rate_limit_exceeded")),
        error=ModelOverloaded,
    ),
    JudgeRow(
        "too much, in a good answer",
        LITELLM,
        "says so with 200",
        KIND_OF,
        Http(200, refused("Rate limit reached.", code="rate_limit_exceeded")),
        error=ModelOverloaded,
    ),
    JudgeRow(
        "an error of its own",
        OPENAI,
        "fails",
        "OpenAI's errors",
        Http(500, refused("Oh.", type="server_error")),
        error=ModelUnavailable,
    ),
    JudgeRow(
        "a bad key",
        OPENAI,
        "rejects the key",
        "OpenAI's errors",
        Http(401, refused("No.", code="invalid_api_key")),
        error=ModelRefused,
        fault=ModelFault.ACCESS,
    ),
    JudgeRow(
        "no credit",
        OPENAI,
        "has no credit left",
        "OpenAI's errors",
        Http(429, refused("No.", code="insufficient_quota")),
        error=ModelRefused,
        fault=ModelFault.QUOTA,
    ),
    JudgeRow(
        "too long",
        OPENAI,
        "cannot read so much",
        "OpenAI's errors",
        Http(400, refused("Too long.", code="string_above_max_length")),
        error=ModelRefused,
        fault=ModelFault.TOO_LONG,
    ),
]

_LOOK = {"PANELBOT_ROUTER": "decisions"}
_LEGAL = called("consult_legal", '{"reason": "law", "brief": "May we?"}')
_BY_ROUTER = {"router": [Sse(calls(_LEGAL)), Sse(says(""))], "legal": [Sse(says("You may."))]}

THREADS: list[ThreadRow] = [
    ThreadRow(
        id_,
        dialect,
        does,
        KIND_OF,
        _BY_ROUTER,
        [("Legal Counsel", "You may.")],
        asks=["may we?"],
        environ=_LOOK,
        elsewhere={PATH: [answer]},
    )
    for id_, dialect, does, answer in (
        ("404 for decisions", VLLM, _NONE, VLLM.not_found),
        ("200 with an error for decisions", LM_STUDIO, _NONE, LM_STUDIO.not_found),
        ("half of the decisions", LITELLM, "answers some", told(yes("consult_legal", 0.9))),
        ("no decisions for now", OPENAI, "has too much to do", Http(503, refused("Overloaded."))),
    )
]
