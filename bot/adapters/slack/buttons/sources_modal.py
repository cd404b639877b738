"""The passages behind a reply: the button under it, and the modal that shows them.

The button's value says where to read the passages.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.adapters.slack.blocks import elements
from bot.json_types import Json
from bot.language import gettext
from bot.panel.messaging.messenger import Sources
from bot.panel.model import ConversationId
from bot.panel.roster.documents.knowledge import Passage

ACTION = "show_sources"
_MOST_PASSAGES = 20
_LONGEST_PASSAGE = 1_500


def button(sources: Sources) -> Json:
    """Return the button that opens *sources*."""
    value = json.dumps({"conversation": sources.conversation, "ref": sources.ref})
    label = gettext("Sources: the passages that this reply relies on")
    return elements.button(ACTION, gettext("Sources"), label, value)


def read(value: str) -> Sources | None:
    """Return the sources in a button's value; None if it is not valid."""
    try:
        match json.loads(value):
            case {"conversation": str(conversation), "ref": str(ref)} if conversation and ref:
                return Sources(ConversationId(conversation), ref)
    except ValueError:
        pass
    return None


def loading() -> Json:
    """Return the modal to show while the passages are read."""
    return sentence(gettext("Looking up the passages…"))


def sentence(text: str) -> Json:
    """Return a modal with one sentence."""
    return _modal([{"type": "section", "text": elements.plain_text(text)}])


def modal(passages: Sequence[Passage]) -> Json:
    """Return the modal with the passages, or with a sentence if there are none."""
    if not passages:
        return gone()
    blocks = [*_passages(passages[:_MOST_PASSAGES])]
    if (more := len(passages) - _MOST_PASSAGES) > 0:
        blocks.append(elements.note(elements.and_more(more)))
    return _modal(blocks)


def gone() -> Json:
    """Return the modal for passages that cannot be read any more."""
    return sentence(gettext("The passages behind this reply are no longer there."))


def _passages(passages: Sequence[Passage]) -> Iterator[Json]:
    """Yield the blocks of the passages, by document, with their footnotes' numbers."""
    for (number, name), of_document in groupby(passages, key=lambda p: (p.footnote, p.document)):
        yield _rich({"type": "rich_text_section", "elements": _heading(name, number)})
        for passage in of_document:
            text = {"type": "text", "text": _shortened(passage.text)}
            yield _rich({"type": "rich_text_quote", "elements": [text]})


def _heading(name: str, number: int | None) -> list[Json]:
    title = f"{number}. {name}" if number else name
    heading: list[Json] = [{"type": "text", "text": title, "style": {"bold": True}}]
    if number:
        return heading
    not_cited = gettext("found, not cited")
    return [*heading, {"type": "text", "text": f" ({not_cited})"}]


def _shortened(text: str) -> str:
    text = text.strip() or "…"
    return text if len(text) <= _LONGEST_PASSAGE else text[: _LONGEST_PASSAGE - 1] + "…"


def _modal(blocks: Sequence[Json]) -> Json:
    return elements.modal(gettext("Sources"), blocks, close=gettext("Close"))


def _rich(element: Json) -> Json:
    """Return a block in which nothing formats, links or pings."""
    return {"type": "rich_text", "elements": [element]}
