"""The tools of a request: validating them, and which ones may be called this time."""

import re
from collections.abc import Iterator
from typing import Any

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.errors import ApiError
from bot.playground.openai.stand_in.hosted_steps import HOSTED
from bot.playground.openai.tools import mcp_servers, tool_limits

_NAME = re.compile(r"[a-zA-Z0-9_-]+")
_MOST_STORES = 2
_MODES = ("none", "auto", "required")
_CHOICES = frozenset(
    {
        "allowed_tools", "apply_patch", "code_interpreter", "computer", "custom", "file_search",
        "function", "image_generation", "mcp", "shell", "web_search", "web_search_preview",
    }
)  # fmt: skip

_HOSTED = frozenset(HOSTED.values())
_KINDS = _CHOICES - {"allowed_tools"}


def check(body: Json) -> None:
    """Raise if the tools or the choice among them are not as they should be."""
    tools = body.get("tools") or []
    tool_limits.check_number(tools)
    for number, tool in enumerate(tools):
        _check_tool(tool, f"tools[{number}]")
    _check_choice(body.get("tool_choice"), tools)
    wanted = (body.get("text") or {}).get("format") or {}
    if wanted.get("type") == "json_schema" and wanted.get("strict"):
        owner = f"response_format '{wanted.get('name')}'"
        _check_strict(wanted.get("schema") or {}, owner, "text.format.schema")


def offered(body: Json) -> list[Json]:
    """Return the functions that may be called this time."""
    tools = [tool for tool in body.get("tools") or () if tool["type"] == "function"]
    match body.get("tool_choice"):
        case {"type": "allowed_tools", "tools": list(allowed)}:
            names = {tool.get("name") for tool in allowed}
            return [tool for tool in tools if tool["name"] in names]
        case {"type": "function", "name": name}:
            return [tool for tool in tools if tool["name"] == name]
        case _:
            return tools


def hosted(body: Json) -> frozenset[str]:
    """Return the model's own tools that may be used this time."""
    if not may_call(body):
        return frozenset()
    return frozenset(tool["type"] for tool in body.get("tools") or ()) & _HOSTED


def searched(body: Json) -> Json | None:
    """Return the tool that searches documents, if it may be called this time."""
    if not may_call(body):
        return None
    tools = (tool for tool in body.get("tools") or () if tool["type"] == "file_search")
    return next(tools, None)


def must_search(body: Json) -> bool:
    """Return whether the documents have to be searched."""
    return bool((body.get("tool_choice") or "auto") == {"type": "file_search"})


def may_call(body: Json) -> bool:
    """Return whether functions may be called."""
    return bool(body.get("tool_choice") != "none")


def must_call(body: Json) -> bool:
    """Return whether a function has to be called."""
    match body.get("tool_choice"):
        case "required" | {"type": "function"} | {"type": "allowed_tools", "mode": "required"}:
            return True
        case _:
            return False


def _check_tool(tool: Any, where: str) -> None:
    if not isinstance(tool, dict):
        raise errors.wrong_type(where, "an object")
    if not tool.get("type"):
        raise errors.missing(f"{where}.type")
    if tool["type"] not in _KINDS:
        raise errors.wrong_value(f"{where}.type", tool["type"], ", ".join(sorted(_KINDS)))
    if tool["type"] == "function":
        check_function(tool, where)
    else:
        _check_own(tool, where)


def _check_own(tool: Json, where: str) -> None:
    """Check a tool that is used on the server's side."""
    if tool["type"] == "code_interpreter" and not tool.get("container"):
        raise errors.missing(f"{where}.container")
    if tool["type"] == "file_search":
        _check_stores(tool.get("vector_store_ids"), f"{where}.vector_store_ids")
    if tool["type"] == "mcp":
        mcp_servers.check(tool, where)


def check_function(tool: Json, where: str, longest_name: int = 128) -> None:
    """Raise if a function is not as it should be."""
    name = tool.get("name")
    if name is None:
        raise errors.missing(f"{where}.name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        text = f"Invalid '{where}.name': expected a string that matches '^[a-zA-Z0-9_-]+$'."
        raise ApiError(text, code="invalid_value", param=f"{where}.name")
    if len(name) > longest_name:
        raise errors.too_long(f"{where}.name", longest_name, len(name))
    tool_limits.check_description(tool, where)
    if tool.get("strict"):
        schema = tool.get("parameters") or {}
        _check_strict(schema, f"function '{name}'", f"{where}.parameters")
        tool_limits.check_schema(schema, f"function '{name}'", f"{where}.parameters")


def _check_stores(wanted: Any, where: str) -> None:
    if not wanted:
        raise errors.missing(where)
    if not isinstance(wanted, list):
        raise errors.wrong_type(where, "an array")
    if len(wanted) > _MOST_STORES:
        raise errors.too_many(where, _MOST_STORES, len(wanted))


def _check_choice(choice: Any, tools: list[Json]) -> None:
    match choice:
        case None:
            return
        case str() if choice not in _MODES:
            raise errors.wrong_value("tool_choice", choice, "'none', 'auto', 'required'")
        case "required" if not tools:
            text = "Tool choice 'required' must be specified with 'tools' parameter."
            raise ApiError(text, param="tool_choice")
        case {"type": "allowed_tools", "tools": list(allowed)}:
            for tool in allowed:
                _check_is_there(tool, tools)
        case {"type": str(kind)} if kind in _CHOICES:
            _check_is_there(choice, tools)
        case str():
            return
        case _:
            raise errors.wrong_type("tool_choice", "a mode or one of the tools")


def _check_is_there(wanted: Json, tools: list[Json]) -> None:
    kind = wanted.get("type")
    named = kind in ("function", "custom")
    for tool in tools:
        if tool["type"] == kind and (not named or tool.get("name") == wanted.get("name")):
            return
    called = wanted.get("name") or kind
    text = f"Tool choice '{called}' not found in 'tools' parameter."
    raise ApiError(text, param="tool_choice")


def _check_strict(schema: Json, owner: str, param: str) -> None:
    for path, part in _objects(schema, ()):
        where = ", ".join(repr(step) for step in path)
        if part.get("additionalProperties") is not False:
            complaint = "'additionalProperties' is required to be supplied and to be false."
            raise errors.invalid_schema(owner, param, where, complaint)
        required = part.get("required") or ()
        for name in part.get("properties") or {}:
            if name not in required:
                complaint = (
                    "'required' is required to be supplied and to be an array including "
                    f"every key in properties. Missing '{name}'."
                )
                raise errors.invalid_schema(owner, param, where, complaint)


def _objects(schema: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Json]]:
    """Yield every schema of an object in *schema*, with the way to it."""
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object" or "properties" in schema:
        yield path, schema
    for holder in ("properties", "$defs"):
        for name, part in (schema.get(holder) or {}).items():
            yield from _objects(part, (*path, holder, name))
    for part in schema.get("anyOf") or ():
        yield from _objects(part, (*path, "anyOf"))
    yield from _objects(schema.get("items"), (*path, "items"))
