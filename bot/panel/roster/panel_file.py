"""Panels that are kept in a file: the defaults and the channels; never threads, nor documents.

Where an expert's documents are is known by the store alone: their ids belong to one account at
OpenAI. An expert in the file keeps what it, or the one that it replaces, has been taught.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.panel.errors import Refused
from bot.panel.model import CollectionId, Expert, ExpertName, Synthesis, ThreadRef
from bot.panel.roster.panel_store import PanelStore
from bot.panel.roster.roster import ChannelScope, RosterChanges, Scope, WorkspaceScope

FileScope = WorkspaceScope | ChannelScope
DocumentsByExpert = Mapping[ExpertName, tuple[CollectionId, ...]]


@dataclass(frozen=True, slots=True)
class PanelFile:
    """The panels of a workspace, written down."""

    defaults: RosterChanges = field(default_factory=RosterChanges)
    channels: Mapping[str, RosterChanges] = field(default_factory=dict)
    kept_in: str = ""  # where people find it

    def of(self, scope: FileScope) -> RosterChanges:
        """Return what is written of *scope*."""
        if isinstance(scope, WorkspaceScope):
            return self.defaults
        return self.channels.get(scope.channel_id, RosterChanges())


class FilePanelStore(PanelStore):
    """Panels as *file* has them; the *store* beneath knows documents, and what threads changed."""

    def __init__(self, file: PanelFile, store: PanelStore) -> None:
        self._file = file
        self._store = store

    async def changes(self, scopes: Sequence[Scope]) -> Sequence[RosterChanges]:
        defaults = dict.fromkeys(
            WorkspaceScope(one.team_id) for one in scopes if isinstance(one, ChannelScope)
        )
        wanted: Sequence[Scope] = (*scopes, *defaults)
        stored = dict(zip(wanted, await self._store.changes(wanted), strict=True))
        return [self._of(scope, stored) for scope in scopes]

    def _of(self, scope: Scope, stored: Mapping[Scope, RosterChanges]) -> RosterChanges:
        if isinstance(scope, ThreadRef):
            return stored[scope]
        return with_documents(self._file.of(scope), _taught(scope, stored))

    async def channels(self, team_id: str) -> Sequence[ChannelScope]:
        return [ChannelScope(team_id, channel) for channel in sorted(self._file.channels)]

    async def add(self, scope: Scope, expert: Expert) -> None:
        await self._store.add(scope, expert)

    async def remove(self, scope: Scope, name: ExpertName) -> None:
        await self._store.remove(scope, name)

    async def set_synthesis(self, scope: Scope, synthesis: Synthesis | None) -> None:
        await self._store.set_synthesis(scope, synthesis)

    async def set_streaming(self, scope: Scope, streaming: bool | None) -> None:
        await self._store.set_streaming(scope, streaming)

    async def put(self, scope: Scope, changes: RosterChanges) -> None:
        await self._store.put(scope, changes)

    async def forget(self, scope: Scope) -> bool:
        return await self._store.forget(scope)


class PanelFileSync:
    """Brings the panels of one workspace into a file, and back."""

    def __init__(self, panels: PanelStore, team_id: str) -> None:
        self._panels = panels
        self._team = team_id

    async def written(self) -> PanelFile:
        """Return the panels as they are, as a file has them."""
        channels = await self._panels.channels(self._team)
        scopes: Sequence[Scope] = (WorkspaceScope(self._team), *channels)
        defaults, *rest = map(without_documents, await self._panels.changes(scopes))
        found = zip(channels, rest, strict=True)
        changed = {where.channel_id: one for where, one in found if one != RosterChanges()}
        return PanelFile(defaults, changed)

    async def bring(self, wanted: PanelFile, *, seen: PanelFile) -> None:
        """Let the panels be as *wanted*. Raises Refused if they are not as they were *seen*."""
        if await self.written() != seen:
            raise Refused("Somebody has changed the panel meanwhile: please look again.")
        everywhere = WorkspaceScope(self._team)
        channels = sorted(seen.channels.keys() | wanted.channels.keys())
        places: list[FileScope] = [everywhere, *(ChannelScope(self._team, one) for one in channels)]
        for scope in places:
            if wanted.of(scope) != seen.of(scope):
                levels: Sequence[Scope] = (scope, everywhere)
                stored = dict(zip(levels, await self._panels.changes(levels), strict=True))
                changes = with_documents(wanted.of(scope), _taught(scope, stored))
                await self._panels.put(scope, changes)


def merged(now: PanelFile, file: PanelFile) -> PanelFile:
    """Return *now* with what *file* says; what it does not speak of stays."""
    channels = {
        one: _merged(now.channels.get(one, RosterChanges()), changes)
        for one, changes in file.channels.items()
    }
    return PanelFile(_merged(now.defaults, file.defaults), {**now.channels, **channels})


def _merged(now: RosterChanges, file: RosterChanges) -> RosterChanges:
    added = {name: one for name, one in now.added.items() if name not in file.removed}
    return RosterChanges(
        added={**added, **file.added},
        removed=(now.removed - file.added.keys()) | file.removed,
        synthesis=file.synthesis or now.synthesis,
        streaming=now.streaming if file.streaming is None else file.streaming,
    )


def without_documents(changes: RosterChanges) -> RosterChanges:
    """Return *changes* without where the experts' documents are."""
    return with_documents(changes, {})


def with_documents(changes: RosterChanges, taught: DocumentsByExpert) -> RosterChanges:
    """Return *changes* with the experts' documents."""
    added = {
        name: replace(expert, collections=taught.get(name, ()))
        for name, expert in changes.added.items()
    }
    return replace(changes, added=added)


def _taught(scope: Scope, stored: Mapping[Scope, RosterChanges]) -> DocumentsByExpert:
    """Return the documents of the scope's own experts, and those that they inherit."""
    levels = (stored[WorkspaceScope(scope.team_id)], stored[scope])
    return {name: one.collections for level in levels for name, one in level.added.items()}
