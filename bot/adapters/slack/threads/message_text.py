"""The Markdown of a message, read back from its blocks.

Slack may turn the `markdown` block that we post into others, and the `text` beside it is a short
fallback for notifications.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.json_types import Json

_MARKS = {"bold": "**", "italic": "_", "strike": "~~", "code": "`"}


def markdown(message: Mapping[str, Any]) -> str:
    """Return *message* as Markdown; empty if its blocks have none."""
    parts = (_block(block) for block in message.get("blocks") or ())
    return "\n\n".join(part for part in parts if part)


def _block(block: Json) -> str:
    match block:
        case {"type": "markdown", "text": str(text)}:
            return text.replace("&lt;", "<").replace("&gt;", ">")
        case {"type": "rich_text", "elements": list(elements)}:
            return "\n\n".join(_rich(element) for element in elements)
        case {"type": "header", "text": {"text": str(text)}}:
            return f"## {text}"
        case {"type": "divider"}:
            return "---"
        case {"type": "table", "rows": list(rows)}:
            return _table(rows)
        case _:
            return ""


def _rich(element: Json) -> str:
    parts: Sequence[Json] = element.get("elements") or ()
    match element.get("type"):
        case "rich_text_list":
            return _list(parts, element)
        case "rich_text_quote":
            return "\n".join(f"> {line}" for line in _line(parts).split("\n"))
        case "rich_text_preformatted":
            return f"```\n{''.join(part.get('text', '') for part in parts)}\n```"
        case _:
            return _line(parts)


def _list(items: Iterable[Json], element: Json) -> str:
    indent = "    " * int(element.get("indent") or 0)
    number = "1." if element.get("style") == "ordered" else "-"
    return "\n".join(f"{indent}{number} {_rich(item)}" for item in items)


def _line(parts: Iterable[Json]) -> str:
    return "".join(_piece(part) for part in parts)


def _piece(part: Json) -> str:
    match part:
        case {"type": "link", "url": str(url)}:
            label = part.get("text")
            return _marked(f"{label} ({url})" if label and label != url else url, part)
        case {"type": "emoji", "name": str(name)}:
            return f":{name}:"
        case {"type": "text", "text": str(text)}:
            return _marked(text, part)
        case _:
            return ""


def _marked(text: str, part: Json) -> str:
    for style, mark in _MARKS.items():
        if (part.get("style") or {}).get(style) and text.strip():
            text = f"{mark}{text}{mark}"
    return text


def _table(rows: Sequence[Sequence[Json]]) -> str:
    lines = [" | ".join(_cell(cell) for cell in row) for row in rows]
    rule = " | ".join("---" for _ in rows[0]) if rows else ""
    return "\n".join([*lines[:1], rule, *lines[1:]])


def _cell(cell: Json) -> str:
    text = _block(cell) if cell.get("type") == "rich_text" else str(cell.get("text") or "")
    return text.replace("\n", " ").replace("|", r"\|")
