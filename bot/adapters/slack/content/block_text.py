"""Blocks as Markdown, in which mentions and links are written as in a message's `text`.

A block of a kind that is not known here says whatever text it holds: a new kind should not be
silent.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from bot.adapters.slack.content import rich_text
from bot.adapters.slack.content.json_access import DEEPEST, LONGEST, child, children, items, string
from bot.adapters.slack.content.rich_text import escaped
from bot.json_types import Json

_BARE_AMPERSAND = re.compile(r"&(?!(?:lt|gt);)")
_BARE_BRACKET = re.compile(r"<(?![@#!]|https?://|mailto:)")
# What is no text, whatever block it is in; and the versions of a block for old clients.
_NO_TEXT = frozenset(
    (
        *("type", "id", "style", "color", "ts", "team", "verbatim", "emoji", "url", "source"),
        *("mimetype", "filetype", "mode", "language", "icon_name", "slack_file", "fallback"),
        *("metadata", "workflow", "confirm", "dispatch_action_config"),
    )
)
_NO_TEXT_ENDINGS = ("_id", "_ids", "_url", "_ts")
_FIGURES = frozenset({"value", "x", "y"})  # of a chart's points
_ANSWERS = frozenset({"action_id", "text"})  # beside these, a value is what an app gets back


def all_of(message: Json, depth: int = 0) -> str:
    """Return the blocks of *message* as Markdown."""
    return _joined("\n\n", (markdown(block, depth + 1) for block in children(message, "blocks")))


def markdown(block: Json, depth: int = 0) -> str:
    """Return *block* as Markdown; empty if it has no text."""
    if depth > DEEPEST:
        return ""
    reader = _READERS.get(string(block, "type"), _unknown)
    return reader(block, depth)


def _unknown(block: Json, depth: int) -> str:
    return _joined("\n", _texts(block, depth)) or _any(block.get("fallback"), depth + 1)


def _markdown(block: Json, _depth: int) -> str:
    text = _BARE_AMPERSAND.sub("&amp;", string(block, "text"))  # only brackets are escaped here
    return _BARE_BRACKET.sub("&lt;", text)


def _header(block: Json, _depth: int) -> str:
    text = " ".join(_text(block.get("text")).split())
    return f"## {text}" if text else ""


def _elements(separator: str, block: Json, depth: int) -> str:
    return _joined(separator, (_any(element, depth) for element in items(block, "elements")))


def _button(block: Json, depth: int) -> str:
    return _joined(" ", (f"[{text}]" for text in _texts(block, depth) if text))


def _image(block: Json, depth: int) -> str:
    texts = dict.fromkeys(_texts(block, depth))  # its title is often its description, too
    return _joined(" ", (f"[image: {text}]" for text in texts if text))


def _section(block: Json, depth: int) -> str:
    texts = [_text(block.get("text")), *map(_text, items(block, "fields"))]
    return _joined("\n", [*texts, markdown(child(block, "accessory"), depth + 1)])


def _text(value: object) -> str:
    """Return a text object, or a plain string, as in a message's `text`."""
    if isinstance(value, str):
        return escaped(value[:LONGEST])
    text = string(value, "text")
    is_mrkdwn = isinstance(value, dict) and value.get("type") == "mrkdwn"
    return text if is_mrkdwn else escaped(text)


def _table(block: Json, depth: int) -> str:
    rows = ([_cell(cell, depth) for cell in _cells(row)] for row in items(block, "rows"))
    caption = " ".join(_text(block.get("caption")).split())
    return _joined("\n\n", (caption, rich_text.table(rows)))


def _cells(row: object) -> list[Any]:
    return list(row) if isinstance(row, list | tuple) else items(row, "cells")


def _cell(cell: object, depth: int) -> str:
    match cell:
        case {"type": "raw_number", "value": int() | float() as value} if not string(cell, "text"):
            return str(value)
        case {"type": "raw_text" | "raw_number", "text": str(text)}:
            return escaped(text)
        case _:
            return _any(cell, depth)


def _any(value: object, depth: int) -> str:
    if isinstance(value, str):
        return escaped(value[:LONGEST])
    if isinstance(value, dict):
        return markdown(value, depth + 1)
    if isinstance(value, list | tuple) and depth <= DEEPEST:
        return _joined("\n", (_any(item, depth + 1) for item in value))
    return ""


def _texts(block: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Yield every text in *block*, in order, and the figures of charts."""
    if depth > DEEPEST:
        return
    for key, value in block.items():
        if key in _FIGURES and isinstance(value, int | float) and not isinstance(value, bool):
            yield str(value)
        elif _is_text(str(key), block):
            yield _any(value, depth + 1)


def _is_text(key: str, block: Mapping[str, Any]) -> bool:
    if key == "value":
        return _ANSWERS.isdisjoint(block)
    return key not in _NO_TEXT and not key.endswith(_NO_TEXT_ENDINGS)


def _joined(separator: str, parts: Iterable[str]) -> str:
    return separator.join(part for part in parts if part.strip())


_READERS: Mapping[str, Callable[[Json, int], str]] = {
    "actions": partial(_elements, " "),
    "button": _button,
    "context": partial(_elements, " · "),
    "context_actions": partial(_elements, " "),
    "data_table": _table,
    "divider": lambda _block, _depth: "---",
    "header": _header,
    "image": _image,
    "markdown": _markdown,
    "mrkdwn": lambda block, _depth: _text(block),
    "plain_text": lambda block, _depth: _text(block),
    "rich_text": rich_text.markdown,
    "section": _section,
    "table": _table,
    "workflow_button": _button,
}
