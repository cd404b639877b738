"""What a request for a response may say, and what OpenAI answers to what it may not."""

from typing import Any

from bot.json_types import Json
from bot.playground.openai import errors, models
from bot.playground.openai.conversations.store import checked_metadata
from bot.playground.openai.errors import ApiError
from bot.playground.openai.fields import check_fields
from bot.playground.openai.responses import compaction
from bot.playground.openai.tools import request_tools

INCLUDABLE = frozenset(
    {
        "code_interpreter_call.outputs", "computer_call_output.output.image_url",
        "file_search_call.results", "message.input_image.image_url",
        "message.output_text.logprobs", "reasoning.encrypted_content",
        "web_search_call.action.sources", "web_search_call.results",
    }
)  # fmt: skip
_TYPES: dict[str, tuple[type, str]] = {
    "background": (bool, "a boolean"),
    "include": (list, "an array"),
    "instructions": (str, "a string"),
    "max_output_tokens": (int, "an integer"),
    "parallel_tool_calls": (bool, "a boolean"),
    "previous_response_id": (str, "a string"),
    "prompt_cache_key": (str, "a string"),
    "reasoning": (dict, "an object"),
    "safety_identifier": (str, "a string"),
    "store": (bool, "a boolean"),
    "stream": (bool, "a boolean"),
    "text": (dict, "an object"),
    "tools": (list, "an array"),
}
_FEWEST_TOKENS = 16
_LONGEST_IDENTIFIER = 64
_CONTEXT = ("input", "conversation", "previous_response_id")


def check(body: Json) -> models.Model:
    """Return the model that is to respond; raise if the request is not a good one."""
    check_fields("response", body)
    _check_types(body)
    model = _model(body)
    _check_context(body)
    _check_effort(body, model)
    _check_limits(body)
    _check_streaming(body)
    compaction.check(body)
    request_tools.check(body)
    return model


def conversation_id(body: Json) -> str | None:
    """Return the conversation that is meant."""
    given = body.get("conversation")
    return given.get("id") if isinstance(given, dict) else given


def effort(body: Json, model: models.Model) -> str:
    """Return how much the model is to think."""
    effort = (body.get("reasoning") or {}).get("effort")
    return effort or ("medium" if model.efforts else "none")


def schema(body: Json) -> Json | None:
    """Return the schema that the text has to follow."""
    wanted = (body.get("text") or {}).get("format") or {}
    match wanted.get("type"):
        case "json_schema":
            return wanted.get("schema") or {}
        case "json_object":
            return {"type": "object"}
        case _:
            return None


def _check_types(body: Json) -> None:
    for name, (kind, called) in _TYPES.items():
        value = body.get(name)
        if value is not None and (type(value) is not kind):
            raise errors.wrong_type(name, called)


def _model(body: Json) -> models.Model:
    name = body.get("model")
    if name is None:
        raise errors.missing("model")
    if not isinstance(name, str):
        raise errors.wrong_type("model", "a string")
    return models.find(name)


def _check_context(body: Json) -> None:
    if body.get("conversation") and body.get("previous_response_id"):
        text = (
            "Mutually exclusive parameters: 'conversation' and 'previous_response_id'. "
            "Ensure you are only providing one of them."
        )
        raise ApiError(text, code="mutually_exclusive_parameters", param="conversation")
    if all(body.get(name) is None for name in _CONTEXT):
        text = f"One of {', '.join(repr(name) for name in _CONTEXT)} must be provided."
        raise ApiError(text, code="missing_required_parameter")


def _check_effort(body: Json, model: models.Model) -> None:
    effort = (body.get("reasoning") or {}).get("effort")
    if effort is None:
        return
    if not model.efforts:
        text = "Unsupported parameter: 'reasoning.effort' is not supported with this model."
        raise ApiError(text, code="unsupported_parameter", param="reasoning.effort")
    if effort not in model.efforts:
        supported = ", ".join(f"'{one}'" for one in model.efforts)
        raise errors.unsupported_value("reasoning.effort", effort, model.id, supported)


def _check_limits(body: Json) -> None:
    checked_metadata(body.get("metadata"))
    identifier = body.get("safety_identifier") or ""
    if len(identifier) > _LONGEST_IDENTIFIER:
        raise errors.too_long("safety_identifier", _LONGEST_IDENTIFIER, len(identifier))
    most = body.get("max_output_tokens")
    if most is not None and most < _FEWEST_TOKENS:
        text = (
            "Invalid 'max_output_tokens': integer below minimum value. "
            f"Expected a value >= {_FEWEST_TOKENS}, but got {most} instead."
        )
        raise ApiError(text, code="integer_below_min_value", param="max_output_tokens")
    _check_one_of("truncation", body.get("truncation"), ("auto", "disabled"))
    for number, wanted in enumerate(body.get("include") or ()):
        _check_one_of(f"include[{number}]", wanted, sorted(INCLUDABLE))
    verbosity = (body.get("text") or {}).get("verbosity")
    _check_one_of("text.verbosity", verbosity, ("low", "medium", "high"))


def _check_streaming(body: Json) -> None:
    if body.get("stream_options") is not None and not body.get("stream"):
        text = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise ApiError(text, param="stream_options")
    if body.get("background") and body.get("store") is False:
        raise ApiError("Background mode requires 'store' to be true.", param="background")


def _check_one_of(name: str, value: Any, known: tuple[str, ...] | list[str]) -> None:
    if value is not None and value not in known:
        raise errors.wrong_value(name, value, ", ".join(f"'{one}'" for one in known))
