"""Giving experts documents, and taking them away again.

Who may do so is decided by the PanelEditor, as for any other change of an expert. *by* is None
for whoever runs the bot, at the command line.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.model import CollectionId, Expert, UserId
from bot.panel.roster.knowledge import Collection, Document, Holder, KnowledgeBase, Upload
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import Scope, suggestion

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class ExpertDocument:
    """A document of an expert, and where it was given to it."""

    document: Document
    collection: CollectionId
    is_own: bool  # given in the scope that was asked about, not inherited


class ExpertDocuments:
    """Changes what experts can look up."""

    def __init__(self, editor: PanelEditor, knowledge: KnowledgeBase) -> None:
        self._editor = editor
        self._knowledge = knowledge

    async def check(self, scope: Scope, name: str, by: UserId | None) -> Expert:
        """Return the expert, or raise Refused if there is none or *by* may not teach it."""
        expert = await self._editor.check_may_change_documents(scope, name, by)
        if expert.function:
            raise Refused(
                gettext(
                    "{expert} is a function: it cannot look things up in documents.",
                    expert=expert.title,
                )
            )
        return expert

    def check_document(self, name: str, size: int) -> None:
        """Raise Refused if such a document cannot be kept."""
        self._knowledge.check(_tidy(name), size)

    async def open(self, scope: Scope, name: str, by: UserId | None) -> CollectionId:
        """Return the collection of the expert in *scope*, which the expert uses from now on."""
        expert = await self.check(scope, name, by)
        own, inherited = await self._collections(scope, expert)
        opened = own or await self._begun(Holder(scope, expert.name))
        await self._equip(scope, expert, (*inherited, opened), by)
        return opened

    async def add(self, collection: CollectionId, upload: Upload) -> Document:
        """Add a document to an opened collection; an older one of its name makes way."""
        named = replace(upload, name=_tidy(upload.name))
        self._knowledge.check(named.name, len(named.content))
        before = await self._knowledge.documents(collection)
        added = await self._knowledge.add(collection, named)
        for older in (document for document in before if document.name == added.name):
            await self._knowledge.remove(collection, older.id)
        return added

    async def documents(self, scope: Scope, name: str) -> tuple[Expert, Sequence[ExpertDocument]]:
        """Return the expert and all that it can look up, what is its own in *scope* first."""
        expert = await self._editor.find(scope, name)
        own, inherited = await self._collections(scope, expert)
        kept = [
            ExpertDocument(document, collection, collection == own)
            for collection in (own, *inherited)
            if collection
            for document in await self._knowledge.documents(collection)
        ]
        return expert, kept

    async def remove(self, scope: Scope, name: str, wanted: str, by: UserId | None) -> Document:
        """Take the document called *wanted*, or of that id, from the expert."""
        expert = await self.check(scope, name, by)
        found = await self._find(scope, expert, wanted)
        await self._knowledge.remove(found.collection, found.document.id)
        if not await self._knowledge.documents(found.collection):  # it stays: others may use it
            left = [one for one in expert.collections if one != found.collection]
            await self._equip(scope, expert, left, by)
        return found.document

    async def reindex(self, scope: Scope, name: str, wanted: str, by: UserId | None) -> Document:
        """Read a document of the expert's anew."""
        expert = await self.check(scope, name, by)
        found = await self._find(scope, expert, wanted)
        return await self._knowledge.reindex(found.collection, found.document)

    async def set_always(
        self, scope: Scope, name: str, by: UserId | None, *, always: bool
    ) -> Expert:
        """Say whether the expert consults its documents for every question."""
        await self.check(scope, name, by)
        return await self._editor.configure_documents(scope, name, by, always_consult=always)

    async def everything(self) -> Sequence[tuple[Collection, Sequence[Document]]]:
        """Return all collections with what they hold, also those that no expert uses."""
        collections = await self._knowledge.collections()
        return [(one, await self._knowledge.documents(one.id)) for one in collections]

    async def _collections(
        self, scope: Scope, expert: Expert
    ) -> tuple[CollectionId | None, Sequence[CollectionId]]:
        """Return the expert's own collection in *scope*, and those it inherits, but none gone."""
        holders = {one: await self._knowledge.holder(one) for one in expert.collections}
        alive = {one: holder for one, holder in holders.items() if holder}
        own = next((one for one, holder in alive.items() if holder.scope == scope), None)
        return own, [one for one in alive if one != own]

    async def _begun(self, holder: Holder) -> CollectionId:
        """Return a new collection, or the one that was forgotten or begun at the same time."""
        if known := await self._oldest(holder):
            return known
        begun = await self._knowledge.create(holder)
        oldest = await self._oldest(holder) or begun
        if oldest != begun:
            await self._knowledge.discard(begun)
        return oldest

    async def _oldest(self, holder: Holder) -> CollectionId | None:
        collections = await self._knowledge.collections()
        return next((one.id for one in collections if one.holder == holder), None)

    async def _equip(
        self, scope: Scope, expert: Expert, collections: Sequence[CollectionId], by: UserId | None
    ) -> None:
        if tuple(collections) != expert.collections:
            await self._editor.configure_documents(
                scope, expert.name, by, collections=tuple(collections)
            )

    async def _find(self, scope: Scope, expert: Expert, wanted: str) -> ExpertDocument:
        _, kept = await self.documents(scope, expert.name)
        fitting = [one for one in kept if wanted in (one.document.name, one.document.id)]
        if not fitting:
            near = suggestion(wanted, [one.document.name for one in kept])
            absent = gettext(
                "{expert} has no document `{document}`.",
                expert=expert.title,
                document=_quoted(wanted),
            )
            raise Refused(f"{absent}{near}")
        if not fitting[0].is_own:
            raise Refused(
                gettext(
                    "{expert} has `{document}` from the defaults of all channels; it can only be "
                    "changed there.",
                    expert=expert.title,
                    document=_quoted(wanted),
                )
            )
        return fitting[0]


def _tidy(name: str) -> str:
    """Return a file's bare name, without what people cannot see; a long one keeps its ending."""
    bare = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = " ".join("".join(char if char.isprintable() else " " for char in bare).split())
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) >= _LONGEST_NAME:
        return plain[:_LONGEST_NAME]
    return f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}"


def _quoted(words: str) -> str:
    return words.replace("`", "'")[:_LONGEST_NAME]
