"""Panels that are kept in a file: the defaults and the channels; never threads or documents.

The ids of an expert's documents are in the store only, because they belong to one OpenAI account.
An expert in the file has the documents that were given to it, or to the expert that it replaces.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.panel.audit.audit_log import Auditor
from bot.panel.audit.entry import Act
from bot.panel.errors import Refused
from bot.panel.model import CollectionId, Expert, ExpertName, ThreadRef
from bot.panel.roster.equipment import given_by_operators
from bot.panel.roster.expert_checks import MOST_EXPERTS
from bot.panel.roster.panel_store import PanelStore
from bot.panel.roster.recorded_changes import RecordedChanges
from bot.panel.roster.roster import (
    ChannelScope,
    RosterChanges,
    Scope,
    Setting,
    SettingValue,
    WorkspaceScope,
    size,
)

FileScope = WorkspaceScope | ChannelScope
DocumentsByExpert = Mapping[ExpertName, tuple[CollectionId, ...]]


@dataclass(frozen=True, slots=True)
class PanelFile:
    """The panels of a workspace, as a file has them."""

    defaults: RosterChanges = field(default_factory=RosterChanges)
    channels: Mapping[str, RosterChanges] = field(default_factory=dict)
    kept_in: str = ""  # where people find it

    def of(self, scope: FileScope) -> RosterChanges:
        if isinstance(scope, WorkspaceScope):
            return self.defaults
        return self.channels.get(scope.channel_id, RosterChanges())

    @property
    def names(self) -> frozenset[str]:
        scopes = (self.defaults, *self.channels.values())
        return frozenset(name for changes in scopes for name in changes.added)

    def renamed(self, name: Callable[[str], str]) -> "PanelFile":
        """Return the same with other ids of channels, as *name* has them."""
        channels: dict[str, RosterChanges] = {}
        for channel, changes in self.channels.items():
            same = channels.get(name(channel), RosterChanges())
            channels[name(channel)] = _merged(same, changes)
        return replace(self, channels=channels)


class FilePanelStore(PanelStore):
    """Panels from *file*; the *store* has the documents and the changes of threads."""

    def __init__(self, file: PanelFile, store: PanelStore) -> None:
        self._file = file
        self._store = store

    async def changes(self, scopes: Sequence[Scope]) -> Sequence[RosterChanges]:
        defaults = dict.fromkeys(
            WorkspaceScope(one.team_id) for one in scopes if isinstance(one, ChannelScope)
        )
        needed: Sequence[Scope] = (*scopes, *defaults)
        stored = dict(zip(needed, await self._store.changes(needed), strict=True))
        return [self._of(scope, stored) for scope in scopes]

    def _of(self, scope: Scope, stored: Mapping[Scope, RosterChanges]) -> RosterChanges:
        if isinstance(scope, ThreadRef):
            return stored[scope]
        of_file = given_by_operators(self._file.of(scope))
        of_file = replace(of_file, budgets=stored[scope].budgets)
        return with_documents(of_file, _documents(scope, stored))

    async def channels(self, team_id: str) -> Sequence[ChannelScope]:
        return [ChannelScope(team_id, channel) for channel in sorted(self._file.channels)]

    async def add(self, scope: Scope, expert: Expert) -> None:
        await self._store.add(scope, expert)

    async def remove(self, scope: Scope, name: ExpertName) -> None:
        await self._store.remove(scope, name)

    async def set(self, scope: Scope, setting: Setting, value: SettingValue) -> None:
        await self._store.set(scope, setting, value)

    async def put(self, scope: Scope, changes: RosterChanges) -> None:
        await self._store.put(scope, changes)

    async def forget(self, scope: Scope) -> bool:
        return await self._store.forget(scope)


class PanelFileSync:
    """Writes the panels of one workspace to a file, and applies a file to them."""

    def __init__(
        self, panels: PanelStore, auditor: Auditor, team_id: str, builtin: Sequence[Expert] = ()
    ) -> None:
        self._panels = panels
        self._recorded = RecordedChanges(panels, auditor)
        self._auditor = auditor
        self._team = team_id
        self._builtin = builtin

    async def export(self) -> PanelFile:
        channels = await self._panels.channels(self._team)
        scopes: Sequence[Scope] = (WorkspaceScope(self._team), *channels)
        defaults, *rest = map(_as_in_file, await self._panels.changes(scopes))
        by_channel = {
            channel.channel_id: changes
            for channel, changes in zip(channels, rest, strict=True)
            if changes != RosterChanges()
        }
        return PanelFile(defaults, by_channel)

    async def record_export(self) -> None:
        """Record that somebody is about to get all panels."""
        await self._auditor.record(Act.EXPORTED, WorkspaceScope(self._team), None, "panels")

    def check(self, wanted: PanelFile, seen: PanelFile) -> None:
        """Raise Refused if *wanted* makes a panel too large that is not so, as *seen*."""
        check_sizes(wanted, self._builtin, seen)

    async def apply(self, wanted: PanelFile, *, seen: PanelFile) -> None:
        """Make the panels as *wanted*. Raises Refused if they are no longer as *seen*."""
        self.check(wanted, seen)
        if await self.export() != seen:
            raise Refused("Somebody has changed the panel meanwhile: please look again.")
        everywhere = WorkspaceScope(self._team)
        channels = sorted(seen.channels.keys() | wanted.channels.keys())
        scopes: list[FileScope] = [everywhere, *(ChannelScope(self._team, one) for one in channels)]
        for scope in scopes:
            if wanted.of(scope) != seen.of(scope):
                inherited: Sequence[Scope] = (scope, everywhere)
                stored = dict(zip(inherited, await self._panels.changes(inherited), strict=True))
                changes = with_documents(wanted.of(scope), _documents(scope, stored))
                changes = given_by_operators(changes, stored[scope].added)
                await self._recorded.put(scope, changes, None)


def check_sizes(
    file: PanelFile, builtin: Sequence[Expert] = (), before: PanelFile | None = None
) -> None:
    """Raise Refused if a panel of *file*, with *builtin*, is too large, unless so *before*."""
    for channel in ("", *sorted(file.channels)):
        count, most = _size(file, channel, builtin), MOST_EXPERTS
        if before:
            most = max(most, _size(before, channel, builtin))
        if count > most:
            where = f"channel {channel}, with the defaults," if channel else "the defaults"
            raise Refused(f"The panel of {where} has {count} experts: {MOST_EXPERTS} is the most.")


def _size(file: PanelFile, channel: str, builtin: Sequence[Expert]) -> int:
    return size(builtin, (file.defaults, file.channels.get(channel, RosterChanges())))


def merged(now: PanelFile, file: PanelFile) -> PanelFile:
    """Return *now* with the changes of *file*; scopes that it does not mention stay."""
    channels = {
        channel: _merged(now.channels.get(channel, RosterChanges()), changes)
        for channel, changes in file.channels.items()
    }
    return PanelFile(_merged(now.defaults, file.defaults), {**now.channels, **channels})


def _merged(now: RosterChanges, file: RosterChanges) -> RosterChanges:
    added = {name: one for name, one in now.added.items() if name not in file.removed}
    return RosterChanges(
        added={**added, **file.added},
        removed=(now.removed - file.added.keys()) | file.removed,
        synthesis=file.synthesis or now.synthesis,
        streaming=now.streaming if file.streaming is None else file.streaming,
        unsure=file.unsure or now.unsure,
        rules=file.rules or now.rules,
    )


def without_documents(changes: RosterChanges) -> RosterChanges:
    """Return *changes* without the experts' documents."""
    return with_documents(changes, {})


def _as_in_file(changes: RosterChanges) -> RosterChanges:
    return replace(without_documents(changes), budgets="")  # these are in the store only


def with_documents(changes: RosterChanges, documents: DocumentsByExpert) -> RosterChanges:
    """Return *changes* with *documents* for the experts."""
    added = {
        name: replace(expert, collections=documents.get(name, ()))
        for name, expert in changes.added.items()
    }
    return replace(changes, added=added)


def _documents(scope: Scope, stored: Mapping[Scope, RosterChanges]) -> DocumentsByExpert:
    """Return the documents of the experts of *scope*, its own before inherited ones."""
    changes = (stored[WorkspaceScope(scope.team_id)], stored[scope])
    return {name: expert.collections for one in changes for name, expert in one.added.items()}
