"""Streams that are written in another way, or not at all, and parts from chat completions."""

import json
from typing import Any

from bot.panel.errors import ModelFault, ModelRefused, ModelUnavailable
from tests.dialects.rows import (
    Outcome,
    Row,
    ThreadRow,
    created,
    delta,
    ended,
    message,
    refused,
    says,
)
from tests.dialects.rows import call as called
from tests.dialects.server import (
    LITELLM,
    LM_STUDIO,
    LOCALAI,
    VLLM,
    Answer,
    Dialect,
    Http,
    Json,
    Sse,
)

_LEGAL = {"reason": "law", "brief": "May we?"}
_ARGUMENTS = json.dumps(_LEGAL)
_CONSULTED = Outcome("", calls=[("consult_legal", _LEGAL)])
_FUNCTION = {"id": "call_1", "function": {"name": "consult_legal", "arguments": _ARGUMENTS}}
_LONG = "This model's maximum context length is 8192 tokens."
_YES = ended(message("Yes."))


def _row(id_: str, dialect: Dialect, does: str, answer: Answer, outcome: Outcome) -> Row:
    return Row(id_, dialect, does, "seen with gateways", [answer], [outcome])


def _named(name: str, event: Json) -> bytes:
    """Return *event* with its type in the name only."""
    data = json.dumps({key: value for key, value in event.items() if key != "type"})
    return f"event: {name}\ndata: {data}\n\n".encode()


def _stream(id_: str, does: str, *events: Json | bytes, **outcome: Any) -> Row:
    expected = Outcome(**(outcome or {"text": "Yes."}))
    return _row(id_, LOCALAI, does, Sse([created(), *events], done=False), expected)


def _parts(*parts: Json) -> Json:
    return ended(message("", content=[*parts, {"type": "output_text", "text": "Yes."}]))


ROWS: list[Row] = [
    _stream("events without data", "keeps the connection alive", b"data:\n\n", b"data: \n\n", _YES),
    _stream("words for events", "keeps it alive", b"event: ping\ndata: ping\n\n", _YES),
    _stream("no blank line in the end", "closes at once", f"data: {json.dumps(_YES)}".encode()),
    _stream("half an event in the end", "breaks off", b'data: {"type":', error=ModelUnavailable),
    _stream(
        "types that are names of events",
        "says nothing twice",
        _named("response.output_text.delta", delta("Yes.")),
        _named("response.completed", {"response": {"id": "resp_1"}}),
    ),
    _stream(
        "the text is told when it is done",
        "has no deltas, and no output",
        {"type": "response.output_text.done", "text": "Yes."},
        ended(),
    ),
    *[
        _stream(
            f"an error in the stream: {name}",
            "has no type in it",
            event,
            error=ModelRefused,
            fault=ModelFault.TOO_LONG,
        )
        for name, event in {
            "by the event's name": _named("error", {"message": _LONG, "code": 400}),
            "of vLLM": {"object": "error", "message": _LONG, "code": 400},
            "of FastAPI": {"detail": _LONG},
        }.items()
    ],
    _row("an answer", LM_STUDIO, "does not stream", Http(200, _YES["response"]), Outcome("Yes.")),
    _row(
        "a call",
        LM_STUDIO,
        "does not stream",
        Http(200, ended(called("consult_legal", _ARGUMENTS))["response"]),
        _CONSULTED,
    ),
    _row(
        "a failure",
        LM_STUDIO,
        "does not stream",
        Http(200, ended(status="failed", error={"message": _LONG})["response"]),
        Outcome(error=ModelRefused, fault=ModelFault.TOO_LONG),
    ),
    *[
        _row(name, LITELLM, "as chat completions", Sse([created(), ended(item)]), _CONSULTED)
        for name, item in {
            "calls within a message": message("", tool_calls=[_FUNCTION | {"type": "function"}]),
            "calls within calls": {"type": "function_call", **_FUNCTION},
            "calls of functions": {"type": "function", **_FUNCTION},
            "calls of tools": called("consult_legal", _ARGUMENTS, type="tool_call"),
        }.items()
    ],
    *[
        _stream(f"thoughts in a message: {part['type']}", "thinks aloud", _parts(part))
        for part in (
            {"type": "reasoning_text", "text": "Hm."},
            {"type": "summary_text", "text": "Hm."},
            {"type": "thinking", "text": "Hm."},
            {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
        )
    ],
    Row(
        "no valid call",
        LITELLM,
        "refuses what the model has written",
        "console.groq.com/docs/tool-use",
        [Http(400, refused("Failed to call a function.", code="tool_use_failed"))],
        [Outcome(error=ModelUnavailable)],
    ),
]
THREADS: list[ThreadRow] = [
    ThreadRow(
        "the router's model writes no valid call, and is asked again",
        LITELLM,
        "refuses what the model has written",
        "console.groq.com/docs/tool-use",
        {
            "router": [
                Http(400, refused("Failed to call a function.", code="tool_use_failed")),
                Sse(says("Hello!")),
            ]
        },
        said=[("Panelbot", "Hello!")],
        asks=("hello",),
    ),
    ThreadRow(
        "servers that do not stream",
        VLLM,
        "answers JSON in spite of stream",
        "seen with gateways",
        {
            "router": [Http(200, ended(called("consult_legal", _ARGUMENTS))["response"])],
            "legal": [Http(200, _YES["response"])],
        },
        said=[("Legal Counsel", "Yes.")],
    ),
]
