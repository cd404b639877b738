"""A knowledge base that is given only what redactors let pass."""

from collections.abc import Sequence
from dataclasses import replace

from bot.panel.model import CollectionId, ConversationId, DocumentId
from bot.panel.redaction.redaction import Redaction
from bot.panel.roster.documents.knowledge import (
    Collection,
    CollectionOwner,
    Document,
    KnowledgeBase,
    Passage,
    Upload,
)
from bot.redactors import Kind, Text


class RedactedKnowledge(KnowledgeBase):
    """Shows *redaction* the text of each document before *knowledge* stores it."""

    def __init__(self, knowledge: KnowledgeBase, redaction: Redaction) -> None:
        self._knowledge = knowledge
        self._redaction = redaction

    async def add(self, collection: CollectionId, upload: Upload) -> Document:
        async with upload.opened() as content:
            try:
                text = Text(content.decode("utf-8-sig"), Kind.DOCUMENT)
            except UnicodeDecodeError:
                text = Text(upload.name, Kind.FILE)
            (redacted,) = await self._redaction.redacted([text])
            if redacted != text.text and text.kind is Kind.DOCUMENT:
                content = redacted.encode()
            return await self._knowledge.add(collection, replace(upload, content=content))

    def check(self, name: str, size: int) -> None:
        self._knowledge.check(name, size)

    async def create(self, owner: CollectionOwner) -> CollectionId:
        return await self._knowledge.create(owner)

    async def collections(self) -> Sequence[Collection]:
        return await self._knowledge.collections()

    async def owner(self, collection: CollectionId) -> CollectionOwner | None:
        return await self._knowledge.owner(collection)

    async def discard(self, collection: CollectionId) -> None:
        await self._knowledge.discard(collection)

    async def documents(self, collection: CollectionId) -> Sequence[Document]:
        return await self._knowledge.documents(collection)

    async def remove(self, collection: CollectionId, document: DocumentId) -> None:
        await self._knowledge.remove(collection, document)

    async def reindex(self, collection: CollectionId, document: Document) -> Document:
        return await self._knowledge.reindex(collection, document)

    async def passages(self, conversation: ConversationId, ref: str) -> Sequence[Passage]:
        return await self._knowledge.passages(conversation, ref)
