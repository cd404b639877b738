"""The passages behind a reply: the button under it, and the modal that shows them.

Nothing of them is kept here: the button's value says where they are.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.json_types import Json
from bot.language import gettext
from bot.panel.messaging.messenger import Sources
from bot.panel.model import ConversationId
from bot.panel.roster.knowledge import Passage

ACTION = "show_sources"
_MOST_PASSAGES = 20
_LONGEST_PASSAGE = 1_500


def button(sources: Sources) -> Json:
    """Return the button that opens *sources*."""
    return {
        "type": "button",
        "action_id": ACTION,
        "text": _plain(gettext("Sources")),
        "value": json.dumps({"conversation": sources.conversation, "ref": sources.ref}),
        "accessibility_label": gettext("Sources: the passages that this reply relies on"),
    }


def read(value: str) -> Sources | None:
    """Return what ``button`` wrote."""
    try:
        match json.loads(value):
            case {"conversation": str(conversation), "ref": str(ref)} if conversation and ref:
                return Sources(ConversationId(conversation), ref)
    except ValueError:
        pass
    return None


def loading() -> Json:
    """Return the modal while the passages are read."""
    return sentence(gettext("Looking up the passages…"))


def sentence(text: str) -> Json:
    """Return a modal that says one thing."""
    return _modal([{"type": "section", "text": _plain(text)}])


def modal(passages: Sequence[Passage]) -> Json:
    """Return the modal with the passages, or what it says if there are none."""
    return _modal(list(_shown(passages[:_MOST_PASSAGES]))) if passages else gone()


def gone() -> Json:
    """Return the modal for passages that cannot be read any more."""
    return sentence(gettext("The passages behind this reply are no longer there."))


def _shown(passages: Sequence[Passage]) -> Iterator[Json]:
    """Yield the passages by document, with the numbers of their footnotes."""
    for (number, name), together in groupby(passages, key=lambda p: (p.footnote, p.document)):
        yield _rich({"type": "rich_text_section", "elements": _heading(name, number)})
        for passage in together:
            words = {"type": "text", "text": _shortened(passage.text)}
            yield _rich({"type": "rich_text_quote", "elements": [words]})


def _heading(name: str, number: int | None) -> list[Json]:
    told = f"{number}. {name}" if number else name
    heading: list[Json] = [{"type": "text", "text": told, "style": {"bold": True}}]
    if number:
        return heading
    not_cited = gettext("found, not cited")
    return [*heading, {"type": "text", "text": f" ({not_cited})"}]


def _shortened(text: str) -> str:
    tidy = text.strip() or "…"
    return tidy if len(tidy) <= _LONGEST_PASSAGE else tidy[: _LONGEST_PASSAGE - 1] + "…"


def _modal(blocks: Sequence[Json]) -> Json:
    return {
        "type": "modal",
        "title": _plain(gettext("Sources")),
        "close": _plain(gettext("Close")),
        "blocks": list(blocks),
    }


def _rich(element: Json) -> Json:
    """Return a block in which nothing formats, links or pings."""
    return {"type": "rich_text", "elements": [element]}


def _plain(words: str) -> Json:
    return {"type": "plain_text", "text": words, "emoji": False}
