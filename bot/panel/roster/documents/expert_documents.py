"""Adding documents to experts and removing them.

The PanelEditor decides who may do so, as for any other change of an expert. *by* is None for
whoever runs the bot, at the command line.
"""

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from weakref import WeakValueDictionary

from bot.language import gettext
from bot.panel.audit.audit_log import Auditor
from bot.panel.audit.entry import Act, digest
from bot.panel.errors import Refused
from bot.panel.model import CollectionId, Expert, UserId
from bot.panel.names import did_you_mean, in_code
from bot.panel.roster.documents.knowledge import (
    Collection,
    CollectionOwner,
    ContentLater,
    Document,
    KnowledgeBase,
    Upload,
)
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import Scope

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class ExpertDocument:
    """A document of an expert, and the collection that it is in."""

    document: Document
    collection: CollectionId
    is_own: bool  # added in the scope in question, not inherited


@dataclass(frozen=True, slots=True)
class DocumentList:
    """The documents of an expert, own ones first; *lost* collections are gone, or have expired."""

    expert: Expert
    entries: Sequence[ExpertDocument]
    lost: int = 0


class ExpertDocuments:
    """Changes which documents experts can search."""

    def __init__(self, editor: PanelEditor, knowledge: KnowledgeBase, auditor: Auditor) -> None:
        self._editor = editor
        self._auditor = auditor
        self._knowledge = knowledge
        self._locks: WeakValueDictionary[tuple[CollectionId, str], asyncio.Lock] = (
            WeakValueDictionary()
        )

    async def check(self, scope: Scope, name: str, by: UserId | None) -> Expert:
        """Return the expert; raise Refused if there is none, or *by* may not give it documents."""
        expert = await self._editor.check_may_change_documents(scope, name, by)
        if expert.function:
            raise Refused(
                gettext(
                    "{expert} is a function: it cannot look things up in documents.",
                    expert=expert.title,
                )
            )
        return expert

    async def check_may_teach(self, scope: Scope, name: str, by: UserId | None) -> Expert:
        """Return the expert; as ``check``, or if it has a tool by which documents could get out."""
        expert = await self.check(scope, name, by)
        self._editor.equipment.check_kept_apart(replace(expert, always_consult=True))
        return expert

    def check_document(self, name: str, size: int) -> None:
        """Raise Refused if a document of this name and size cannot be stored."""
        self._knowledge.check(_clean_file_name(name), size)

    async def open(self, scope: Scope, name: str, by: UserId | None) -> CollectionId:
        """Return the expert's collection in *scope*, created if needed and in use from now on."""
        expert = await self.check_may_teach(scope, name, by)
        own, inherited = await self._collections(scope, expert)
        own = own or await self._create(CollectionOwner(scope, expert.name))
        await self._set_collections(scope, expert, (*inherited, own), by)
        return own

    async def add(self, collection: CollectionId, upload: Upload, by: UserId | None) -> Document:
        """Add a document to an open collection, replacing one of the same name."""
        upload = replace(upload, name=_clean_file_name(upload.name))
        self._knowledge.check(upload.name, upload.size)
        owner = await self._knowledge.owner(collection)
        if owner:
            opened = partial(self._recorded, upload, owner, by)
            upload = replace(upload, content=ContentLater(upload.size, opened))
        async with self._locks.setdefault((collection, upload.name), asyncio.Lock()):
            before = await self._knowledge.documents(collection)
            added = await self._knowledge.add(collection, upload)
            for replaced in (document for document in before if document.name == added.name):
                await self._knowledge.remove(collection, replaced.id)
        return added

    @asynccontextmanager
    async def _recorded(
        self, upload: Upload, owner: CollectionOwner, by: UserId | None
    ) -> AsyncIterator[bytes]:
        async with upload.opened() as content:
            details = {"name": digest(upload.name), "content": digest(content)}
            await self._auditor.record(Act.TAUGHT, owner.scope, by, owner.expert, **details)
            yield content

    async def documents(self, scope: Scope, name: str) -> DocumentList:
        expert = await self._editor.find(scope, name)
        own, inherited = await self._collections(scope, expert)
        existing = [collection for collection in (own, *inherited) if collection]
        documents = [
            ExpertDocument(document, collection, collection == own)
            for collection in existing
            for document in await self._knowledge.documents(collection)
        ]
        return DocumentList(expert, documents, len(set(expert.collections)) - len(existing))

    async def remove(self, scope: Scope, name: str, wanted: str, by: UserId | None) -> Document:
        """Remove the document whose name or id is *wanted* from the expert."""
        expert = await self.check(scope, name, by)
        document, collection = await self._find(scope, expert, wanted)
        removed = {"name": digest(document.name), "fields": "removed"}
        await self._auditor.record(Act.TAUGHT, scope, by, expert.name, **removed)
        await self._knowledge.remove(collection, document.id)
        if not await self._knowledge.documents(collection):  # not deleted: others may use it
            others = [one for one in expert.collections if one != collection]
            await self._set_collections(scope, expert, others, by)
        return document

    async def reindex(self, scope: Scope, name: str, wanted: str, by: UserId | None) -> Document:
        expert = await self.check(scope, name, by)
        document, collection = await self._find(scope, expert, wanted)
        return await self._knowledge.reindex(collection, document)

    async def set_always(
        self, scope: Scope, name: str, by: UserId | None, *, always: bool
    ) -> Expert:
        await self.check(scope, name, by)
        return await self._editor.set_always_consult(scope, name, by, always=always)

    async def all_collections(self) -> Sequence[tuple[Collection, Sequence[Document]]]:
        """Return all collections with their documents, even those that no expert uses."""
        collections = await self._knowledge.collections()
        return [(one, await self._knowledge.documents(one.id)) for one in collections]

    async def _collections(
        self, scope: Scope, expert: Expert
    ) -> tuple[CollectionId | None, Sequence[CollectionId]]:
        """Return the expert's own collection in *scope* and the inherited ones that still exist."""
        owners = {id_: await self._knowledge.owner(id_) for id_ in expert.collections}
        existing = {id_: owner for id_, owner in owners.items() if owner}
        own = next((id_ for id_, owner in existing.items() if owner.scope == scope), None)
        return own, [id_ for id_ in existing if id_ != own]

    async def _create(self, owner: CollectionOwner) -> CollectionId:
        """Return a new collection, or an existing one: forgotten, or created at the same time."""
        if existing := await self._oldest(owner):
            return existing
        created = await self._knowledge.create(owner)
        oldest = await self._oldest(owner) or created
        if oldest != created:
            await self._knowledge.discard(created)
        return oldest

    async def _oldest(self, owner: CollectionOwner) -> CollectionId | None:
        collections = await self._knowledge.collections()
        return next((one.id for one in collections if one.owner == owner and not one.expired), None)

    async def _set_collections(
        self, scope: Scope, expert: Expert, collections: Sequence[CollectionId], by: UserId | None
    ) -> None:
        if tuple(collections) != expert.collections:
            await self._editor.set_collections(scope, expert.name, by, tuple(collections))

    async def _find(
        self, scope: Scope, expert: Expert, wanted: str
    ) -> tuple[Document, CollectionId]:
        documents = (await self.documents(scope, expert.name)).entries
        matching = [one for one in documents if wanted in (one.document.name, one.document.id)]
        if not matching:
            hint = did_you_mean(wanted, [one.document.name for one in documents])
            problem = gettext(
                "{expert} has no document `{document}`.",
                expert=expert.title,
                document=in_code(wanted),
            )
            raise Refused(f"{problem}{hint}")
        first = matching[0]
        if not first.is_own:
            raise Refused(
                gettext(
                    "{expert} has `{document}` from the defaults of all channels; it can only be "
                    "changed there.",
                    expert=expert.title,
                    document=in_code(wanted),
                )
            )
        return first.document, first.collection


def _clean_file_name(name: str) -> str:
    """Return a file's name without folders and invisible characters; cut before its extension."""
    bare = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = " ".join("".join(char if char.isprintable() else " " for char in bare).split())
    stem, dot, extension = plain.rpartition(".")
    if not dot or len(extension) >= _LONGEST_NAME:
        return plain[:_LONGEST_NAME]
    return f"{stem[: _LONGEST_NAME - len(extension) - 1]}.{extension}"
