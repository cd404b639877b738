"""Reading values that a model wrote, nearly as JSON or Python."""

import ast
import json
import re
import warnings
from collections.abc import Mapping
from typing import Any

from bot.adapters.openai import one_tool

_LONGEST = 50_000  # characters that are worth reading leniently
_MISSING = ("", "}", "]", "}}", "}]", '"}', '"}}')  # at the end
_BARE_KEY = re.compile(r"([{,]\s*)([A-Za-z_]\w*)\s*:")
_DECODER = json.JSONDecoder(strict=False)  # with line breaks within strings
_NAME = re.compile(r"[\w.]+")
_BLANKS = re.compile(r"[\s,;]*")


def values(text: str) -> list[Any]:
    """Return the values that *text* consists of; none if it is anything else."""
    found, at = [], _after_blanks(text, 0)
    while at < len(text):
        value, at = first(text, at)
        if value is None:
            return []
        found.append(value)
        at = _after_blanks(text, at)
    return found


def first(text: str, at: int) -> tuple[Any, int]:
    """Return the value that begins at *at*, and where it ends; None if there is none."""
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return _mended(text[at:]), len(text)


def calls(text: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the calls of functions that *text* is in Python, with their arguments."""
    parsed = _parsed(text.strip())
    if parsed is None:
        return []
    many = parsed.elts if isinstance(parsed, ast.List | ast.Tuple) else [parsed]
    found = [_call(node) for node in many]
    return [one for one in found if one] if all(found) else []


def _mended(text: str) -> Any:
    """Return the value that *text* would be without its mistakes; None if that is unclear."""
    if len(text) > _LONGEST:
        return None
    quoted = _BARE_KEY.sub(r'\1"\2":', text.rstrip().rstrip(","))
    for missing in _MISSING:
        try:
            return json.loads(quoted + missing, strict=False)
        except (ValueError, RecursionError):
            continue
    node = _parsed(text.strip())
    return None if node is None else _literal(node)


def _parsed(text: str) -> ast.expr | None:
    if len(text) > _LONGEST:
        return None
    with warnings.catch_warnings(action="ignore"):  # about the model's escapes
        try:
            return ast.parse(text, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _call(node: ast.expr) -> tuple[str, Mapping[str, Any]] | None:
    if not isinstance(node, ast.Call):
        return None
    name = ast.unparse(node.func).removesuffix(".call")
    if not _NAME.fullmatch(name):
        return None
    if name == "print" and len(node.args) == 1:
        return _call(node.args[0])
    arguments = {key.arg: _literal(key.value) for key in node.keywords if key.arg}
    keys = one_tool.parameters(name, len(node.args))
    for key, given in zip(keys, map(_literal, node.args), strict=False):
        arguments |= given if isinstance(given, dict) else {key: given}
    return name, arguments


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return None


def _after_blanks(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    return blanks.end() if blanks else at
