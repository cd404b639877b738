"""The changes of panels in memory."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.panel.model import Expert, ExpertName
from bot.panel.roster.panel_store import PanelStore
from bot.panel.roster.roster import ChannelScope, RosterChanges, Scope, Setting, SettingValue


class FakePanelStore(PanelStore):
    """Keeps the changes of each scope."""

    def __init__(self) -> None:
        self._changes: dict[Scope, RosterChanges] = {}

    async def changes(self, scopes: Sequence[Scope]) -> Sequence[RosterChanges]:
        return [self._of(scope) for scope in scopes]

    async def channels(self, team_id: str) -> Sequence[ChannelScope]:
        channels = (scope for scope in self._changes if isinstance(scope, ChannelScope))
        ours = (scope for scope in channels if scope.team_id == team_id)
        return sorted(ours, key=lambda scope: scope.channel_id)

    async def add(self, scope: Scope, expert: Expert) -> None:
        old = self._of(scope)
        added = {**old.added, expert.name: expert}
        self._changes[scope] = replace(old, added=added, removed=old.removed - {expert.name})

    async def remove(self, scope: Scope, name: ExpertName) -> None:
        old = self._of(scope)
        added = {known: expert for known, expert in old.added.items() if known != name}
        self._changes[scope] = replace(old, added=added, removed=old.removed | {name})

    async def set(self, scope: Scope, setting: Setting, value: SettingValue) -> None:
        inherited = getattr(RosterChanges(), setting)
        changed: dict[str, Any] = {setting: inherited if value in (None, "") else value}
        self._changes[scope] = replace(self._of(scope), **changed)

    async def put(self, scope: Scope, changes: RosterChanges) -> None:
        self._changes[scope] = replace(changes, budgets=self._of(scope).budgets)

    async def forget(self, scope: Scope) -> bool:
        return self._changes.pop(scope, None) is not None

    def _of(self, scope: Scope) -> RosterChanges:
        return self._changes.get(scope, RosterChanges())
