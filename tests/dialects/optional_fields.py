"""Fields that a server does not know or cannot serve, though a response is none the worse."""

from bot.panel.errors import ModelOverloaded, ModelRefused, ModelUnavailable
from tests.dialects.rows import Outcome, Row, ThreadRow, calls, created, ended, refused, says
from tests.dialects.rows import call as called
from tests.dialects.server import (
    LITELLM,
    LLAMA_CPP,
    LOCALAI,
    OGX,
    OLLAMA,
    VLLM,
    Answers,
    Http,
    Json,
    Sse,
    Unless,
)

YES = Sse(says("Yes."))
TWICE = [Outcome(text="Yes."), Outcome(text="Yes.")]


def failed(code: str | None, message: str = "An internal error occurred.") -> Sse:
    """Return a response that fails before the model has written a word."""
    begun = {"type": "response.in_progress", "response": created()["response"]}
    error = {"code": code, "message": message}
    return Sse([created(), begun, ended(kind="failed", error=error, usage=None)])


def extra_forbidden(*names: str) -> Http:
    """Return how FastAPI refuses fields."""
    details: list[Json] = [
        {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted"}
        for name in names
    ]
    return Http(422, {"detail": details})


def unless(field: str, answer: Http | Sse) -> Answers:
    """Return answers of a server that answers so whenever *field* is in the request."""
    return [Unless(field, answer, YES)]


_LEGAL = called("consult_legal", '{"reason": "law", "brief": "May we?"}')

ROWS: list[Row] = [
    Row(
        "fails on context_management",
        OGX,
        "fetches a tokenizer for it; without internet each response fails with server_error",
        "[ran] ogx 1.0.2, issue 11",
        unless("context_management", failed("server_error")),
        TWICE,
        backends=["conversations"],
        requests=3,
    ),
    Row(
        "fails on a cache key without saying so",
        OGX,
        "an unknown field reaches the model's own server, whose complaint becomes server_error",
        "kind of issue 11, line 15",
        unless("prompt_cache_key", failed("server_error")),
        TWICE,
        backends=["stateless"],
        requests=3,
    ),
    Row(
        "fails on reasoning without a code",
        VLLM,
        "the response fails without a code",
        "kind of issue 11, line 15",
        unless("reasoning", failed(None)),
        TWICE,
        backends=["stateless"],
        requests=3,
    ),
    Row(
        "names the field in the failed response",
        LITELLM,
        "the failed response quotes the server behind",
        "wording of litellm.UnsupportedParamsError",
        unless(
            "safety_identifier",
            failed("server_error", "some-model does not support parameters: ['safety_identifier']"),
        ),
        TWICE,
        backends=["stateless"],
        requests=3,
    ),
    Row(
        "an error event instead of a response",
        LLAMA_CPP,
        "the stream holds nothing but an error",
        "kind of issue 11, line 15",
        unless("parallel_tool_calls", Sse([{"type": "error", "code": None, "message": "?"}])),
        TWICE,
        backends=["stateless"],
        requests=3,
    ),
    Row(
        "an error object in the stream",
        VLLM,
        "a complaint comes as a chunk with an error in place of an event",
        "shape of vLLM's create_streaming_error_response",
        unless(
            "parallel_tool_calls",
            Sse([{"error": {"message": "bad", "type": "BadRequestError", "code": 400}}]),
        ),
        TWICE,
        backends=["stateless"],
        requests=3,
    ),
    Row(
        "refuses without a word",
        LOCALAI,
        "answers 400 with nothing that says why",
        "kind of issue 11, line 15",
        unless("prompt_cache_key", Http(400, {"error": {"code": 400, "message": "bad request"}})),
        TWICE,
        backends=["stateless"],
        requests=3,
    ),
    Row(
        "refuses prompt_cache_key by name",
        LOCALAI,
        "a strict server names the field that it does not know in `param`",
        "shape of OpenAI's unknown_parameter",
        unless("prompt_cache_key", Http(400, refused("Unknown", param="prompt_cache_key"))),
        TWICE,
        requests=3,
    ),
    Row(
        "refuses several fields in one complaint",
        VLLM,
        "FastAPI lists all fields that it does not know",
        "shape of pydantic's extra_forbidden",
        unless("prompt_cache_key", extra_forbidden("prompt_cache_key", "safety_identifier")),
        TWICE,
        requests=3,
    ),
    Row(
        "refuses strict tools",
        LITELLM,
        "a model behind the gateway knows no strict functions",
        "kind of issue 11, line 15",
        unless("strict", Http(400, refused("Unknown parameter: 'tools[0].function.strict'."))),
        TWICE,
        requests=3,
    ),
    Row(
        "cannot think",
        OLLAMA,
        "a model that cannot think refuses an effort",
        "ollama server/routes.go",
        unless("reasoning", Http(400, {"error": '"some-model" does not support thinking'})),
        TWICE,
        requests=3,
    ),
    Row(
        "a gateway's 500 names the field",
        LITELLM,
        "what its library does not know is an internal error",
        "wording of Python's TypeError in litellm's 500",
        unless(
            "safety_identifier",
            Http(500, refused("got an unexpected keyword argument 'safety_identifier'")),
        ),
        TWICE,
        requests=3,
    ),
    Row(
        "refuses what nobody can leave out",
        LOCALAI,
        "a 400 about the model's name is nothing that we can do without",
        "shape of OpenAI's invalid_request_error",
        [Http(400, refused("model is required", param="model"))],
        [Outcome(error=ModelRefused)],
    ),
    Row(
        "a rate limit is no refusal of fields",
        OGX,
        "a failed response says that there are too many requests",
        "[ran] ogx",
        [failed("rate_limit_exceeded")],
        [Outcome(error=ModelOverloaded)],
        backends=["stateless"],
        requests=1,
    ),
    Row(
        "an outage is no refusal of fields",
        VLLM,
        "503 while the model is loaded",
        "vLLM, llama.cpp",
        [Http(503, {"error": {"message": "Loading model", "type": "unavailable_error"}})],
        [Outcome(error=ModelOverloaded)],
        backends=["stateless"],
        requests=1,
    ),
    Row(
        "an outage after good answers is an outage",
        OGX,
        "a response fails though the same fields were good before",
        "kind of issue 11, line 15",
        [YES, failed("server_error"), YES],
        [Outcome(text="Yes."), Outcome(error=ModelUnavailable), Outcome(text="Yes.")],
        backends=["stateless"],
        requests=3,
    ),
    Row(
        "an outage at the beginning is forgotten",
        OGX,
        "all responses fail; the next are sent as before",
        "kind of issue 11, line 15",
        [*[failed("server_error")] * 2, YES],
        [Outcome(error=ModelUnavailable), Outcome(text="Yes.")],
        backends=["stateless"],
        asked_last={"prompt_cache_key", "truncation", "reasoning"},
    ),
]

THREADS: list[ThreadRow] = [
    ThreadRow(
        "fails on context_management",
        OGX,
        "fetches a tokenizer for it; without internet each response fails with server_error",
        "[ran] ogx 1.0.2, issue 11",
        {
            "router": [
                Unless("context_management", failed("server_error"), Sse(calls(_LEGAL))),
                Sse(says("—")),
            ],
            "legal": unless("context_management", failed("server_error")),
        },
        said=[("Legal Counsel", "Yes.")],
        backend="conversations",
    ),
]
