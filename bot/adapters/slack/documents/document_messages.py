"""Documents as people read of them: lists with buttons, and what the others are told."""

import json
from collections.abc import Sequence
from math import ceil

from bot.adapters.slack.blocks.answers import Answer
from bot.adapters.slack.blocks.elements import section
from bot.adapters.slack.documents.document_forms import DocumentTarget
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import gettext, ngettext, number
from bot.panel.model import Expert, UserId
from bot.panel.roster.expert_documents import ExpertDocument
from bot.panel.roster.knowledge import Document, DocumentState

REMOVE = "remove_document"
_MOST = 40  # of fifty blocks


def documents(target: DocumentTarget, expert: Expert, kept: Sequence[ExpertDocument]) -> Answer:
    """Return what an expert can look up; its own documents there with a button to remove them."""
    title = sanitize.mrkdwn(expert.title)
    if not kept:
        return _answer(
            gettext(
                "{expert} has no documents. `/experts teach {name}` changes that.",
                expert=title,
                name=expert.name,
            )
        )
    heading = f"*{title}* {consulting(expert)}:"
    blocks = [_section(heading), *(_document(target, one) for one in kept[:_MOST])]
    if len(kept) > _MOST:
        more = ngettext(
            "… and {count} more: `panelbot knowledge list` shows them all.",
            "… and {count} more: `panelbot knowledge list` shows them all.",
            len(kept) - _MOST,
        )
        blocks.append(_section(more))
    lines = (f"• {_line(one)}" for one in kept)
    return Answer("\n".join([heading, *lines])[:3_000], blocks)


def consulting(expert: Expert) -> str:
    """Return when an expert consults its documents."""
    if expert.always_consult:
        return gettext("consults its documents for every question")
    return gettext("consults its documents where they help")


def taught(target: DocumentTarget, expert: Expert, added: Sequence[Document], by: UserId) -> Answer:
    """Return what the channel is told of new documents."""
    told = {
        "person": f"<@{by}>",
        "expert": f"*{sanitize.mrkdwn(expert.title)}*",
        "documents": ", ".join(_name(document) for document in added),
    }
    if target.for_defaults:
        return _answer(
            gettext(
                "{person} gave {expert} documents to look things up in, for all channels: "
                "{documents}",
                **told,
            )
        )
    return _answer(
        gettext(
            "{person} gave {expert} documents to look things up in, for this channel: {documents}",
            **told,
        )
    )


def removed(expert: Expert, document: Document, by: UserId) -> Answer:
    """Return what the channel is told of a document that is gone."""
    return _answer(
        gettext(
            "{person} took {document} from {expert}.",
            person=f"<@{by}>",
            document=_name(document),
            expert=f"*{sanitize.mrkdwn(expert.title)}*",
        )
    )


def _document(target: DocumentTarget, kept: ExpertDocument) -> Json:
    button = {"accessory": _remove(target, kept.document)} if kept.is_own else {}
    return _section(_line(kept)) | button


def _line(kept: ExpertDocument) -> str:
    document = kept.document
    told = [_name(document)]
    if document.size:
        told.append(gettext("{size} kB", size=number(ceil(document.size / 1024))))
    match document.state:
        case DocumentState.INDEXING:
            told.append(gettext("still being read"))
        case DocumentState.FAILED:
            told.append(gettext("cannot be used"))
    if not kept.is_own:
        inherited = gettext("from the defaults of all channels")
        told.append(f"_{inherited}_")
    return " · ".join(told)


def _remove(target: DocumentTarget, document: Document) -> Json:
    question = gettext("{document} will be deleted.", document=document.name[:80])
    label = gettext("Remove {document}", document=document.name)
    return {
        "type": "button",
        "action_id": REMOVE,
        "text": _plain(gettext("Remove")),
        "value": json.dumps({**target.dump(), "document": document.id}),
        "accessibility_label": label[:75],
        "confirm": {
            "title": _plain(gettext("Remove the document?")),
            "text": _plain(question),
            "confirm": _plain(gettext("Remove")),
            "deny": _plain(gettext("Keep it")),
        },
    }


def _name(document: Document) -> str:
    return f"`{sanitize.mrkdwn(document.name.replace('`', chr(39)))}`"


def _answer(words: str) -> Answer:
    return Answer(words[:3_000], [_section(words)])


def _section(words: str) -> Json:
    return section(words[:3_000])


def _plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}
