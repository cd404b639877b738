"""Notes on documents that are being indexed again, in the metadata of their vector store.

A file is detached in between: after a crash nothing else would know of it.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bot.adapters.openai.documents import vector_stores
from bot.adapters.openai.retries import RequestSender
from bot.language import gettext
from bot.panel.errors import ModelUnavailable, PanelError, Refused
from bot.panel.model import CollectionId, DocumentId
from bot.panel.roster.documents.knowledge import Document, DocumentState

if TYPE_CHECKING:  # they are hundreds of classes
    from openai.resources.vector_stores import AsyncVectorStores

log = logging.getLogger(__name__)

Metadata = dict[str, str]

_NOTE = "reindexing "  # and the document's id; the value is its size and name
_MOST_PAIRS = 16
_LONGEST_VALUE = 512  # characters


class ReindexingNotes:
    """Writes, reads and erases the notes; one change of a store's metadata at a time."""

    def __init__(self, stores: "AsyncVectorStores", send: RequestSender) -> None:
        self._stores = stores
        self._send = send
        self._locks: WeakValueDictionary[CollectionId, asyncio.Lock] = WeakValueDictionary()

    async def write(self, collection: CollectionId, document: Document) -> None:
        """Note that *document* is detached from now on. Raises Refused for too many at once."""
        value = f"{document.size} {document.name}"[:_LONGEST_VALUE]
        await self._change(collection, lambda before: before | {_NOTE + document.id: value})

    async def read(self, collection: CollectionId) -> Sequence[Document]:
        """Return the documents with a note: as failed, if they are not attached."""
        store = await vector_stores.find(self._stores, self._send, collection)
        notes = store.texts("metadata").items() if store else ()
        return [
            _noted(DocumentId(key.removeprefix(_NOTE)), value)
            for key, value in notes
            if key.startswith(_NOTE)
        ]

    async def erase(self, collection: CollectionId, document: DocumentId) -> None:
        """Erase a note, if possible: it says nothing of a document that is attached."""

        def without(before: Metadata) -> Metadata:
            return {key: value for key, value in before.items() if key != _NOTE + document}

        try:
            await self._change(collection, without)
        except PanelError as error:
            log.warning("document.note_left", extra={"id": document, "reason": str(error)})

    async def _change(
        self, collection: CollectionId, change: Callable[[Metadata], Metadata]
    ) -> None:
        async with self._locks.setdefault(collection, asyncio.Lock()):
            store = await vector_stores.find(self._stores, self._send, collection)
            if not (store and vector_stores.unpack(store)):
                raise ModelUnavailable("the vector store is gone, or not one of ours")
            before = {**store.texts("metadata")}
            after = change(before)
            if len(after) > _MOST_PAIRS:
                raise Refused(
                    gettext(
                        "Too many documents wait to be indexed again: first do those that the "
                        "list says have failed."
                    )
                )
            if after != before:
                await self._send(self._stores.update, collection, metadata=after)


def _noted(id_: DocumentId, value: str) -> Document:
    size, _, name = value.partition(" ")
    problem = gettext("indexing it again was interrupted; `panelbot knowledge reindex` finishes it")
    bytes_ = int(size) if size.isdecimal() else 0
    return Document(id_, name or id_, bytes_, DocumentState.FAILED, problem)
