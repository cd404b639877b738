"""The documents of the experts, and the knowledge base that stores and searches them.

A collection has the documents that one expert was given in one scope. An expert with documents
of its channel besides those of the defaults has two.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.panel.model import CollectionId, ConversationId, DocumentId, ExpertName
from bot.panel.roster.roster import Scope


class DocumentState(StrEnum):
    """Whether a document can be searched."""

    INDEXING = "indexing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ContentLater:
    """What a document holds, *size* bytes; *opened* holds it in memory while it is open."""

    size: int
    opened: Callable[[], AbstractAsyncContextManager[bytes]]


@dataclass(frozen=True, slots=True)
class Upload:
    """A document to be added."""

    name: str
    content: bytes | ContentLater

    @property
    def size(self) -> int:
        return len(self.content) if isinstance(self.content, bytes) else self.content.size

    def opened(self) -> AbstractAsyncContextManager[bytes]:
        """Return its content, to be let go of as soon as it is stored.

        Raises Refused, MessengerRefused or MessengerUnavailable if it cannot be had.
        """
        held = self.content
        return nullcontext(held) if isinstance(held, bytes) else held.opened()


@dataclass(frozen=True, slots=True)
class Document:
    """A document that an expert has."""

    id: DocumentId
    name: str
    size: int  # bytes; 0: unknown
    state: DocumentState
    problem: str = ""  # why it failed or takes long, as the end of a sentence


@dataclass(frozen=True, slots=True)
class CollectionOwner:
    """The expert, and the scope, that a collection belongs to."""

    scope: Scope
    expert: ExpertName


@dataclass(frozen=True, slots=True)
class Collection:
    """The documents of an expert in one scope."""

    id: CollectionId
    owner: CollectionOwner
    expired: bool = False  # nothing in it can be searched any more, or added to it


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a document that a search for a reply returned."""

    document: str  # its name
    text: str
    footnote: int | None = None  # the document's number in the reply; None: not cited


class KnowledgeBase(Protocol):
    """Stores documents for models to search. Methods may raise ModelUnavailable or ModelRefused."""

    def check(self, name: str, size: int) -> None:
        """Raise Refused if a document of that name and size cannot be stored."""

    async def create(self, owner: CollectionOwner) -> CollectionId:
        """Create an empty collection."""

    async def collections(self) -> Sequence[Collection]:
        """Return all collections of ours, the oldest first."""

    async def owner(self, collection: CollectionId) -> CollectionOwner | None:
        """Return who owns *collection*; None if it is gone, expired or not ours."""

    async def discard(self, collection: CollectionId) -> None:
        """Delete an empty collection, if it still exists."""

    async def add(self, collection: CollectionId, upload: Upload) -> Document:
        """Store and index a document; returns before it is ready only if that takes very long.

        Raises Refused, and stores nothing, if it has no readable text.
        """

    async def documents(self, collection: CollectionId) -> Sequence[Document]:
        """Return the documents of *collection* by name; none if it is gone."""

    async def remove(self, collection: CollectionId, document: DocumentId) -> None:
        """Delete a document, if it still exists."""

    async def reindex(self, collection: CollectionId, document: Document) -> Document:
        """Index a document again; where this ends half-way, it is listed as failed."""

    async def passages(self, conversation: ConversationId, ref: str) -> Sequence[Passage]:
        """Return what searches found for the reply to the user item whose text contains *ref*."""
