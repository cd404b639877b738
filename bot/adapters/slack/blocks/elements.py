"""Elements of messages, modals and the home."""

from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json


def plain_text(text: str) -> Json:
    """Return the element for titles, labels and hints."""
    return {"type": "plain_text", "text": text, "emoji": True}


def section(mrkdwn: str) -> Json:
    """Return a section of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}}


def note(mrkdwn: str) -> Json:
    """Return a line of small text."""
    element = {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}
    return {"type": "context", "elements": [element]}


def option(text: str, value: str) -> Json:
    """Return an option of a menu."""
    return {"text": plain_text(text), "value": value}


def labelled_input(name: str, label: str, hint: str, element: Json) -> Json:
    """Return the input *name* of a form, with a label and, unless empty, a hint."""
    block = {"type": "input", "block_id": name, "label": plain_text(label), "element": element}
    return block | ({"hint": plain_text(hint)} if hint else {})


def literal(text: str, limit: int) -> str:
    """Return *text* on one line, for a field that knows neither markup nor entities."""
    line = sanitize.one_line(text, limit)
    return line.replace("&lt;", "‹").replace("&gt;", "›").replace("&amp;", "&")  # noqa: RUF001 - look-alikes that cannot become live
