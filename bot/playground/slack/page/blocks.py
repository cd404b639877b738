"""Block Kit ready for the page: every text gets the HTML that the server made of it.

The page puts nothing into itself as HTML but the `html` fields written here, so what a bot
sends under that name is dropped.
"""

from collections.abc import Mapping

from bot.playground.slack.page.emoji import with_emoji
from bot.playground.slack.page.markdown import markdown_html
from bot.playground.slack.page.mrkdwn import Names, decoded, mrkdwn_html, plain_html
from bot.playground.slack.page.rich_text import rich_text_html

_OURS = ("html", "plain")


def dressed(value: object, names: Names) -> object:
    """Return a copy of the blocks or view in *value* in which all texts are rendered."""
    if isinstance(value, Mapping):
        return _plain_copy(value, names) | _rendered(value, names)
    if isinstance(value, list | tuple):
        return [dressed(item, names) for item in value]
    return value


def _plain_copy(value: Mapping[str, object], names: Names) -> dict[str, object]:
    return {key: dressed(inside, names) for key, inside in value.items() if key not in _OURS}


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
