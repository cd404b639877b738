"""`markdown` blocks as the `rich_text` that Slack may make of them: of their emphasis, bold."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

from bot.json_types import Json

_ANY_BOLD = re.compile(r"\*\*(.+?)\*\*")
_COMMONMARK = MarkdownIt("commonmark", {"html": False})


def as_rich_text(blocks: list[Json], reading: str) -> list[Json]:
    """Return *blocks* with rich text in place of Markdown, read as CommonMark or loosely."""
    runs = _commonmark if reading == "CommonMark" else _loosely
    return [
        _rich_text(list(runs(block["text"]))) if block["type"] == "markdown" else block
        for block in blocks
    ]


def _rich_text(runs: list[tuple[str, bool]]) -> Json:
    elements: list[Json] = [
        {"type": "text", "text": text} | ({"style": {"bold": True}} if bold else {})
        for text, bold in runs
        if text
    ]
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "elements": [section]}


def _commonmark(text: str) -> Iterator[tuple[str, bool]]:
    for token in _COMMONMARK.parse(text):
        bold = False
        for child in token.children or []:
            bold = {"strong_open": True, "strong_close": False}.get(child.type, bold)
            yield child.content, bold


def _loosely(text: str) -> Iterator[tuple[str, bool]]:
    for number, run in enumerate(_ANY_BOLD.split(text)):
        yield run, number % 2 == 1
