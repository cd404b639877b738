"""Documents in memory, searchable at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from bot.panel.errors import Refused
from bot.panel.model import CollectionId, ConversationId, DocumentId
from bot.panel.roster.documents.knowledge import (
    Collection,
    CollectionOwner,
    Document,
    DocumentState,
    KnowledgeBase,
    Passage,
    Upload,
)

LARGEST = 1_000_000


@dataclass(slots=True)
class Shelf:
    """One collection."""

    owner: CollectionOwner
    documents: dict[DocumentId, Document] = field(default_factory=dict)
    contents: list[bytes] = field(default_factory=list)  # of all that was ever added
    expired: bool = False


class FakeKnowledge(KnowledgeBase):
    """Takes ``.md`` files that are UTF-8."""

    def __init__(self) -> None:
        self.shelves: dict[CollectionId, Shelf] = {}
        self.reindexed: list[str] = []
        self.behind: dict[tuple[ConversationId, str], list[Passage]] = {}
        self._ids = count(1)

    def check(self, name: str, size: int) -> None:
        if not name.endswith(".md"):
            raise Refused(f"`{name}` is of a kind that cannot be searched.")
        if not 0 < size <= LARGEST:
            raise Refused(f"`{name}` is too large or empty.")

    async def create(self, owner: CollectionOwner) -> CollectionId:
        created = CollectionId(f"vs_{next(self._ids)}")
        self.shelves[created] = Shelf(owner)
        return created

    async def collections(self) -> Sequence[Collection]:
        shelves = self.shelves.items()
        return [Collection(id_, shelf.owner, shelf.expired) for id_, shelf in shelves]

    async def owner(self, collection: CollectionId) -> CollectionOwner | None:
        shelf = self.shelves.get(collection)
        return shelf.owner if shelf and not shelf.expired else None

    async def discard(self, collection: CollectionId) -> None:
        self.shelves.pop(collection, None)

    async def add(self, collection: CollectionId, upload: Upload) -> Document:
        self.check(upload.name, upload.size)
        async with upload.opened() as content:
            pass
        try:
            if not content.decode().strip():
                raise Refused(f"I cannot use `{upload.name}`: there is no readable text in it.")
        except UnicodeDecodeError:
            raise Refused(f"I cannot use `{upload.name}`: nothing could be read in it.") from None
        id_ = DocumentId(f"file-{next(self._ids)}")
        size = upload.size
        self.shelves[collection].contents.append(content)
        self.shelves[collection].documents[id_] = Document(
            id_, upload.name, size, DocumentState.READY
        )
        return self.shelves[collection].documents[id_]

    async def documents(self, collection: CollectionId) -> Sequence[Document]:
        shelf = self.shelves.get(collection)
        documents = shelf.documents.values() if shelf else ()
        return sorted(documents, key=lambda document: document.name.casefold())

    async def remove(self, collection: CollectionId, document: DocumentId) -> None:
        self.shelves[collection].documents.pop(document, None)

    async def reindex(self, collection: CollectionId, document: Document) -> Document:
        self.reindexed.append(document.name)
        return document

    async def passages(self, conversation: ConversationId, ref: str) -> Sequence[Passage]:
        return self.behind.get((conversation, ref), [])
