"""Block Kit ready for the page: every text gets its HTML, rendered here.

The `html` fields written here are all that the page inserts as HTML, so a field of that name in
what a bot sends is dropped.
"""

from collections.abc import Mapping, Sequence

from bot.json_types import Json
from bot.playground.slack.page.markdown import markdown_html
from bot.playground.slack.page.mrkdwn import Names, decoded, mrkdwn_html, plain_html
from bot.playground.slack.page.rich_text import rich_text_html
from bot.playground.slack.workspace.emoji import with_emoji

_RENDERED_FIELDS = ("html", "plain")


def with_html(value: object, names: Names) -> object:
    """Return a copy of *value* (blocks or a view) with the HTML of all texts."""
    if isinstance(value, Mapping):
        return _plain_copy(value, names) | _rendered(value, names)
    if isinstance(value, list | tuple):
        return [with_html(item, names) for item in value]
    return value


def with_ids(blocks: Sequence[Json]) -> list[Json]:
    """Return *blocks*, each with an id."""
    return [{"block_id": f"b{number}"} | block for number, block in enumerate(blocks)]


def with_pressed(block: Json, value: str) -> Json:
    """Return *block* with the feedback button that has *value* marked as pressed."""
    if block.get("type") != "context_actions":
        return block
    marked = [{**element, "pressed": value} for element in block["elements"]]
    return block | {"elements": marked}


def _plain_copy(value: Mapping[str, object], names: Names) -> dict[str, object]:
    return {k: with_html(v, names) for k, v in value.items() if k not in _RENDERED_FIELDS}


def _rendered(value: Mapping[str, object], names: Names) -> dict[str, object]:
    match value:
        case {"type": "markdown" | "mrkdwn" | "plain_text" as kind, "text": str(text)}:
            return _text(str(kind), text, names)
        case {"type": "rich_text", "elements": list(elements)}:
            return {"html": rich_text_html(elements, names)}
        case _:
            return {}


def _text(kind: str, text: str, names: Names) -> dict[str, object]:
    if kind == "markdown":
        return {"html": markdown_html(text, names)}
    html = mrkdwn_html(text, names) if kind == "mrkdwn" else plain_html(text)
    return {"html": html, "plain": with_emoji(decoded(text))}
