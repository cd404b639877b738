"""How many tools a request may have, and how large their schemas may be."""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.errors import ApiError

MOST_TOOLS = 128
_LONGEST_DESCRIPTION = 1_024
# Of a strict schema:
_MOST_PROPERTIES, _MOST_VALUES, _MOST_CHARACTERS = 5_000, 1_000, 120_000
_LARGE, _MOST_IN_LARGE = 250, 15_000  # values of one enumeration, and all their characters


def check_number(tools: Sequence[Any], most: int = MOST_TOOLS) -> None:
    """Raise if there are too many *tools*."""
    if len(tools) > most:
        raise errors.too_many("tools", most, len(tools))


def check_description(function: Json, where: str) -> None:
    """Raise if the description of *function* is too long."""
    text = function.get("description") or ""
    if not isinstance(text, str):
        raise errors.wrong_type(f"{where}.description", "a string")
    if len(text) > _LONGEST_DESCRIPTION:
        raise errors.too_long(f"{where}.description", _LONGEST_DESCRIPTION, len(text))


def check_schema(schema: Json, owner: str, param: str) -> None:
    """Raise if a strict *schema* is too large."""
    parts = [*_parts(schema)]
    enums = [[str(value) for value in part["enum"]] for part in parts if part.get("enum")]
    names = [name for part in parts for name in part.get("properties") or ()]
    values = [value for enum in enums for value in enum]
    _check_size("object properties", len(names), _MOST_PROPERTIES, owner, param)
    _check_size("enum values", len(values), _MOST_VALUES, owner, param)
    characters = sum(map(len, (*names, *values)))
    _check_size("characters of names and values", characters, _MOST_CHARACTERS, owner, param)
    for enum in enums:
        if len(enum) > _LARGE:
            what = f"characters in an enum of more than {_LARGE} values"
            _check_size(what, sum(map(len, enum)), _MOST_IN_LARGE, owner, param)


def _check_size(what: str, size: int, most: int, owner: str, param: str) -> None:
    if size > most:
        text = (
            f"Invalid schema for {owner}: Expected at most {most} {what} in total within a single "
            f"schema when using structured outputs, but received {size}. Consider reducing the "
            "number of them, or use 'strict: false' to opt out of structured outputs."
        )
        raise ApiError(text, code="invalid_function_parameters", param=param)


def _parts(schema: Any) -> Iterator[Json]:
    """Yield *schema* and every schema within it."""
    if not isinstance(schema, dict):
        return
    yield schema
    for holder in ("properties", "$defs"):
        for part in (schema.get(holder) or {}).values():
            yield from _parts(part)
    for part in schema.get("anyOf") or ():
        yield from _parts(part)
    yield from _parts(schema.get("items"))
