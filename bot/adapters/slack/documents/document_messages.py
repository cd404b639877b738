"""Messages about documents: lists with buttons, and announcements in the channel."""

import json
from collections.abc import Sequence
from math import ceil

from bot.adapters.slack.blocks.answers import LONGEST_TEXT, Answer
from bot.adapters.slack.blocks.elements import button, plain_text, section
from bot.adapters.slack.blocks.form_target import FormTarget
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import gettext, ngettext, number
from bot.panel.model import Expert, UserId
from bot.panel.roster.documents.expert_documents import DocumentList, ExpertDocument
from bot.panel.roster.documents.knowledge import Document, DocumentState

REMOVE = "remove_document"
_MOST = 40  # of fifty blocks


def documents(target: FormTarget, listed: DocumentList) -> Answer:
    """Return the list of an expert's documents; its own have a button to remove them."""
    expert, entries = listed.expert, listed.entries
    title = sanitize.mrkdwn(expert.title)
    if not entries:
        return _answer(_lost(expert) if listed.lost else _none(expert))
    heading = f"*{title}* {documents_use(expert)}:"
    blocks = [_section(heading), *(_document(target, entry) for entry in entries[:_MOST])]
    if len(entries) > _MOST:
        more = ngettext(
            "… and {count} more: `panelbot knowledge list` shows them all.",
            "… and {count} more: `panelbot knowledge list` shows them all.",
            len(entries) - _MOST,
        )
        blocks.append(_section(more))
    lines = [f"• {_line(entry)}" for entry in entries]
    if listed.lost:
        blocks.append(_section(_lost(expert)))
        lines.insert(0, _lost(expert))
    return Answer("\n".join([heading, *lines])[:LONGEST_TEXT], blocks)


def _none(expert: Expert) -> str:
    return gettext(
        "{expert} has no documents. `/experts teach {name}` changes that.",
        expert=sanitize.mrkdwn(expert.title),
        name=expert.name,
    )


def _lost(expert: Expert) -> str:
    return gettext(
        "{expert} has lost documents: the place where the model service kept them has expired or "
        "was deleted. Add them again: `/experts teach {name}`.",
        expert=sanitize.mrkdwn(expert.title),
        name=expert.name,
    )


def documents_use(expert: Expert) -> str:
    if expert.always_consult:
        return gettext("consults its documents for every question")
    return gettext("consults its documents where they help")


def taught(target: FormTarget, expert: Expert, added: Sequence[Document], by: UserId) -> Answer:
    names = {
        "person": f"<@{by}>",
        "expert": f"*{sanitize.mrkdwn(expert.title)}*",
        "documents": ", ".join(_name(document) for document in added),
    }
    if target.for_defaults:
        return _answer(
            gettext(
                "{person} gave {expert} documents to look things up in, for all channels: "
                "{documents}",
                **names,
            )
        )
    return _answer(
        gettext(
            "{person} gave {expert} documents to look things up in, for this channel: {documents}",
            **names,
        )
    )


def removed(expert: Expert, document: Document, by: UserId) -> Answer:
    return _answer(
        gettext(
            "{person} took {document} from {expert}.",
            person=f"<@{by}>",
            document=_name(document),
            expert=f"*{sanitize.mrkdwn(expert.title)}*",
        )
    )


def _document(target: FormTarget, entry: ExpertDocument) -> Json:
    button = {"accessory": _remove(target, entry.document)} if entry.is_own else {}
    return _section(_line(entry)) | button


def _line(entry: ExpertDocument) -> str:
    document = entry.document
    parts = [_name(document)]
    if document.size:
        parts.append(gettext("{size} kB", size=number(ceil(document.size / 1024))))
    match document.state:
        case DocumentState.INDEXING:
            parts.append(gettext("still being read"))
        case DocumentState.FAILED:
            parts.append(gettext("cannot be used"))
    if document.problem:
        parts.append(sanitize.mrkdwn(document.problem))
    if not entry.is_own:
        inherited = gettext("from the defaults of all channels")
        parts.append(f"_{inherited}_")
    return " · ".join(parts)


def _remove(target: FormTarget, document: Document) -> Json:
    question = gettext("{document} will be deleted.", document=document.name[:80])
    label = gettext("Remove {document}", document=document.name)
    value = json.dumps({**target.dump(), "document": document.id})
    confirm = {
        "title": plain_text(gettext("Remove the document?")),
        "text": plain_text(question),
        "confirm": plain_text(gettext("Remove")),
        "deny": plain_text(gettext("Keep it")),
    }
    return button(REMOVE, gettext("Remove"), label, value) | {"confirm": confirm}


def _name(document: Document) -> str:
    return f"`{sanitize.mrkdwn(document.name.replace('`', chr(39)))}`"


def _answer(text: str) -> Answer:
    return Answer(text[:LONGEST_TEXT], [_section(text)])


def _section(text: str) -> Json:
    return section(text[:LONGEST_TEXT])
