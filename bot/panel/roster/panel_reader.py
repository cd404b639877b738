"""Reading panels: who is on them, where each expert comes from, and who could join."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.model import OPERATORS, Expert, ExpertName, Panel
from bot.panel.names import in_code
from bot.panel.roster.equipment import with_givers
from bot.panel.roster.panel_store import PanelStore
from bot.panel.roster.roster import (
    RosterChanges,
    Scope,
    WorkspaceScope,
    assemble,
    origin,
    scopes_of,
)
from bot.panel.roster.search import hint
from bot.panel.tools import NO_TOOLS, Toolbox

log = logging.getLogger(__name__)


class Catalogue:
    """The *library* of experts to add, and the *defaults*, with the tools that *toolbox* has."""

    def __init__(
        self, library: Sequence[Expert], defaults: Sequence[Expert], toolbox: Toolbox = NO_TOOLS
    ) -> None:
        self.library = {one.name: _offered(one, toolbox) for one in library}
        self.defaults = tuple(_offered(one, toolbox) for one in defaults)
        self.toolbox = toolbox


def _offered(expert: Expert, toolbox: Toolbox) -> Expert:
    return replace(toolbox.restrict(expert), equipped_by=OPERATORS)


@dataclass(frozen=True, slots=True)
class PanelEntry:
    """An expert of a panel, and the scope that it comes from."""

    expert: Expert
    origin: Scope | None  # None: it came with the bot


class PanelReader:
    """Assembles panels from the *catalogue* and from what *store* has of each scope's changes."""

    def __init__(self, store: PanelStore, catalogue: Catalogue) -> None:
        self._store = store
        self._catalogue = catalogue
        self.toolbox = catalogue.toolbox

    async def panel(self, scope: Scope) -> Panel:
        """Return the panel of a thread, of a channel, or the default one."""
        changes = await self.changes_of(scopes_of(scope))
        panel = assemble(self._catalogue.defaults, changes)
        if panel.left_out:
            log.warning("panel.too_large", extra={"left_out": panel.left_out, "of": str(scope)})
        return panel

    async def entries(self, scope: Scope) -> Sequence[PanelEntry]:
        scopes = scopes_of(scope)
        changes = await self.changes_of(scopes)
        experts = assemble(self._catalogue.defaults, changes).experts
        return [PanelEntry(expert, origin(expert.name, scopes, changes)) for expert in experts]

    async def changes_of(self, scopes: Sequence[Scope]) -> Sequence[RosterChanges]:
        """Return how each of *scopes* differs from what it inherits."""
        changes = await self._store.changes(scopes)
        return [with_givers(*one) for one in zip(scopes, changes, strict=True)]

    async def changes(self, scope: Scope) -> RosterChanges:
        """Return how *scope* itself differs from the panel that it inherits."""
        (changes,) = await self.changes_of([scope])
        return changes

    async def changed_channels(
        self, team_id: str, among: Collection[str] | None = None
    ) -> Sequence[tuple[str, RosterChanges]]:
        """Return which channels, *among* those if given, have changes of their own, and which."""
        known = await self._store.channels(team_id)
        channels = [one for one in known if among is None or one.channel_id in among]
        by_channel = zip(channels, await self._store.changes(channels), strict=True)
        return [
            (channel.channel_id, changes)
            for channel, changes in by_channel
            if changes != RosterChanges()
        ]

    async def is_used_anywhere(self, team_id: str, name: ExpertName) -> bool:
        """Whether the default panel or any channel's has an expert of that name."""
        defaults = await self.panel(WorkspaceScope(team_id))
        if any(expert.name == name for expert in defaults.experts):
            return True
        return any(name in changes.added for _, changes in await self.changed_channels(team_id))

    async def addable(self, scope: Scope) -> Sequence[Expert]:
        """Return the experts that can be added by name: the library's, and those removed here."""
        panel, known = await self.panel_and_known(scope)
        taken = {name for one in panel.experts for name in (one.name, one.title.casefold())}
        return [expert for name, expert in sorted(known.items()) if name not in taken]

    async def find(self, scope: Scope, name: str) -> Expert:
        """Return the expert of that name. Raises Refused if the panel has none."""
        panel = await self.panel(scope)
        expert = panel.find(name)
        if expert is None:
            problem = gettext("There is no expert `{name}` on this panel.", name=in_code(name, 40))
            raise Refused(f"{problem}{hint(name, panel.experts)}")
        return expert

    async def panel_and_known(self, scope: Scope) -> tuple[Panel, Mapping[ExpertName, Expert]]:
        """Return the panel, and the experts that can be added by name.

        Those that *scope* inherits replace the library's of the same name. An expert that only
        *scope* itself has added is not among them.
        """
        changes = await self.changes_of(scopes_of(scope))
        inherited = assemble(self._catalogue.defaults, changes[:-1])
        known = self._catalogue.library | {expert.name: expert for expert in inherited.experts}
        return assemble(self._catalogue.defaults, changes), known
