"""The passages behind a reply: the button under it, and the modal that shows them.

The button's value says where to read the passages.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.adapters.slack.blocks import elements, rich_text
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.messaging.messenger import Sources
from bot.panel.model import ConversationId
from bot.panel.roster.documents.knowledge import Passage

ACTION = "show_sources"
_MOST_PASSAGES = 20


def button(sources: Sources) -> Json:
    value = json.dumps({"conversation": sources.conversation, "ref": sources.ref})
    label = gettext("Sources: the passages that this reply relies on")
    return elements.button(ACTION, gettext("Sources"), label, value)


def read(value: str) -> Sources:
    """Return the sources in a button's value. Raises Refused if there are none in it."""
    try:
        match json.loads(value):
            case {"conversation": str(conversation), "ref": str(ref)} if conversation and ref:
                return Sources(ConversationId(conversation), ref)
    except ValueError:
        pass
    raise gone()


def loading() -> Json:
    return _modal([elements.section(gettext("Looking up the passages…"))])


def modal(passages: Sequence[Passage]) -> Json:
    """Return the modal with the passages. Raises Refused if there are none."""
    if not passages:
        raise gone()
    blocks = [*_passages(passages[:_MOST_PASSAGES])]
    if (more := len(passages) - _MOST_PASSAGES) > 0:
        blocks.append(elements.note(elements.and_more(more)))
    return _modal(blocks)


def gone() -> Refused:
    """Return the refusal of passages that cannot be read any more."""
    return Refused(gettext("The passages behind this reply are no longer there."))


def _passages(passages: Sequence[Passage]) -> Iterator[Json]:
    """Yield the blocks of the passages, by document, with their footnotes' numbers."""
    for (number, name), of_document in groupby(passages, key=lambda p: (p.footnote, p.document)):
        not_cited = gettext("found, not cited")
        heading = [rich_text.bold(f"{number}. {name}" if number else name)]
        heading += [] if number else [rich_text.text(f" ({not_cited})", rich_text.LONGEST_NAME)]
        yield rich_text.block({"type": "rich_text_section", "elements": heading})
        for passage in of_document:
            yield rich_text.block(rich_text.quote(passage.text.strip()))


def _modal(blocks: Sequence[Json]) -> Json:
    return elements.modal(gettext("Sources"), blocks, close=gettext("Close"))
