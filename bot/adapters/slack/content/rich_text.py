"""Rich text as Markdown, in which mentions and links are written as in a message's `text`."""

from collections.abc import Iterable

from bot.adapters.slack.content.json_access import DEEPEST, child, children, number, string
from bot.json_types import Json

_MARKS = {"code": "`", "strike": "~~", "italic": "_", "bold": "**"}  # from the inside out
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_DEEPEST_LIST = 8
_LARGEST_NUMBER = 1_000_000


def escaped(text: str) -> str:
    """Return *text* as Slack writes it in a message's `text`: nothing in it is a mention."""
    return text.translate(_ENTITIES)


def markdown(element: Json, depth: int = 0) -> str:
    """Return an element of a `rich_text` block, or a whole one, as Markdown."""
    if depth > DEEPEST:
        return ""
    match element.get("type"):
        case "rich_text":
            blocks = (markdown(part, depth + 1) for part in children(element, "elements"))
            return "\n\n".join(filter(None, blocks))
        case "rich_text_list":
            return _list(element, depth)
        case "rich_text_quote":
            return quoted(_line(element, depth))
        case "rich_text_preformatted":
            return f"```\n{''.join(map(_unstyled, children(element, 'elements')))}\n```"
        case _ if isinstance(element.get("elements"), list):
            return _line(element, depth)
        case _:
            return _piece(element)


def quoted(text: str) -> str:
    """Return *text* as a block quote."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _list(element: Json, depth: int) -> str:
    indent = "    " * min(max(number(element, "indent"), 0), _DEEPEST_LIST)
    first = min(max(number(element, "offset"), 0), _LARGEST_NUMBER) + 1
    is_ordered = element.get("style") == "ordered"
    lines = (
        f"{indent}{f'{place}.' if is_ordered else '-'} {markdown(item, depth + 1)}"
        for place, item in enumerate(children(element, "elements"), first)
    )
    return "\n".join(lines)


def _line(element: Json, depth: int) -> str:
    return "".join(markdown(part, depth + 1) for part in children(element, "elements"))


def _piece(part: Json) -> str:
    return _styled(_unstyled(part), child(part, "style"))


def _unstyled(part: Json) -> str:
    match part:
        case {"type": "link", "url": str(url)}:
            target = escaped(url).replace("|", "%7C")
            label = escaped(string(part, "text"))
            return f"<{target}|{label}>" if label else f"<{target}>"
        case {"type": "emoji", "name": str(name)}:
            return f":{escaped(name)}:"
        case {"type": "user", "user_id": str(user)} if user.isalnum():
            return f"<@{user}>"
        case {"type": "channel", "channel_id": str(channel)} if channel.isalnum():
            return f"<#{channel}>"
        case {"type": "usergroup", "usergroup_id": str(group)} if group.isalnum():
            return f"<!subteam^{group}>"
        case {"type": "broadcast", "range": str(range_)} if range_.isalnum():
            return f"<!{range_}>"
        case {"type": "color", "value": str(color)}:
            return escaped(color)
        case {"type": "date"}:
            return escaped(string(part, "fallback") or str(number(part, "timestamp") or ""))
        case _:
            return escaped(string(part, "text") or string(part, "fallback"))


def _styled(text: str, style: Json) -> str:
    if text.strip():
        for name, mark in _MARKS.items():
            if style.get(name):
                text = f"{mark}{text}{mark}"
    return text


def table(rows: Iterable[Iterable[str]]) -> str:
    """Return a table; the first row is its head."""
    lines = [[_cell(text) for text in row] for row in rows]
    if not any(lines):
        return ""
    rule = ["---"] * max(map(len, lines))
    return "\n".join(map(_row, [lines[0], rule, *lines[1:]]))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
