"""Calls of tools that a model wrote as text, in the ways of many models' templates.

1. What a mark announces is a call. Without one, the whole text has to be calls, but for a short
   paragraph before them.
2. Whether the tools exist, and may be called, is for those to say who offered them.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.adapters.openai import one_tool
from bot.adapters.openai.leaks import loose_values
from bot.adapters.openai.leaks.headers import MarkedCall
from bot.panel.language_model.exchange import ToolCalled, WrittenCalls
from bot.panel.model import CallId

_NAMES = ("name", "tool", "tool_name", "function_name", "function", "action")
_ARGUMENTS = ("arguments", "parameters", "args", "input", "params", "kwargs", "action_input")
_LONGEST_NAME = 120
_LONGEST_PROSE = 300  # characters before calls that no mark announces

_TAG = r"</?(?:｜DSML｜)?"
_INVOKED = re.compile(
    rf"<(?:｜DSML｜)?(?:invoke\s+name=|function(?:=|\s+name=))[\"']?([\w.:-]+)[^>]*>(.*?)"
    rf"(?={_TAG}(?:invoke|function)[\s=>｜]|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_PARAMETER = re.compile(
    rf"<(?:｜DSML｜)?parameter(?:=|\s+name=)[\"']?([\w-]+)[^>]*>(.*?)(?={_TAG}parameter[\s=>｜]|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_KEY_AND_VALUE = re.compile(
    r"<arg_key>\s*([\w-]+)\s*</arg_key>\s*<arg_value>(.*?)(?=</arg_value>|\Z)", re.DOTALL
)
_NOISE = re.compile(
    r"<[|｜][^|｜<>]*[|｜]>|</?[a-z_:]{1,30}>|\[ARGS\]|\[CALL_ID\]\w*|```(?:json)?|\bcall:"
)
_NAME_BEFORE = re.compile(r"([\w.:-]+?)(?::\d+)?(?:\s*Action Input)?\s*:?\s*\Z")
_BEGINNING = re.compile(r"```|[{\[]|^[\w.]+\(", re.MULTILINE)
_FENCED = re.compile(r"```[\w-]*\n(.*?)\n?[ \t]*```\Z", re.DOTALL)

_Named = tuple[str, Mapping[str, Any]]


def read(marked: Sequence[MarkedCall], text: str) -> WrittenCalls | None:
    """Return the *marked* calls, else those that *text* consists of; None if there are none."""
    if marked:
        found = [call for one in marked for call in _in_mark(one.tool, one.body)]
        return WrittenCalls(_numbered(found), text.strip(), marked=True) if found else None
    beginning = _BEGINNING.search(text, 0, len(text) - len(text.lstrip()) + _LONGEST_PROSE)
    if beginning is None or "\n\n" in text[: beginning.start()].strip():
        return None
    prose, rest = text[: beginning.start()].strip(), text[beginning.start() :].strip()
    if rest.startswith("```"):
        fenced = _FENCED.match(rest)
        rest = fenced[1] if fenced else ""
    name = _NAME_BEFORE.search(prose)
    if found := _in_json(rest) or loose_values.calls(rest):
        return WrittenCalls(_numbered(found), prose)
    if name and (found := list(_named_json(f"{name[1]} {rest}"))):
        return WrittenCalls(_numbered(found), prose[: name.start()].strip())
    return None


def _in_mark(tool: str, body: str) -> list[_Named]:
    if tool:
        return [(tool, _arguments(body))]
    if invoked := [(one[1], _arguments(one[2])) for one in _INVOKED.finditer(body)]:
        return invoked
    if "<arg_key>" in body:
        name, _, pairs = body.partition("<arg_key>")
        return [(name.strip(), _arguments(f"<arg_key>{pairs}"))]
    plain = _NOISE.sub(" ", body.replace('<|"|>', '"')).strip()
    return _in_json(plain) or list(_named_json(plain)) or loose_values.calls(plain)


def _arguments(body: str) -> Mapping[str, Any]:
    for pattern in (_PARAMETER, _KEY_AND_VALUE):
        if pairs := {pair[1]: pair[2].strip() for pair in pattern.finditer(body)}:
            return pairs
    found = loose_values.values(_NOISE.sub(" ", body).strip())
    return _dict(found[0]) if found else {}


def _in_json(text: str) -> list[_Named]:
    if not text.startswith(("{", "[")):
        return []
    found = [_call_of(value) for value in _flat(loose_values.values(text))]
    return [call for call in found if call] if all(found) else []


def _named_json(text: str) -> Iterator[_Named]:
    """Yield the calls where *text* has their arguments after their names."""
    at = 0
    while (brace := text.find("{", at)) >= 0:
        name = _NAME_BEFORE.search(text[max(at, brace - _LONGEST_NAME) : brace])
        value, at = loose_values.first(text, brace)
        if not name or value is None:
            return
        yield name[1], _dict(value)


def _flat(found: Iterable[Any]) -> Iterator[Any]:
    for value in found:
        if isinstance(value, list):
            yield from value
        elif isinstance(value, dict) and isinstance(value.get("tool_calls"), list):
            yield from value["tool_calls"]
        else:
            yield value


def _call_of(value: Any) -> _Named | None:
    if not isinstance(value, dict):
        return None
    if isinstance(inner := value.get("function"), dict):
        return _call_of(inner)
    key = next((key for key in _NAMES if isinstance(value.get(key), str)), None)
    if key is None:
        name, given = next(iter(value.items()), ("", None))
        return (name, given) if len(value) == 1 and isinstance(given, dict) else None
    given = next((value[name] for name in _ARGUMENTS if name in value), None)
    others = {name: one for name, one in value.items() if name not in (key, "type", "id")}
    return value[key], others if given is None else _dict(given)


def _dict(given: Any) -> Mapping[str, Any]:
    if isinstance(given, str):
        parsed = loose_values.values(given) if given.lstrip().startswith("{") else []
        given = parsed[0] if parsed else {"brief": given}
    return given if isinstance(given, dict) else {}


def _numbered(found: Iterable[_Named]) -> tuple[ToolCalled, ...]:
    """Return calls with ids of ours; the same text has the same ones."""
    return tuple(_tool_called(number, *call) for number, call in enumerate(found))


def _tool_called(number: int, tool: str, given: Mapping[str, Any]) -> ToolCalled:
    arguments = {str(key): value for key, value in given.items() if isinstance(value, str)}
    content = json.dumps([number, tool, arguments]).encode()
    id_ = CallId(f"text_{hashlib.sha256(content).hexdigest()[:24]}")
    return ToolCalled(id_, *one_tool.called(tool, arguments), written=True)
