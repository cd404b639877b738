"""The elements that messages, modals and the home are made of."""

from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json


def plain_text(words: str) -> Json:
    """Return *words* as Slack wants titles, labels and hints."""
    return {"type": "plain_text", "text": words, "emoji": True}


def section(words: str) -> Json:
    """Return a section of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": words, "verbatim": True}}


def note(mrkdwn: str) -> Json:
    """Return small text below something else."""
    element = {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}
    return {"type": "context", "elements": [element]}


def option(text: str, value: str) -> Json:
    """Return an option of a menu."""
    return {"text": plain_text(text), "value": value}


def labelled_input(name: str, label: str, hint: str, element: Json) -> Json:
    """Return the input *name* of a form, with its label and perhaps a hint."""
    block = {"type": "input", "block_id": name, "label": plain_text(label), "element": element}
    return block | ({"hint": plain_text(hint)} if hint else {})


def literal(words: str, limit: int) -> str:
    """Return *words* on one line for a field that knows neither markup nor entities."""
    safe = sanitize.one_line(words, limit)
    return safe.replace("&lt;", "‹").replace("&gt;", "›").replace("&amp;", "&")  # noqa: RUF001 - look-alikes that cannot become live
