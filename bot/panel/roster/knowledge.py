"""The documents of the experts, as the panel knows them: what is kept, and who keeps it.

A collection holds the documents that one expert was given in one scope. An expert whose
channel has taught it more than the defaults did has two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.panel.model import CollectionId, ConversationId, DocumentId, ExpertName
from bot.panel.roster.roster import Scope


class DocumentState(StrEnum):
    """Whether a document can be found in."""

    INDEXING = "indexing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Upload:
    """A document on its way in."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """A document that an expert has."""

    id: DocumentId
    name: str
    size: int  # bytes; 0 where it is not known
    state: DocumentState
    problem: str = ""  # why it failed, as the end of a sentence


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose documents a collection holds."""

    scope: Scope
    expert: ExpertName


@dataclass(frozen=True, slots=True)
class Collection:
    """The documents of an expert in one scope."""

    id: CollectionId
    holder: Holder


@dataclass(frozen=True, slots=True)
class Passage:
    """What was found in a document for a reply."""

    document: str  # its name
    text: str
    footnote: int | None = None  # its document's in the reply; None: found, but not cited


class KnowledgeBase(Protocol):
    """Keeps documents so that models can search them.

    Every method may raise ModelUnavailable or ModelRefused.
    """

    def check(self, name: str, size: int) -> None:
        """Raise Refused if a document of that name and size cannot be kept."""
        ...

    async def create(self, holder: Holder) -> CollectionId:
        """Begin an empty collection."""
        ...

    async def collections(self) -> Sequence[Collection]:
        """Return all collections of ours, the oldest first."""
        ...

    async def holder(self, collection: CollectionId) -> Holder | None:
        """Return whose *collection* is; None if it is gone or not one of ours."""
        ...

    async def discard(self, collection: CollectionId) -> None:
        """Delete an empty collection; one that is gone is fine."""
        ...

    async def add(self, collection: CollectionId, upload: Upload) -> Document:
        """Keep a document; returns when it can be found in, or takes very long to get there.

        Raises Refused, and keeps nothing, if nothing can be read in it.
        """
        ...

    async def documents(self, collection: CollectionId) -> Sequence[Document]:
        """Return what *collection* holds, by name; nothing if it is gone."""
        ...

    async def remove(self, collection: CollectionId, document: DocumentId) -> None:
        """Forget a document; one that is gone is fine."""
        ...

    async def reindex(self, collection: CollectionId, document: Document) -> Document:
        """Read a document anew, for when it failed or the reading has got better."""
        ...

    async def passages(self, conversation: ConversationId, ref: str) -> Sequence[Passage]:
        """Return what was found for the reply to the user item whose text contains *ref*."""
        ...
