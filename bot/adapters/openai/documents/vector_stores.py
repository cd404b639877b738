"""Collections and documents as vector stores and their files tell of them.

A store's metadata say whose documents it holds, so that it is found again where Redis has
forgotten it. A document is a file of the purpose ``assistants``; its name and size go with it
as attributes, since the list of a store's files does not tell them.
"""

from typing import TYPE_CHECKING

from bot import runtime
from bot.adapters.openai import absence, errors
from bot.adapters.openai.reading.sent import Sent
from bot.adapters.openai.retries import RequestSender
from bot.language import gettext
from bot.panel.model import CollectionId, DocumentId, ExpertName
from bot.panel.roster.documents.knowledge import CollectionOwner, Document, DocumentState
from bot.panel.roster.roster import ChannelScope, Scope, WorkspaceScope

if TYPE_CHECKING:  # they are hundreds of classes
    from openai.resources.vector_stores import AsyncVectorStores

_HEAD, _EXPERT = "panelbot", "expert"
_KIND = "1 documents"
_USUALLY_INDEXED = 3600  # seconds after which it is said that this takes unusually long
_STATES = {"in_progress": DocumentState.INDEXING, "completed": DocumentState.READY}


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


async def find(stores: "AsyncVectorStores", send: RequestSender, id_: CollectionId) -> Sent | None:
    """Return the vector store; None if it is gone."""
    try:
        return Sent(await send(stores.retrieve, id_), "vector_store")
    except errors.NotFound as error:
        if absence.COLLECTION.is_missing(error, id_):
            return None
        raise


def is_expired(store: Sent) -> bool:
    """Return whether nothing can be searched in the store any more."""
    return store.optional_text("status") == "expired"


def document_of(file: Sent) -> Document:
    """Return what a store tells of one of its files."""
    id_, attributes = file.text("id"), file.part("attributes")
    state = _STATES.get(file.optional_text("status"), DocumentState.FAILED)
    return Document(
        DocumentId(id_),
        attributes.optional_text("name") or id_,
        attributes.number("size"),
        state,
        _problem(file, state),
    )


def no_text() -> str:
    """Return the end of a sentence on a document without any text."""
    return gettext("there is no readable text in it (is it empty, or only pictures?)")


def _problem(file: Sent, state: DocumentState) -> str:
    match state:
        case DocumentState.READY:
            return ""
        case DocumentState.INDEXING:
            return _delay(file.number("created_at"))
        case DocumentState.FAILED:
            return _reason(file.part("last_error"))


def _delay(since: int) -> str:
    if not since or runtime.time() - since < _USUALLY_INDEXED:
        return ""
    return gettext(
        "this takes unusually long; if it does not end, add it again or use `panelbot knowledge "
        "reindex`"
    )


def _reason(error: Sent) -> str:
    match error.optional_text("code"):
        case "unsupported_file":
            return gettext("files of this kind cannot be searched")
        case "invalid_file" if "too large" in error.optional_text("message"):
            return gettext("it has more text than can be searched; give it in parts")
        case "invalid_file":
            return gettext(
                "nothing could be read in it (is it protected, only pictures, or text that is not "
                "UTF-8?)"
            )
        case _:  # an error of the server, or indexing was cancelled
            return gettext("the model service gave it up; adding it again may help")
