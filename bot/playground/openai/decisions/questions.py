"""The questions of a request for decisions: what is checked of them, and what they offer."""

from collections.abc import Collection, Sequence
from typing import Any

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.decisions import evidence
from bot.playground.openai.errors import ApiError

_MOST = 400
_COMMON = frozenset({"type", "name", "instructions"})
_FIELDS = {
    "predicate": _COMMON,
    "choice": _COMMON | {"choices"},
    "score": _COMMON | {"levels"},
}
_FEWEST_OPTIONS = 2
_MOST_CHOICES = 255


def checked(given: Any) -> Sequence[Json]:
    """Return the questions of a request. Raises ApiError."""
    _check_length("questions", given, 1, _MOST)
    for place, one in enumerate(given):
        _check(one, f"questions[{place}]")
    return list(given)


def options(question: Json) -> Sequence[tuple[str, str]]:
    """Return what may be chosen, or the levels: their names, and what they are about."""
    name = "value" if question["type"] == "choice" else "label"
    return [
        (str(one[name]), one.get("description") or str(one[name]))
        for one in question.get("choices") or question.get("levels") or ()
    ]


def _check(question: Any, where: str) -> None:
    if not isinstance(question, dict):
        raise errors.wrong_type(where, "an object")
    kind = question.get("type")
    if kind is None:
        raise errors.missing(f"{where}.type")
    if kind not in _FIELDS:
        raise errors.wrong_value(f"{where}.type", kind, ", ".join(f"'{one}'" for one in _FIELDS))
    _check_fields(question, where, _FIELDS[kind], {"instructions"})
    evidence.check_instructions(question["instructions"], f"{where}.instructions")
    if kind == "choice":
        _check_options(question, where, "choices", "value", str | bool, _MOST_CHOICES)
    elif kind == "score":
        _check_options(question, where, "levels", "label", str, None)


def _check_options(
    question: Json, where: str, field: str, name: str, types: Any, most: int | None
) -> None:
    """Raise unless each option has a value of its own; text and booleans are never the same."""
    if field not in question:
        raise errors.missing(f"{where}.{field}")
    given = question[field]
    _check_length(f"{where}.{field}", given, _FEWEST_OPTIONS, most)
    for place, option in enumerate(given):
        at = f"{where}.{field}[{place}]"
        if not isinstance(option, dict):
            raise errors.wrong_type(at, "an object")
        _check_fields(option, at, {name, "description"}, {name})
        if not isinstance(option[name], types):
            raise errors.wrong_type(f"{at}.{name}", "a string or a boolean")
    if len({(type(one[name]), one[name]) for one in given}) < len(given):
        text = f"Invalid '{where}.{field}': each {name} must be unique."
        raise ApiError(text, code="invalid_value", param=f"{where}.{field}")


def _check_fields(given: Json, where: str, known: Collection[str], needed: Collection[str]) -> None:
    for name, value in given.items():
        if name not in known:
            raise errors.unknown_parameter(f"{where}.{name}")
        if name in ("name", "description") and not isinstance(value, str):
            raise errors.wrong_type(f"{where}.{name}", "a string")
    for name in needed:
        if name not in given:
            raise errors.missing(f"{where}.{name}")


def _check_length(where: str, given: Any, fewest: int, most: int | None) -> None:
    if not isinstance(given, list):
        raise errors.wrong_type(where, "an array")
    if not given:
        raise ApiError(f"Invalid '{where}': empty array.", code="empty_array", param=where)
    if len(given) < fewest:
        raise errors.too_few(where, fewest, len(given))
    if most is not None and len(given) > most:
        raise errors.too_many(where, most, len(given))
