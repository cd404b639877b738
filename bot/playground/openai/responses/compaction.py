"""Compaction: the older part of what a model reads becomes one item, which only it can open.

1. Items stay where they are kept; a model reads those from the newest compaction on.
2. Nobody but this module opens an item: elsewhere its content means nothing.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.items.items import new_id, text_of

_FEWEST_TOKENS = 1_000
_LONGEST_LINE, _LONGEST_SUMMARY = 200, 2_000


def check(body: Json) -> None:
    """Raise unless the request manages its context as the API allows."""
    given = body.get("context_management")
    if given is None:
        return
    if not isinstance(given, list) or not given:
        raise errors.wrong_type("context_management", "a non-empty array")
    for number, entry in enumerate(given):
        where = f"context_management[{number}]"
        if not isinstance(entry, dict):
            raise errors.wrong_type(where, "an object")
        if entry.get("type") != "compaction":
            raise errors.wrong_value(f"{where}.type", entry.get("type"), "'compaction'")
        threshold = entry.get("compact_threshold")
        if threshold is not None and (type(threshold) is not int or threshold < _FEWEST_TOKENS):
            expected = f"an integer of at least {_FEWEST_TOKENS}"
            raise errors.wrong_type(f"{where}.compact_threshold", expected)


def is_due(body: Json, read: int) -> bool:
    """Return whether a model that has to *read* so many tokens is to compact them."""
    limits = [entry.get("compact_threshold") for entry in body.get("context_management") or ()]
    return any(limit is not None and read > limit for limit in limits)


def compacted(seen: Sequence[Json]) -> Json:
    """Return the item that stands for all that was *seen*."""
    texts = [text_of(item)[:_LONGEST_LINE] for item in seen if item["type"] == "message"]
    summary = "\n".join(texts)[-_LONGEST_SUMMARY:]
    sealed = b64encode(summary.encode()).decode()
    return {"id": new_id("cmp"), "type": "compaction", "encrypted_content": sealed}


def visible(items: Sequence[Json]) -> list[Json]:
    """Return what a model reads of *items*: all from the newest compaction on, which it opens."""
    places = [place for place, item in enumerate(items) if item["type"] == "compaction"]
    if not places:
        return list(items)
    newest, *later = items[places[-1] :]
    summary = b64decode(newest["encrypted_content"]).decode()
    part = {"type": "input_text", "text": f"What was said before:\n{summary}"}
    opened = {"id": newest["id"], "type": "message", "role": "system", "content": [part]}
    return [{**opened, "status": "completed"}, *later]
