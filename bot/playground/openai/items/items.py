"""The items of a conversation: taken in as the API allows, kept and shown as the API does."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from secrets import token_hex
from typing import Any

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.items import parts

_LONGEST_TEXT = 10_485_760
_LONGEST_ID = 64
_PREFIXES: Mapping[str, str] = {
    "message": "msg",
    "reasoning": "rs",
    "function_call": "fc",
    "function_call_output": "fco",
    "file_search_call": "fs",
    "web_search_call": "ws",
    "code_interpreter_call": "ci",
    "image_generation_call": "ig",
    "compaction": "cmp",
    "mcp_list_tools": "mcpl",
    "mcp_approval_request": "mcpr",
    "mcp_approval_response": "mcpa",
    "mcp_call": "mcp",
}
_INPUT_PARTS = ("input_text", "input_image", "input_file")
_PARTS: Mapping[str, Sequence[str]] = {
    "user": _INPUT_PARTS,
    "system": _INPUT_PARTS,
    "developer": _INPUT_PARTS,
    "assistant": ("output_text", "refusal"),
}
_CALL_ID = re.compile(r".{1,64}", re.DOTALL)


def new_id(prefix: str) -> str:
    """Return an id such as OpenAI's."""
    return f"{prefix}_{token_hex(24)}"


def taken(given: Any, param: str) -> list[Json]:
    """Return a request's items as they are stored: each with an id, messages in parts."""
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    if not isinstance(given, list):
        raise errors.wrong_type(param, "a string or an array of items")
    return [_taken(item, f"{param}[{number}]") for number, item in enumerate(given)]


def output_text(text: str) -> Json:
    """Return a part of a message that the model wrote."""
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def text_of(item: Mapping[str, Any]) -> str:
    """Return what an item says: a message, a call's arguments or its output."""
    content = item.get("content") or item.get("output") or item.get("arguments") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text") or part.get("refusal") or "" for part in content)


def shown(item: Json, include: Collection[str]) -> Json:
    """Return *item* as the API shows it to somebody who asks to *include* so much."""
    match item["type"]:
        case "file_search_call" if "file_search_call.results" not in include:
            return {**item, "results": None}
        case "code_interpreter_call" if "code_interpreter_call.outputs" not in include:
            return {**item, "outputs": None}
        case "web_search_call" if "web_search_call.action.sources" not in include:
            action = {name: value for name, value in item["action"].items() if name != "sources"}
            return {**item, "action": action}
        case _:
            return dict(item)


def unanswered(items: Iterable[Json]) -> list[str]:
    """Return the ids of the calls among *items* that have no output there."""
    calls: dict[str, None] = {}
    answered = set()
    for item in items:
        if item["type"] == "function_call" and item.get("call_id"):
            calls[item["call_id"]] = None
        elif item["type"] == "function_call_output":
            answered.add(item["call_id"])
    return [call_id for call_id in calls if call_id not in answered]


def undecided(items: Iterable[Json]) -> list[str]:
    """Return the ids of the requests for approval among *items* that nobody has answered there."""
    requests: dict[str, None] = {}
    for item in items:
        if item["type"] == "mcp_approval_request":
            requests[item["id"]] = None
        elif item["type"] == "mcp_approval_response":
            requests.pop(item["approval_request_id"], None)
    return list(requests)


def check_additions(known: Iterable[Json], new: Iterable[Json]) -> None:
    """Raise if *new* items repeat ids or answer what nobody asked."""
    ids, calls, nameless = set(), set(), False
    for item in known:
        ids.add(item["id"])
        calls.add(item.get("call_id"))
        nameless = nameless or (item["type"] == "function_call" and not item.get("call_id"))
    for item in new:
        if item["id"] in ids:
            raise errors.duplicate(item["id"])
        ids.add(item["id"])
        if item["type"] == "function_call":
            calls.add(item["call_id"])
        elif item["type"] == "function_call_output" and not (nameless or item["call_id"] in calls):
            raise errors.no_call(item["call_id"])
        elif item["type"] == "mcp_approval_response" and item["approval_request_id"] not in ids:
            raise errors.no_request(item["approval_request_id"])


def _taken(item: Any, where: str) -> Json:
    if not isinstance(item, dict):
        raise errors.wrong_type(where, "an object")
    kind = item.get("type", "message")
    if kind not in _PREFIXES:
        raise errors.wrong_value(f"{where}.type", kind, _listed(_PREFIXES))
    match kind:
        case "message":
            shown = _message(item, where)
        case "function_call":
            _check_texts(item, where, "call_id", "name", "arguments")
            shown = {"status": "completed", **item}
        case "function_call_output":
            shown = _output(item, where)
        case "reasoning":
            shown = {"summary": [], **item}
        case "mcp_approval_response":
            shown = _approval(item, where)
        case _:
            shown = dict(item)
    return {**shown, "type": kind, "id": _id(item, kind, where)}


def _id(item: Json, kind: str, where: str) -> str:
    given = item.get("id")
    prefix = _PREFIXES[kind]
    if given is None:
        return new_id(prefix)
    if not isinstance(given, str) or not given.startswith(prefix[:2]):
        text = f"Invalid '{where}.id': '{given}'. Expected an ID that begins with '{prefix}'."
        raise errors.ApiError(text, code="invalid_value", param=f"{where}.id")
    if len(given) > _LONGEST_ID:
        raise errors.too_long(f"{where}.id", _LONGEST_ID, len(given))
    return given


def _message(item: Json, where: str) -> Json:
    role, content = item.get("role"), item.get("content")
    if not isinstance(role, str) or role not in _PARTS:
        raise errors.wrong_value(f"{where}.role", role, _listed(_PARTS))
    if isinstance(content, str):
        given = [{"type": _PARTS[role][0], "text": content}]
    elif isinstance(content, list):
        given = content
    else:
        raise errors.wrong_type(f"{where}.content", "a string or an array of parts")
    shown = [_part(part, role, f"{where}.content[{n}]") for n, part in enumerate(given)]
    return {"status": "completed", **item, "content": shown}


def _part(part: Any, role: str, where: str) -> Json:
    if not isinstance(part, dict):
        raise errors.wrong_type(where, "an object")
    kind = part.get("type")
    if not isinstance(kind, str) or kind not in _PARTS[role]:
        raise errors.wrong_value(f"{where}.type", kind, _listed(_PARTS[role]))
    if kind.endswith("_text"):
        _check_texts(part, where, "text")
    match kind:
        case "output_text":
            return output_text("") | part
        case "input_image":
            return parts.image(part, where)
        case "input_file":
            return parts.file(part, where)
        case _:
            return part


def _output(item: Json, where: str) -> Json:
    _check_texts(item, where, "call_id")
    output = item.get("output")
    if isinstance(output, str):
        _check_texts(item, where, "output")
    elif not isinstance(output, list):
        raise errors.wrong_type(f"{where}.output", "a string or an array of parts")
    else:
        output = [_part(part, "user", f"{where}.output[{n}]") for n, part in enumerate(output)]
    return {**item, "status": item.get("status") or "completed", "output": output}


def _approval(item: Json, where: str) -> Json:
    _check_texts(item, where, "approval_request_id")
    if not isinstance(item.get("approve"), bool):
        raise errors.wrong_type(f"{where}.approve", "a boolean")
    return {"reason": None, **item}


def _check_texts(given: Json, where: str, *names: str) -> None:
    for name in names:
        value = parts.text(given, where, name, _LONGEST_TEXT)
        if name == "call_id" and not _CALL_ID.fullmatch(value):
            raise errors.too_long(f"{where}.{name}", 64, len(value))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
