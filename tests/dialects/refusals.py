"""How servers word their refusals: in every shape, with every status, before and in a stream."""

from typing import Any

from bot.panel.errors import ModelFault, ModelOverloaded, ModelRefused, ModelUnavailable, PanelError
from bot.panel.texts import refusal_sentences
from tests.dialects.rows import Outcome, Row, ThreadRow, created, ended, refused
from tests.dialects.server import (
    AZURE,
    LITELLM,
    LLAMA_CPP,
    LOCALAI,
    OGX,
    OLLAMA,
    VLLM,
    Answer,
    Dialect,
    Http,
    Sse,
)


def _row(
    id_: str,
    dialect: Dialect,
    source: str,
    answer: Answer,
    fault: ModelFault | None,
    error: type[PanelError] = ModelRefused,
    **more: Any,
) -> Row:
    outcomes = [Outcome(error=error, fault=fault)]
    return Row(id_, dialect, "refuses", source, [answer], outcomes, **more)


def _failed(message: str, code: str = "server_error") -> Sse:
    failed = ended(kind="failed", error={"code": code, "message": message})
    return Sse([created(), failed], done=False)


def _filtered(*filtered: bool) -> dict[str, Any]:
    results = [
        {"prompt_index": index, "content_filter_results": {"hate": {"filtered": one}}}
        for index, one in enumerate(filtered)
    ]
    message = "The response was filtered due to the prompt triggering a content management policy"
    return refused(message, code="content_filter", innererror={"prompt_filter_results": results})


ISSUE = "github.com/{}"
ROWS: list[Row] = [
    _row(
        "too long",
        LLAMA_CPP,
        "server-context.cpp",
        Http(
            400,
            {
                "error": {
                    "code": 400,
                    "message": "request (9412 tokens) exceeds the available context size",
                    "type": "exceed_context_size_error",
                    "n_ctx": 8192,
                }
            },
        ),
        ModelFault.TOO_LONG,
    ),
    _row(
        "too long, by its words alone",
        VLLM,
        "vllm/entrypoints/openai",
        Http(
            400,
            {
                "object": "error",
                "message": "This model's maximum context length is 32768 tokens.",
                "type": "BadRequestError",
                "code": 400,
            },
        ),
        ModelFault.TOO_LONG,
    ),
    _row(
        "too long, behind a 500",
        OGX,
        "a model's error in an error of OGX",
        Http(500, {"detail": "Internal server error: the input length exceeds the context length"}),
        ModelFault.TOO_LONG,
    ),
    _row(
        "a page instead of an answer",
        LITELLM,
        "nginx",
        Http(413, "<html><head><title>413 Request Entity Too Large</title></head></html>"),
        ModelFault.TOO_LONG,
    ),
    _row(
        "tools not enabled",
        VLLM,
        "vllm/entrypoints/openai",
        Http(
            400,
            refused('"auto" tool choice requires --enable-auto-tool-choice to be set', code=400),
        ),
        ModelFault.TOOLS_OFF,
    ),
    _row(
        "tools not supported",
        OLLAMA,
        "ollama/server",
        Http(400, {"error": "registry.ollama.ai/library/gemma3:4b does not support tools"}),
        ModelFault.NO_TOOLS,
    ),
    _row(
        "tools need another template, with a 500",
        LLAMA_CPP,
        "common/chat.cpp",
        Http(500, {"error": {"code": 500, "message": "tools param requires --jinja flag"}}),
        ModelFault.TOOLS_OFF,
    ),
    _row(
        "no model",
        OLLAMA,
        "ollama/server",
        Http(404, {"error": 'model "x" not found, try pulling it first'}),
        ModelFault.MODEL,
    ),
    _row(
        "no deployment",
        AZURE,
        "Azure",
        Http(404, refused("The API deployment does not exist.", code="DeploymentNotFound")),
        ModelFault.MODEL,
    ),
    _row("gone for good", AZURE, "Azure", Http(410, refused("Gone")), ModelFault.MODEL),
    _row(
        "cannot load the model",
        LOCALAI,
        ISSUE.format("mudler/LocalAI/issues/1037"),
        Http(500, {"error": {"code": 500, "message": "failed loading model", "type": ""}}),
        ModelFault.MODEL,
    ),
    _row(
        "a budget is used up",
        LITELLM,
        ISSUE.format("BerriAI/litellm/issues/4208"),
        Http(
            400,
            refused(
                "Budget has been exceeded! Current cost: 1.5, Max budget: 1.0",
                type="auth_error",
                code=400,
            ),
        ),
        ModelFault.QUOTA,
    ),
    _row(
        "a budget is used up, as a rate limit",
        LITELLM,
        ISSUE.format("BerriAI/litellm/pull/37000"),
        Http(429, refused("Ask your administrator", type="budget_exceeded", code="429")),
        ModelFault.QUOTA,
        requests=1,
    ),
    _row(
        "no credits",
        LITELLM,
        "openrouter.ai/docs/api/reference/errors-and-debugging",
        Http(402, {"error": {"code": 402, "message": "Insufficient credits"}}),
        ModelFault.QUOTA,
    ),
    _row(
        "no credits, with a good status",
        LITELLM,
        "openrouter.ai/docs/api/reference/errors-and-debugging",
        Http(200, {"error": {"code": 402, "message": "Pay first"}}),
        ModelFault.QUOTA,
    ),
    _row(
        "an error in the stream",
        LITELLM,
        "openrouter.ai/docs/api/reference/errors-and-debugging",
        Sse([b'data: {"error": {"code": 403, "message": "Key limit exceeded"}}\n\n']),
        ModelFault.QUOTA,
    ),
    _row(
        "a model's 401 in a failed response",
        OGX,
        "[ran]",
        _failed("Error code: 401 - {'error': {'message': 'Nope', 'code': 'no_such_thing'}}"),
        ModelFault.ACCESS,
    ),
    _row(
        "a model's 429 in a 500",
        OGX,
        "[ran]",
        Http(500, {"detail": "Error code: 429 - {'error': {'message': 'Slow down'}}"}),
        None,
        ModelOverloaded,
    ),
    _row(
        "a model's 429 in a failed response",
        OGX,
        "[ran]",
        _failed("Error code: 429"),
        None,
        ModelOverloaded,
    ),
    _row(
        "nothing said",
        OGX,
        "[ran]",
        Http(500, {"detail": "Internal server error"}),
        None,
        ModelUnavailable,
    ),
    _row(
        "a page with a good status",
        LITELLM,
        "a proxy's login",
        Http(200, "<html><title>Please log in</title></html>", {"content-type": "text/html"}),
        None,
        ModelUnavailable,
    ),
    _row(
        "the question is filtered",
        AZURE,
        "learn.microsoft.com, content filtering",
        Http(400, _filtered(False, True)),
        ModelFault.FILTERED_QUESTION,
        backends=["conversations"],
    ),
    _row(
        "what was said before is filtered",
        AZURE,
        "learn.microsoft.com, content filtering",
        Http(400, _filtered(True, False)),
        ModelFault.FILTERED_BEFORE,
    ),
    _row(
        "filtered, and nobody says what",
        AZURE,
        ISSUE.format("BerriAI/litellm/pull/16231"),
        Http(400, refused("Filtered due to a content management policy")),
        ModelFault.FILTERED,
    ),
    _row(
        "a firewall",
        AZURE,
        "Azure",
        Http(403, refused("Access denied due to Virtual Network/Firewall rules.", code="403")),
        ModelFault.REGION,
    ),
    _row(
        "missing scopes, with a 401",
        LITELLM,
        "OpenAI",
        Http(401, refused("You have insufficient permissions. Missing scopes: model.request.")),
        ModelFault.FORBIDDEN,
    ),
    _row(
        "a tool's server",
        LITELLM,
        "OpenAI",
        Http(
            424,
            refused("Error retrieving tool list from MCP server", type="external_connector_error"),
        ),
        ModelFault.TOOL_SERVER,
    ),
    _row(
        "a tool's server, behind a gateway's 500",
        LITELLM,
        "LiteLLM wraps what OpenAI says",
        Http(
            500,
            refused(
                "OpenAIException - Error code: 424 - {'error': {'message': 'Error retrieving "
                "tool list from MCP server: jira. Http status code: 424 (Failed Dependency)', "
                "'type': 'external_connector_error', 'code': 'http_error'}}"
            ),
        ),
        ModelFault.TOOL_SERVER,
    ),
    _row(
        "expired documents",
        LITELLM,
        "OpenAI",
        Http(400, refused("Vector store vs_1 is expired.")),
        ModelFault.DOCUMENTS,
    ),
    _row(
        "the question about it is quoted",
        VLLM,
        "pydantic",
        Http(400, {"detail": "Invalid value: 'why is the maximum context length exceeded?'"}),
        ModelFault.BAD_REQUEST,
    ),
]
THREADS: list[ThreadRow] = [
    ThreadRow(
        "an expert's model cannot use tools",
        OLLAMA,
        "a 4xx is never told as silence",
        "ollama/server",
        {
            "router": [
                Http(400, {"error": "registry.ollama.ai/library/gemma3:4b does not support tools"})
            ]
        },
        said=[("Panelbot", refusal_sentences.router_failed(ModelFault.NO_TOOLS))],
        asks=("hello",),
        absent=("did not respond",),
    ),
]
