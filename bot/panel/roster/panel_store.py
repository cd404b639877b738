"""The store of changes to panels: lasting, as nothing else remembers them."""

from collections.abc import Sequence
from typing import Protocol

from bot.panel.model import Expert, ExpertName, Synthesis, WhenUnsure
from bot.panel.roster.roster import ChannelScope, RosterChanges, Scope, WorkspaceScope


class PanelStore(Protocol):
    """How each scope differs from the panel that it inherits.

    Every method may raise StoreUnavailable.
    """

    async def changes(self, scopes: Sequence[Scope]) -> Sequence[RosterChanges]:
        """Return the changes of each of *scopes*, in that order."""

    async def channels(self, team_id: str) -> Sequence[ChannelScope]:
        """Return every channel that has changed its panel, in order."""

    async def add(self, scope: Scope, expert: Expert) -> None:
        """Add *expert* in *scope*, or replace the one of that name."""

    async def remove(self, scope: Scope, name: ExpertName) -> None:
        """Remove the expert in *scope*, whether it was added there or is inherited."""

    async def set_synthesis(self, scope: Scope, synthesis: Synthesis | None) -> None:
        """Set when the router closes with a synthesis; None inherits."""

    async def set_rules(self, scope: Scope, rules: str | None) -> None:
        """Set the rules for whom the router asks; None: none besides the inherited ones."""

    async def set_streaming(self, scope: Scope, streaming: bool | None) -> None:
        """Set whether replies are streamed; None inherits."""

    async def set_unsure(self, scope: Scope, unsure: WhenUnsure | None) -> None:
        """Set whether people are asked whom to ask; None inherits."""

    async def set_budgets(self, scope: WorkspaceScope, budgets: str) -> None:
        """Set the workspace's own budgets, as they are written."""

    async def put(self, scope: Scope, changes: RosterChanges) -> None:
        """Replace the changes of *scope* with *changes*, atomically; but budgets stay."""

    async def forget(self, scope: Scope) -> bool:
        """Forget all that *scope* changes; returns whether it changed anything."""
