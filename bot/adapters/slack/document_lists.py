"""Documents as people read of them: lists with buttons, and what the others are told."""

import json
from collections.abc import Sequence
from math import ceil
from typing import Any

from bot.adapters.slack import text
from bot.adapters.slack.lesson_forms import Pupil
from bot.adapters.slack.panel_lists import Answer
from bot.panel.knowledge import Document, DocumentState
from bot.panel.model import Expert, UserId
from bot.panel.teaching import Kept

Json = dict[str, Any]

REMOVE = "remove_document"
_MOST = 40  # of fifty blocks
_STATES = {
    DocumentState.INDEXING: " · still being read",
    DocumentState.READY: "",
    DocumentState.FAILED: " · cannot be used",
}


def documents(pupil: Pupil, expert: Expert, kept: Sequence[Kept]) -> Answer:
    """Return what an expert can look up; its own documents there with a button to remove them."""
    title = text.mrkdwn(expert.title)
    if not kept:
        return _answer(f"{title} has no documents. `/experts teach {expert.name}` changes that.")
    when = "for every question" if expert.always_consult else "where they help"
    heading = f"*{title}* consults its documents {when}:"
    blocks = [_section(heading), *(_document(pupil, one) for one in kept[:_MOST])]
    if len(kept) > _MOST:
        more = f"… and {len(kept) - _MOST} more: `panelbot knowledge list` shows them all."
        blocks.append(_section(more))
    lines = (f"• {_line(one)}" for one in kept)
    return Answer("\n".join([heading, *lines])[:3_000], blocks)


def taught(pupil: Pupil, expert: Expert, learnt: Sequence[Document], by: UserId) -> Answer:
    """Return what the channel is told of new documents."""
    where = "all channels" if pupil.for_defaults else "this channel"
    names = ", ".join(_name(document) for document in learnt)
    title = text.mrkdwn(expert.title)
    return _answer(f"<@{by}> gave *{title}* documents to look things up in, for {where}: {names}")


def removed(expert: Expert, document: Document, by: UserId) -> Answer:
    """Return what the channel is told of a document that is gone."""
    return _answer(f"<@{by}> took {_name(document)} from *{text.mrkdwn(expert.title)}*.")


def _document(pupil: Pupil, kept: Kept) -> Json:
    button = {"accessory": _remove(pupil, kept.document)} if kept.is_own else {}
    return _section(_line(kept)) | button


def _line(kept: Kept) -> str:
    document = kept.document
    size = f" · {ceil(document.size / 1024)} kB" if document.size else ""
    inherited = "" if kept.is_own else " · _from the defaults of all channels_"
    return f"{_name(document)}{size}{_STATES[document.state]}{inherited}"


def _remove(pupil: Pupil, document: Document) -> Json:
    question = f"{document.name[:80]} will be deleted."
    return {
        "type": "button",
        "action_id": REMOVE,
        "text": _plain("Remove"),
        "value": json.dumps({**pupil.dump(), "document": document.id}),
        "accessibility_label": f"Remove {document.name}"[:75],
        "confirm": {
            "title": _plain("Remove the document?"),
            "text": _plain(question),
            "confirm": _plain("Remove"),
            "deny": _plain("Keep"),
        },
    }


def _name(document: Document) -> str:
    return f"`{text.mrkdwn(document.name.replace('`', chr(39)))}`"


def _answer(words: str) -> Answer:
    return Answer(words[:3_000], [_section(words)])


def _section(words: str) -> Json:
    shown = {"type": "mrkdwn", "text": words[:3_000], "verbatim": True}
    return {"type": "section", "text": shown}


def _plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}
