"""What each scope changes of the panel, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from bot.panel.model import Expert, ExpertName, Synthesis
from bot.panel.ports import PanelStore
from bot.panel.roster import RosterChanges, Scope


class FakePanelStore(PanelStore):
    """Remembers the changes of each scope."""

    def __init__(self) -> None:
        self._changes: dict[Scope, RosterChanges] = {}

    async def changes(self, scopes: Sequence[Scope]) -> Sequence[RosterChanges]:
        return [self._of(scope) for scope in scopes]

    async def add(self, scope: Scope, expert: Expert) -> None:
        now = self._of(scope)
        self._changes[scope] = replace(
            now, added={**now.added, expert.name: expert}, removed=now.removed - {expert.name}
        )

    async def remove(self, scope: Scope, name: ExpertName) -> None:
        now = self._of(scope)
        added = {key: expert for key, expert in now.added.items() if key != name}
        self._changes[scope] = replace(now, added=added, removed=now.removed | {name})

    async def set_synthesis(self, scope: Scope, synthesis: Synthesis | None) -> None:
        self._changes[scope] = replace(self._of(scope), synthesis=synthesis)

    def _of(self, scope: Scope) -> RosterChanges:
        return self._changes.get(scope, RosterChanges())
