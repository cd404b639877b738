"""The passages behind a reply: a button on it opens them in a modal.

Nothing of them is kept here: the button carries where they are, and they are read there when
somebody wants to see them.
"""

import json
import logging
from collections.abc import Iterator, Sequence
from itertools import groupby

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.api.web_api import SlackApi
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import ConversationGone, PanelError
from bot.panel.messaging.messenger import Sources
from bot.panel.model import ConversationId
from bot.panel.roster.knowledge import KnowledgeBase, Passage

log = logging.getLogger(__name__)

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


def register(app: AsyncApp, knowledge: KnowledgeBase, api: SlackApi) -> None:
    """Let *app* show what *knowledge* found for a reply."""

    async def show(ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        try:
            looking = _modal([_words(gettext("Looking up the passages…"))])
            opened = await api.write(  # at once: Slack waits three seconds for it
                "views.open", trigger_id=body["trigger_id"], view=looking
            )
            found = await _found(knowledge, _read(action.get("value", "")))
            await api.write("views.update", view_id=opened["view"]["id"], view=_modal(found))
        except PanelError as error:
            log.warning("sources.not_shown", extra={"reason": str(error)})

    app.action(ACTION)(show)


def _read(value: str) -> Sources | None:
    """Return what ``button`` wrote."""
    try:
        match json.loads(value):
            case {"conversation": str(conversation), "ref": str(ref)} if conversation and ref:
                return Sources(ConversationId(conversation), ref)
    except ValueError:
        pass
    return None


async def _found(knowledge: KnowledgeBase, sources: Sources | None) -> Sequence[Json]:
    """Return the passages as blocks, or why there are none."""
    nothing = [_words(gettext("The passages behind this reply are no longer there."))]
    if sources is None:
        return nothing
    try:
        passages = await knowledge.passages(sources.conversation, sources.ref)
    except ConversationGone:
        return nothing
    except PanelError as error:
        log.warning("sources.not_read", extra={"reason": str(error)})
        away = gettext("I cannot read the passages just now; please try again in a minute.")
        return [_words(away)]
    return list(_shown(passages[:_MOST_PASSAGES])) or nothing


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


def _words(words: str) -> Json:
    return {"type": "section", "text": _plain(words)}


def _plain(words: str) -> Json:
    return {"type": "plain_text", "text": words, "emoji": False}
