"""A knowledge base that is given only what redactors let pass."""

import codecs
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

_PACKED = frozenset({"doc", "docx", "pdf", "pptx"})  # of what experts can be taught


class RedactedKnowledge(KnowledgeBase):
    """Shows *redaction* the text of each document before *knowledge* stores it."""

    def __init__(self, knowledge: KnowledgeBase, redaction: Redaction) -> None:
        self._knowledge = knowledge
        self._redaction = redaction

    async def add(self, collection: CollectionId, upload: Upload) -> Document:
        async with upload.opened() as content:
            text, name = _text(upload.name, content), Text(upload.name, Kind.FILE)
            shown = [name] if text is None else [name, Text(text, Kind.DOCUMENT)]
            new_name, *redacted = await self._redaction.redacted(shown)
            if redacted != [one.text for one in shown[1:]]:
                content = redacted[0].encode()
            new = replace(upload, name=new_name, content=content)
            return await self._knowledge.add(collection, new)

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


def _text(name: str, content: bytes) -> str | None:
    """Return the text of a document, whatever its encoding; None if only a server can read it."""
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        is_packed = name.rpartition(".")[2].lower() in _PACKED
        return None if is_packed else content.decode("cp1252", errors="replace")
