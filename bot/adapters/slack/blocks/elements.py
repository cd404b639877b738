"""Elements of messages, modals and the home."""

import json
from collections.abc import Mapping, Sequence

from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import ngettext
from bot.panel.model import Expert

DIVIDER: Json = {"type": "divider"}
_LONGEST_LABEL = 75
MOST_OPTIONS = 100  # in a menu, of what is found, and chosen from the start


def plain_text(text: str, *, emoji: bool = True) -> Json:
    """Return the element for titles, labels and hints; without *emoji*, colons are only colons."""
    return {"type": "plain_text", "text": text, "emoji": emoji}


def header(text: str) -> Json:
    return {"type": "header", "text": plain_text(text, emoji=False)}


def button(action_id: str, text: str, label: str, value: str = "", style: str = "") -> Json:
    """Return a button; *label* is what screen readers say."""
    optional = {name: given for name, given in (("value", value), ("style", style)) if given}
    return {
        "type": "button",
        "action_id": action_id,
        "text": plain_text(text),
        "accessibility_label": label[:_LONGEST_LABEL],
        **optional,
    }


def modal(
    title: str,
    blocks: Sequence[Json],
    *,
    close: str,
    form: str = "",
    metadata: Json | None = None,
    submit: str = "",
) -> Json:
    """Return a modal; *form* is the callback_id of one that is submitted, with its *metadata*."""
    purpose = {"callback_id": form, "private_metadata": json.dumps(metadata)} if form else {}
    text = {"title": plain_text(title), "close": plain_text(close)}
    text |= {"submit": plain_text(submit)} if submit else {}
    return {"type": "modal", **purpose, **text, "blocks": list(blocks)}


def section(mrkdwn: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}}


def note(mrkdwn: str) -> Json:
    element = {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}
    return {"type": "context", "elements": [element]}


def and_more(count: int) -> str:
    return ngettext("And {count} more.", "And {count} more.", count)


def option(text: str, value: str, description: str = "") -> Json:
    described = {"description": plain_text(description)} if description else {}
    return {"text": plain_text(text), "value": value, **described}


def select(action_id: str, options: Mapping[str, Json], chosen: str, placeholder: str = "") -> Json:
    """Return a menu of *options*, by value, of which one is always chosen."""
    hint = {"placeholder": plain_text(placeholder)} if placeholder else {}
    return {
        "type": "static_select",
        "action_id": action_id,
        "options": list(options.values()),
        "initial_option": options[chosen],
        **hint,
    }


def labelled_input(
    name: str, label: str, hint: str, element: Json, *, optional: bool = False
) -> Json:
    """Return the input *name* of a form, with a label and, unless empty, a hint."""
    more = ({"hint": plain_text(hint)} if hint else {}) | ({"optional": True} if optional else {})
    return {
        "type": "input",
        "block_id": name,
        "label": plain_text(label),
        "element": element,
    } | more


def text_input(action_id: str, longest: int, *, value: str = "", example: str = "") -> Json:
    """Return a field for *longest* characters of text, with *value* in it."""
    filled: Json = {"initial_value": value} if value else {}
    filled |= {"placeholder": plain_text(example)} if example else {}
    return {
        "type": "plain_text_input",
        "action_id": action_id,
        "max_length": longest,
        **filled,
    }


def shortened(text: str, longest: int) -> str:
    """Return *text*, cut with a mark if it is longer than that."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def literal(text: str, limit: int) -> str:
    """Return *text* on one line, for a field that knows neither markup nor entities."""
    line = sanitize.one_line(text, limit)
    return line.replace("&lt;", "‹").replace("&gt;", "›").replace("&amp;", "&")  # noqa: RUF001 - look-alikes that cannot become live


def verbatim(text: str) -> Json:
    """Return *text* unchanged in a block where nothing formats or pings."""
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [element]}


def menu(
    action_id: str, placeholder: str, options: Sequence[Json], chosen: Sequence[Json] | None = None
) -> Json:
    """Return a menu of *options*; one in which several may be chosen if some are *chosen* already.

    Slack asks for the options of a large one as people type: see ``expert_search``.
    """
    is_small = len(options) <= MOST_OPTIONS
    several = "" if chosen is None else "multi_"
    return {
        "type": f"{several}{'static' if is_small else 'external'}_select",
        "action_id": action_id,
        "placeholder": plain_text(placeholder),
        **({"options": list(options)} if is_small else {"min_query_length": 0}),
        **({"initial_options": list(chosen[:MOST_OPTIONS])} if chosen else {}),
    }


def described(expert: Expert) -> Json:
    title, purpose = (shortened(text, _LONGEST_LABEL) for text in (expert.title, expert.purpose))
    return option(title, expert.name, purpose)
