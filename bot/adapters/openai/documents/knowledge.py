"""The experts' documents in OpenAI's vector stores: one store for each collection."""

import asyncio
import logging
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from dataclasses import replace
from io import BytesIO
from typing import ParamSpec

from bot.adapters.openai import absence, errors
from bot.adapters.openai.backend_ids import OWN, THREAD
from bot.adapters.openai.documents import passages, vector_stores
from bot.adapters.openai.documents.readable import is_blank, is_readable
from bot.adapters.openai.documents.reindexing_notes import ReindexingNotes
from bot.adapters.openai.documents.vector_stores import (
    document_of,
    is_expired,
    no_text,
    pack,
    unpack,
)
from bot.adapters.openai.reading.sent import Sent, sent_all
from bot.adapters.openai.responses.api import ResponsesApi
from bot.adapters.openai.retries import RequestSender, RetryDelays
from bot.adapters.openai.server.client import Client
from bot.language import gettext, number
from bot.panel.errors import ConversationGone, ModelUnavailable, PanelError, Refused
from bot.panel.model import CollectionId, ConversationId, DocumentId
from bot.panel.names import in_code
from bot.panel.retries import Backoff, Retries
from bot.panel.roster.documents.knowledge import (
    Collection,
    CollectionOwner,
    Document,
    DocumentState,
    KnowledgeBase,
    Passage,
    Upload,
)

log = logging.getLogger(__name__)

P = ParamSpec("P")

LARGEST = 32 * 1024 * 1024
PROSE = ("doc", "docx", "html", "md", "pdf", "pptx", "tex", "txt")
CODE = ("c", "cpp", "cs", "css", "go", "java", "js", "json", "php", "py", "rb", "sh", "ts")
SEARCHABLE = frozenset({*PROSE, *CODE})

_PAGE = 100
_POLLS = Backoff((0.1, 0.2, 0.5, 1.0), endless=True)


class OpenAIKnowledge(KnowledgeBase):
    """Vector stores; indexing of a document may take *timeout* seconds."""

    def __init__(
        self, client: Client, *, delays: RetryDelays | None = None, timeout: float = 600
    ) -> None:
        self._client = client
        self._stores = client.vector_stores
        self._send = RequestSender(delays or RetryDelays())
        self._timeout = timeout
        self._looking = asyncio.Lock()
        self._notes = ReindexingNotes(self._stores, self._send)

    def check(self, name: str, size: int) -> None:
        ending = name.rpartition(".")[2].lower()
        if ending not in SEARCHABLE:
            raise Refused(
                gettext(
                    "`{document}` is of a kind that cannot be searched. These can: {prose}; and "
                    "code: {code}.",
                    document=in_code(name),
                    prose=", ".join(PROSE),
                    code=", ".join(CODE),
                )
            )
        if not 0 < size <= LARGEST:
            raise Refused(
                gettext(
                    "A document has at most {most} MB, and is not empty; `{document}` has {size} "
                    "MB.",
                    most=LARGEST // 1024 // 1024,
                    document=in_code(name),
                    size=number(size / 1024 / 1024, "0.0"),
                )
            )

    async def create(self, owner: CollectionOwner) -> CollectionId:
        name = f"Panelbot: documents of {owner.expert}"
        created = await self._send(self._stores.create, name=name, metadata=pack(owner))
        return CollectionId(Sent(created, "vector_store").needed_text("id"))

    async def collections(self) -> Sequence[Collection]:
        try:
            listed = await self._all(self._stores.list(limit=_PAGE, order="asc"))
        except errors.NotFound:
            await self._send(self._client.models.list)  # else a proxy, and not the server, says so
            log.info("documents.not_supported")
            return ()
        stores = sent_all(listed, "vector_store")
        return [
            Collection(CollectionId(id_), owner, expired=is_expired(store))
            for store in stores
            if (id_ := store.text("id")) and (owner := unpack(store))
        ]

    async def owner(self, collection: CollectionId) -> CollectionOwner | None:
        store = await vector_stores.find(self._stores, self._send, collection)
        return unpack(store) if store and not is_expired(store) else None

    async def discard(self, collection: CollectionId) -> None:
        await self._forget(self._stores.delete, collection)

    async def add(self, collection: CollectionId, upload: Upload) -> Document:
        self.check(upload.name, upload.size)
        file, has_text = await self._store(upload)
        try:
            added = await self._attach(collection, DocumentId(file), upload.name, upload.size)
        except PanelError:
            await self._forget(self._client.files.delete, file)
            raise
        if added.state is DocumentState.READY and not has_text:
            added = await self._parsed(collection, added)
        if added.state is DocumentState.FAILED:
            await self.remove(collection, added.id)
            raise _unusable(upload.name, added.problem)
        log.info("document.added", extra={"id": added.id, "bytes": added.size})
        return added

    async def documents(self, collection: CollectionId) -> Sequence[Document]:
        try:
            files = await self._all(self._stores.files.list(collection, limit=_PAGE))
        except errors.NotFound as error:
            if absence.COLLECTION.is_missing(error, collection):
                return ()
            raise
        found = [*map(document_of, sent_all(files, "file"))]
        attached = {document.id for document in found}
        notes = await self._notes.read(collection)
        found += [document for document in notes if document.id not in attached]
        return sorted(found, key=lambda document: document.name.casefold())

    async def remove(self, collection: CollectionId, document: DocumentId) -> None:
        files = self._stores.files
        await self._forget(files.delete, document, vector_store_id=collection)
        await self._forget(self._client.files.delete, document)
        await self._notes.erase(collection, document)

    async def reindex(self, collection: CollectionId, document: Document) -> Document:
        await self._notes.write(collection, document)
        detach = self._stores.files.delete
        await self._forget(detach, document.id, vector_store_id=collection)
        try:
            attached = await self._attach(collection, document.id, document.name, document.size)
        except Refused:
            raise
        except PanelError as error:
            log.warning("document.not_indexed", extra={"id": document.id, "reason": str(error)})
            raise Refused(
                gettext(
                    "`{document}` could not be indexed again: the model service did not take it. "
                    "It is kept, but cannot be searched until `panelbot knowledge reindex` "
                    "succeeds.",
                    document=in_code(document.name),
                )
            ) from None
        await self._notes.erase(collection, document.id)
        return attached

    async def passages(self, conversation: ConversationId, ref: str) -> Sequence[Passage]:
        if conversation.startswith((OWN, THREAD)):
            return ()  # another backend's: what was found is not kept there
        try:
            async with errors.translated():
                return await passages.behind(ResponsesApi(self._client.json), conversation, ref)
        except errors.NotFound as error:
            if absence.CONVERSATION.is_missing(error, conversation):
                raise ConversationGone(conversation) from None
            raise

    async def _store(self, upload: Upload) -> tuple[str, bool]:
        """Store a file; return its id, and if it surely has text. Raises Refused if it has none."""
        async with upload.opened() as content:
            async with self._looking:  # it takes memory, too
                is_without = await asyncio.to_thread(is_blank, upload.name, content)
            if is_without:
                raise _unusable(upload.name, no_text())
            file = (upload.name, BytesIO(content))
            created = await self._send(self._client.files.create, file=file, purpose="assistants")
        return Sent(created, "file").needed_text("id"), is_without is False

    async def _attach(
        self, collection: CollectionId, document: DocumentId, name: str, size: int
    ) -> Document:
        attributes: dict[str, str | float | bool] = {"name": name, "size": float(size)}
        create = self._stores.files.create
        try:
            file = await self._send(create, collection, file_id=document, attributes=attributes)
        except errors.NotFound as error:
            if not _is_missing(error, collection, document):
                raise
            raise Refused(
                gettext("The document is gone, or the place where it belongs; please add it again.")
            ) from None
        indexed = await self._indexed(collection, document, Sent(file, "file"))
        return replace(document_of(indexed), id=document)

    async def _parsed(self, collection: CollectionId, document: Document) -> Document:
        """Return the indexed document; as failed if the server found no text in it."""
        content = self._stores.files.content
        try:
            page = await self._send(content, document.id, vector_store_id=collection)
            parts = Sent(page, "content").parts("data")
            if any(is_readable(part.optional_text("text")) for part in parts):
                return document
            if not parts:  # not all servers tell: what nothing is kept of has nothing in it
                retrieve = self._stores.files.retrieve
                file = await self._send(retrieve, document.id, vector_store_id=collection)
                if Sent(file, "file").raw("usage_bytes") != 0:
                    return document
        except PanelError as error:
            log.info("document.not_parsed", extra={"id": document.id, "reason": str(error)})
            return document
        return replace(document, state=DocumentState.FAILED, problem=no_text())

    async def _indexed(self, collection: CollectionId, document: DocumentId, file: Sent) -> Sent:
        """Return the file once it is indexed, or as it is when no more can be found out."""
        polls = Retries(_POLLS)
        try:
            async with asyncio.timeout(self._timeout):
                while file.optional_text("status") == "in_progress" and await polls.wait():
                    retrieve = self._stores.files.retrieve
                    found = await self._send(retrieve, document, vector_store_id=collection)
                    file = Sent(found, "file")
        except (TimeoutError, ModelUnavailable) as error:
            reason = str(error) or type(error).__name__
            log.warning("document.still_indexing", extra={"id": document, "reason": reason})
        return file

    async def _forget(
        self, method: Callable[P, Awaitable[object]], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        try:
            await self._send(method, *args, **kwargs)
        except errors.NotFound as error:
            ids = [str(id_) for id_ in (*args, *kwargs.values())]
            if not any(_is_missing(error, id_, id_) for id_ in ids):
                raise
            log.info("document.gone_already", extra={"id": args[0]})

    async def _all(self, pages: AsyncIterable[object]) -> list[object]:
        async with errors.translated():
            items = dict[str, object]()
            async for item in pages:
                id_ = Sent(item, "listed").text("id")
                if id_ and id_ in items:  # some list the same for ever
                    break
                items[id_] = item
            return [*items.values()]


def _unusable(name: str, reason: str) -> Refused:
    return Refused(
        gettext("I cannot use `{document}`: {reason}.", document=in_code(name), reason=reason)
    )


def _is_missing(error: errors.NotFound, collection: str, document: str) -> bool:
    """Return whether the server says that the collection or the document does not exist."""
    return absence.COLLECTION.is_missing(error, collection) or absence.FILE.is_missing(
        error, document
    )
