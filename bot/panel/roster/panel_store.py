"""The store of changes to panels: lasting, as nothing else remembers them."""

from collections.abc import Sequence
from typing import Protocol

from bot.panel.model import Expert, ExpertName
from bot.panel.roster.roster import ChannelScope, RosterChanges, Scope, Setting, SettingValue


class PanelStore(Protocol):
    """What each scope changes of the panel that it inherits. Methods may raise StoreUnavailable."""

    async def changes(self, scopes: Sequence[Scope]) -> Sequence[RosterChanges]:
        """Return the changes of each of *scopes*, in that order."""

    async def channels(self, team_id: str) -> Sequence[ChannelScope]:
        """Return every channel that has changed its panel, in order."""

    async def add(self, scope: Scope, expert: Expert) -> None:
        """Add *expert* in *scope*, or replace the one of that name."""

    async def remove(self, scope: Scope, name: ExpertName) -> None:
        """Remove the expert in *scope*, whether it was added there or is inherited."""

    async def set(self, scope: Scope, setting: Setting, value: SettingValue) -> None:
        """Set *setting*; None or an empty text takes it back, so that *scope* inherits it."""

    async def put(self, scope: Scope, changes: RosterChanges) -> None:
        """Replace the changes of *scope* with *changes*, atomically; but budgets stay."""

    async def forget(self, scope: Scope) -> bool:
        """Forget all that *scope* changes; returns whether it changed anything."""
