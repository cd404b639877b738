"""What decisions are made about: messages, calls and their outputs, with text, images and JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.errors import ApiError
from bot.playground.openai.items import items

_JSON = "input_json"
_INSTRUCTION_PARTS = ("input_text", "input_image", _JSON)
_PARTS: Mapping[str, Sequence[str]] = {
    "user": _INSTRUCTION_PARTS,
    "system": ("input_text",),
    "developer": ("input_text",),
    "assistant": ("output_text", "refusal"),
}
_CALLS = ("function_call", "custom_tool_call")
_OUTPUTS = tuple(f"{kind}_output" for kind in _CALLS)
_KINDS = ("message", *_CALLS, *_OUTPUTS)
_DEEPEST = 32  # containers in each other
_MOST_VALUES = 10_000
_MOST_BYTES = 256 * 1024


def taken(given: Any) -> Sequence[Json]:
    """Return the input as the items of a conversation. Raises ApiError."""
    if isinstance(given, str):
        return items.taken(given, "input")
    if not isinstance(given, list):
        raise errors.wrong_type("input", "a string or an array of items")
    if not given:
        raise ApiError("Invalid 'input': empty array.", code="empty_array", param="input")
    shown = [_item(item, f"input[{place}]") for place, item in enumerate(given)]
    called = set[Any]()
    for item in shown:
        if item["type"] == "function_call_output" and item.get("call_id") not in called:
            raise errors.no_call(str(item.get("call_id")))
        called |= {item.get("call_id")} if item["type"] == "function_call" else set()
    return items.taken(shown, "input")


def check_instructions(given: Any, where: str) -> None:
    """Raise unless *given* is a text, or parts of text, images and JSON."""
    if not isinstance(given, str):
        _check_parts(given, where, _INSTRUCTION_PARTS)


def text_of(content: str | Iterable[Json]) -> str:
    """Return what *content* says in words."""
    if isinstance(content, str):
        return content
    return " ".join(str(part.get("text") or "") or _compact(part.get("data")) for part in content)


def _item(item: Any, where: str) -> Json:
    """Return *item* as one of a conversation, which has no JSON and no custom tools."""
    if not isinstance(item, dict):
        raise errors.wrong_type(where, "an object")
    kind = item.get("type", "message")
    if kind not in _KINDS:
        raise errors.wrong_value(f"{where}.type", kind, ", ".join(f"'{one}'" for one in _KINDS))
    if kind == "message":
        return {**item, "type": kind, **_content(item, where)}
    if kind in _CALLS:
        given = item if kind == "function_call" else {**item, "arguments": item.get("input")}
        kept = ("call_id", "name", "arguments")
        return {"type": "function_call"} | {name: given[name] for name in kept if name in given}
    return {
        "type": "function_call_output",
        "call_id": item.get("call_id"),
        "output": item.get("output"),
    }


def _content(item: Json, where: str) -> Json:
    content: Any = item.get("content")
    role = item.get("role")
    if isinstance(content, str) or not isinstance(role, str) or role not in _PARTS:
        return {}  # the same as in a conversation
    _check_parts(content, f"{where}.content", _PARTS[role])
    return {
        "content": [
            {"type": "input_text", "text": _compact(part["data"])}
            if part["type"] == _JSON
            else part
            for part in content
        ]
    }


def _check_parts(given: Any, where: str, kinds: Sequence[str]) -> None:
    if not isinstance(given, list):
        raise errors.wrong_type(where, "a string or an array of parts")
    for place, part in enumerate(given):
        at = f"{where}[{place}]"
        if not isinstance(part, dict):
            raise errors.wrong_type(at, "an object")
        if part.get("type") not in kinds:
            listed = ", ".join(f"'{one}'" for one in kinds)
            raise errors.wrong_value(f"{at}.type", part.get("type"), listed)
        if part.get("file_id"):
            raise errors.unknown_parameter(f"{at}.file_id")
        if part["type"] == _JSON:
            _check_json(part, at)


def _check_json(part: Json, where: str) -> None:
    param = f"{where}.data"
    if "data" not in part:
        raise errors.missing(param)
    data = part["data"]
    objects = data if isinstance(data, list) else [data]
    if not all(isinstance(one, dict) for one in objects):
        raise errors.wrong_type(param, "an object or an array of objects")
    depths = list(_depths(data))
    for what, limit, found in (
        ("container levels", _DEEPEST, max(depths)),
        ("values", _MOST_VALUES, len(depths)),
        ("bytes of compact JSON", _MOST_BYTES, len(_compact(data).encode())),
    ):
        if found > limit:
            text = f"Invalid '{param}': expected at most {limit} {what}, but got {found} instead."
            raise ApiError(text, code="invalid_value", param=param)


def _depths(data: Any) -> Iterator[int]:
    """Yield in how many containers each value is, itself counted if it is one."""
    left = [(data, 1)]
    while left:
        value, depth = left.pop()
        is_container = isinstance(value, dict | list)
        yield depth if is_container else depth - 1
        inner = value.values() if isinstance(value, dict) else value if is_container else ()
        left += [(one, depth + 1) for one in inner]


def _compact(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)
