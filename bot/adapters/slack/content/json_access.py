"""Reading JSON that may be of any shape: what is not as it should be is left out."""

from collections.abc import Iterator
from typing import Any

from bot.json_types import Json

DEEPEST = 24  # levels that are read; nobody writes more
LONGEST = 20_000  # characters of one text that are read: more than is shown
_MOST = 10_000  # items of one list


def string(value: object, key: str) -> str:
    """Return the beginning of the text at *key* of *value*; empty if there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found[:LONGEST] if isinstance(found, str) else ""


def child(value: object, key: str) -> Json:
    """Return the object at *key* of *value*; empty if there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def children(value: object, key: str) -> Iterator[Json]:
    """Yield the objects in the list at *key* of *value*."""
    for item in items(value, key):
        if isinstance(item, dict):
            yield item


def items(value: object, key: str) -> list[Any]:
    """Return the beginning of the list at *key* of *value*; empty if there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return list(found[:_MOST]) if isinstance(found, list | tuple) else []


def number(value: object, key: str) -> int:
    """Return the whole number at *key* of *value*; 0 if there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else 0
