"""What a request for a response may say, and what OpenAI answers to what it may not."""

from collections.abc import Mapping
from typing import Any

from bot.playground.openai import models
from bot.playground.openai.state import ApiError, Json

# Read off the OpenAPI document; a test compares.
FIELDS = frozenset(
    {
        "background", "context_management", "conversation", "include", "input", "instructions",
        "max_output_tokens", "max_tool_calls", "metadata", "model", "moderation",
        "parallel_tool_calls", "previous_response_id", "prompt", "prompt_cache_key",
        "prompt_cache_options", "prompt_cache_retention", "reasoning", "safety_identifier",
        "service_tier", "store", "stream", "stream_options", "temperature", "text",
        "tool_choice", "tools", "top_logprobs", "top_p", "truncation", "user",
    }
)  # fmt: skip
_EFFORTS = frozenset({"none", "minimal", "low", "medium", "high", "xhigh"})


def check(body: Json) -> None:
    """Raise ApiError if *body* is not a request for a response."""
    for name in body:
        if name not in FIELDS:
            text = f"Unknown parameter: '{name}'."
            raise ApiError(text, code="unknown_parameter", param=name)
    if not isinstance(body.get("model"), str):
        text = "Missing required parameter: 'model'."
        raise ApiError(text, code="missing_required_parameter", param="model")
    if body.get("conversation") and body.get("previous_response_id"):
        raise ApiError("conversation and previous_response_id exclude each other.")
    model = models.find(body["model"])
    effort = (body.get("reasoning") or {}).get("effort")
    if effort is not None and effort not in _EFFORTS:
        raise _unsupported(effort)
    if effort == "none" and not model.can_do_without_effort:
        raise _unsupported(effort)
    if len(body.get("safety_identifier") or "") > 64:
        raise ApiError("Too long.", code="string_above_max_length", param="safety_identifier")
    for number, tool in enumerate(body.get("tools") or ()):
        _check_tool(tool, f"tools[{number}]")


def input_items(body: Json) -> list[Any]:
    """Return the input as a list of items."""
    given = body.get("input")
    if given is None:
        return []
    if isinstance(given, str):
        return [{"type": "message", "role": "user", "content": given}]
    if not isinstance(given, list):
        raise ApiError("Invalid type for 'input'.", param="input")
    return given


def conversation_id(body: Json) -> str | None:
    """Return the conversation that is meant."""
    given = body.get("conversation")
    return given["id"] if isinstance(given, dict) else given


def may_call(body: Json) -> bool:
    """Return whether functions may be called."""
    return bool(body.get("tool_choice", "auto") != "none")


def offered_tools(body: Json) -> list[Json]:
    """Return the function tools that may be called this time."""
    tools = [tool for tool in body.get("tools") or () if tool.get("type") == "function"]
    choice = body.get("tool_choice")
    match choice:
        case {"type": "allowed_tools", "tools": list(allowed)}:
            names = {tool.get("name") for tool in allowed}
            return [tool for tool in tools if tool["name"] in names]
        case {"type": "function", "name": name}:
            return [tool for tool in tools if tool["name"] == name]
        case _:
            return tools


def _check_tool(tool: Any, where: str) -> None:
    if not isinstance(tool, dict) or not tool.get("type"):
        raise ApiError("Invalid tool.", param=where)
    if tool["type"] != "function":
        return
    if not tool.get("name") or not all(c.isalnum() or c in "_-" for c in tool["name"]):
        raise ApiError("Invalid function name.", param=f"{where}.name")
    if tool.get("strict") is not False:
        _check_strict(tool.get("parameters") or {}, tool["name"], f"{where}.parameters")


def _check_strict(schema: Mapping[str, Any], name: str, where: str) -> None:
    properties = schema.get("properties", {})
    strict = schema.get("additionalProperties") is False
    if not strict or set(schema.get("required", ())) != set(properties):
        text = (
            f"Invalid schema for function '{name}': 'additionalProperties' is required to be "
            "false and 'required' to hold every key in properties."
        )
        raise ApiError(text, code="invalid_function_parameters", param=where)


def _unsupported(effort: str) -> ApiError:
    text = f"Unsupported value: '{effort}' is not supported with this model."
    return ApiError(text, code="unsupported_value", param="reasoning.effort")
