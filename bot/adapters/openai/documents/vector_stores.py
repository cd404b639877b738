"""Collections and documents as vector stores and their files tell of them.

A store's metadata say whose documents it holds, so that it is found again where Redis has
forgotten it. A document is a file of the purpose ``assistants``; its name and size go with it
as attributes, since the list of a store's files does not tell them.
"""

from bot.adapters.openai.reading.sent import Sent
from bot.language import gettext
from bot.panel.model import DocumentId, ExpertName
from bot.panel.roster.knowledge import CollectionOwner, Document, DocumentState
from bot.panel.roster.roster import ChannelScope, Scope, WorkspaceScope

_HEAD, _EXPERT = "panelbot", "expert"
_KIND = "1 documents"
_STATES = {
    "in_progress": DocumentState.INDEXING,
    "completed": DocumentState.READY,
}


def pack(owner: CollectionOwner) -> dict[str, str]:
    """Return *holder* as a vector store's metadata."""
    match owner.scope:
        case WorkspaceScope(team):
            place = team
        case ChannelScope(team, channel):
            place = f"{team}/{channel}"
        case _:
            raise ValueError("documents belong to a channel or to all channels")
    return {_HEAD: f"{_KIND} {place}", _EXPERT: owner.expert}


def unpack(store: Sent) -> CollectionOwner | None:
    """Return what ``pack`` made the store's metadata of; None if they are not ours."""
    metadata = store.texts("metadata")
    kind, _, place = metadata.get(_HEAD, "").rpartition(" ")
    if kind != _KIND or _EXPERT not in metadata:
        return None
    team, _, channel = place.partition("/")
    scope: Scope = ChannelScope(team, channel) if channel else WorkspaceScope(team)
    return CollectionOwner(scope, ExpertName(metadata[_EXPERT]))


def document_of(file: Sent) -> Document:
    """Return what a store tells of one of its files."""
    id_, attributes = file.text("id"), file.part("attributes")
    state = _STATES.get(file.optional_text("status"), DocumentState.FAILED)
    code = file.part("last_error").optional_text("code")
    return Document(
        DocumentId(id_),
        attributes.optional_text("name") or id_,
        attributes.number("size"),
        state,
        _problem(code) if state is DocumentState.FAILED else "",
    )


def _problem(code: str) -> str:
    match code:
        case "unsupported_file":
            return gettext("files of this kind cannot be searched")
        case "invalid_file":
            return gettext(
                "nothing could be read in it (is it protected, only pictures, or text that is not "
                "UTF-8?)"
            )
        case _:
            return gettext("the model service gave it up")
