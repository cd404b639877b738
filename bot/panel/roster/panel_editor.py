"""Changing who is on a panel: who may, and what names there may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.language import gettext, ngettext
from bot.panel.errors import Refused
from bot.panel.messaging.people import People
from bot.panel.model import CollectionId, Expert, ExpertName, Panel, Role, Synthesis, UserId
from bot.panel.roster.changes import Change, Verb
from bot.panel.roster.hierarchy import check_consulted
from bot.panel.roster.panel_store import PanelStore
from bot.panel.roster.rights import Rights
from bot.panel.roster.roster import (
    MOST_EXPERTS,
    RosterChanges,
    Scope,
    WorkspaceScope,
    assemble,
    check_expert,
    check_name,
    edited,
    is_like,
    origin,
    quoted,
    scopes_of,
    suggestion,
)
from bot.panel.tools import NO_TOOLS, Toolbox

_STREAMING = {"on": True, "off": False, "default": None}


@dataclass(frozen=True, slots=True)
class PanelEntry:
    """An expert of a panel, and which scope it comes from."""

    expert: Expert
    origin: Scope | None  # None: it came with the bot


class PanelEditor:
    """Reads and changes panels. Every refusal is one sentence: see Refused.

    *library* are the experts that can be added by name; *defaults* those that every
    workspace begins with; *toolbox* are the tools that an expert may have: those of the library
    go without the others; for *admins* and *kept_in* see Rights.
    """

    def __init__(
        self,
        panels: PanelStore,
        people: People,
        library: Sequence[Expert],
        defaults: Sequence[Expert],
        admins: frozenset[UserId],
        toolbox: Toolbox = NO_TOOLS,
        kept_in: str = "",
    ) -> None:
        self._panels = panels
        self._people = people
        self._rights = Rights(people, admins, kept_in)
        self._library = {expert.name: toolbox.fitted(expert) for expert in library}
        self._defaults = tuple(toolbox.fitted(expert) for expert in defaults)
        self.toolbox = toolbox

    async def panel(self, where: Scope) -> Panel:
        """Return the panel that answers in a thread, a channel, or by default."""
        changes = await self._panels.changes(scopes_of(where))
        return assemble(self._defaults, changes)

    async def entries(self, where: Scope) -> Sequence[PanelEntry]:
        """Return the panel's experts with where each comes from."""
        levels = scopes_of(where)
        changes = await self._panels.changes(levels)
        panel = assemble(self._defaults, changes)
        return [
            PanelEntry(expert, origin(expert.name, levels, changes)) for expert in panel.experts
        ]

    async def changes(self, scope: Scope) -> RosterChanges:
        """Return what *scope* itself changes of the panel that it inherits."""
        (changes,) = await self._panels.changes([scope])
        return changes

    async def changed_channels(self, team_id: str) -> Sequence[tuple[str, RosterChanges]]:
        """Return the channels that have changes of their own, and what these are."""
        channels = await self._panels.channels(team_id)
        changes = await self._panels.changes(channels)
        found = zip(channels, changes, strict=True)
        return [(where.channel_id, one) for where, one in found if one != RosterChanges()]

    async def is_used_anywhere(self, team_id: str, name: ExpertName) -> bool:
        """Tell whether the default panel or any channel's has an expert of that name."""
        defaults = await self.panel(WorkspaceScope(team_id))
        if any(expert.name == name for expert in defaults.experts):
            return True
        return any(name in one.added for _, one in await self.changed_channels(team_id))

    async def addable(self, where: Scope) -> Sequence[Expert]:
        """Return the experts that could be added by name: the library's, and those taken off."""
        panel, known = await self._known(where)
        return [expert for name, expert in sorted(known.items()) if not panel.find(name)]

    async def find(self, where: Scope, name: str) -> Expert:
        """Return an expert of the panel; Refused if there is none of that name."""
        panel = await self.panel(where)
        expert = panel.find(name)
        if expert is None:
            near = suggestion(name, [one.name for one in panel.experts])
            absent = gettext("There is no expert `{name}` on this panel.", name=quoted(name))
            raise Refused(f"{absent}{near}")
        return expert

    async def add_from_library(self, scope: Scope, name: str, by: UserId) -> Change:
        """Put one of the library's experts on the panel, or back on it."""
        await self.check_may_change(scope, by)
        panel, known = await self._known(scope)
        expert = Panel(tuple(known.values())).find(name)
        if panel.find(name) or (expert and panel.find(expert.name)):
            raise Refused(gettext("`{name}` is on this panel already.", name=quoted(name)))
        if expert is None:
            near = suggestion(name, [one for one in known if not panel.find(one)])
            absent = gettext("There is no expert `{name}` in the library.", name=quoted(name))
            way = gettext(
                "`/experts help` lists it, and `/experts add` lets you describe one of your own."
            )
            raise Refused(f"{absent}{near} {way}")
        return await self._put(Verb.ADDED, scope, await self._checked(expert, panel), by, panel)

    async def add(self, scope: Scope, expert: Expert, by: UserId) -> Change:
        """Put a new expert on the panel."""
        await self.check_may_change(scope, by)
        panel = await self.panel(scope)
        name = check_name(expert.name)
        if panel.find(name):
            raise Refused(
                gettext(
                    "The name `{name}` is taken on this panel; please choose another.", name=name
                ),
                field="name",
            )
        if is_like(name, await self._people.taken_names()):
            raise Refused(
                gettext("Somebody here is called “{name}”; please choose another name.", name=name),
                field="name",
            )
        return await self._put(Verb.ADDED, scope, await self._checked(expert, panel), by, panel)

    async def edit(self, scope: Scope, expert: Expert, by: UserId) -> Change:
        """Replace the expert of that name in *scope*."""
        await self.check_may_change(scope, by)
        before = await self.find(scope, expert.name)
        panel = await self.panel(scope)
        others = replace(panel, experts=tuple(e for e in panel.experts if e.name != before.name))
        checked = await self._checked(edited(before, expert), others)
        return await self._put(Verb.EDITED, scope, checked, by, others)

    async def set_consulted(
        self, scope: Scope, name: str, consulted: Sequence[str], by: UserId
    ) -> Change:
        """Set whom the expert may consult itself; nobody if *consulted* is empty."""
        expert = await self.find(scope, name)
        names = [(await self.find(scope, one)).name for one in consulted]
        return await self.edit(scope, replace(expert, consults=tuple(names)), by)

    async def configure_documents(
        self,
        scope: Scope,
        name: str,
        by: UserId | None,
        *,
        collections: tuple[CollectionId, ...] | None = None,
        always_consult: bool | None = None,
    ) -> Expert:
        """Change what the expert can look up, and when it does; nothing else of it."""
        now = await self.check_may_change_documents(scope, name, by)
        if always_consult is not None:
            self._rights.check_is_kept_here(scope)
        expert = replace(
            now,
            collections=now.collections if collections is None else collections,
            always_consult=now.always_consult if always_consult is None else always_consult,
        )
        await self._panels.add(scope, expert)
        return expert

    async def remove(self, scope: Scope, name: str, by: UserId) -> Change:
        """Take an expert off the panel."""
        await self.check_may_change(scope, by)
        expert = await self.find(scope, name)
        await self._panels.remove(scope, expert.name)
        return Change(Verb.REMOVED, scope, expert, by)

    async def set_synthesis(self, scope: Scope, value: str, by: UserId) -> Synthesis:
        """Set when the router sums up."""
        await self.check_may_change(scope, by)
        try:
            synthesis = Synthesis(value.casefold())
        except ValueError:
            raise Refused(
                gettext("The synthesis is one of `auto`, `always` and `never`.")
            ) from None
        await self._panels.set_synthesis(scope, synthesis)
        return synthesis

    async def set_streaming(self, scope: Scope, value: str, by: UserId) -> bool | None:
        """Set whether people watch replies being written; None: as is usual."""
        await self.check_may_change(scope, by)
        if value.casefold() not in _STREAMING:
            raise Refused(gettext("Streaming is one of `on`, `off` and `default`."))
        streaming = _STREAMING[value.casefold()]
        await self._panels.set_streaming(scope, streaming)
        return streaming

    async def check_may_change(self, scope: Scope, by: UserId | None) -> None:
        """Raise Refused if *by* may not change panels there; None is whoever runs the bot."""
        self._rights.check_is_kept_here(scope)
        await self._rights.check(scope, by)

    async def check_may_give_handle(self, team_id: str, by: UserId) -> None:
        """Raise Refused if *by* may not: handles are the workspace's, wherever panels are kept."""
        await self._rights.check(WorkspaceScope(team_id), by)

    async def check_may_change_documents(
        self, scope: Scope, name: str, by: UserId | None
    ) -> Expert:
        """Return the expert; raise Refused if there is none, or *by* may not give it documents.

        A file knows nothing of documents, but has to name the expert that is to have them.
        """
        await self._rights.check(scope, by)
        expert = await self.find(scope, name)
        if self.kept_in and expert.name not in (await self.changes(scope)).added:
            self._rights.check_is_kept_here(scope)
        return expert

    @property
    def kept_in(self) -> str:
        """Where the panels of the workspace and its channels are kept, if that is a file."""
        return self._rights.kept_in

    @property
    def admins(self) -> Sequence[UserId]:
        """Who may change the defaults beside the workspace's admins."""
        return self._rights.admins

    async def role(self, user: UserId) -> Role:
        """Return what *user* is in the workspace."""
        return (await self._people.person(user)).role

    async def fetch_taken_names(self) -> None:
        """Look up which names are taken, so that checking an expert soon after is quick."""
        await self._people.taken_names()

    async def _put(
        self, verb: Verb, scope: Scope, expert: Expert, by: UserId, others: Panel
    ) -> Change:
        if len(others.experts) >= MOST_EXPERTS:
            raise Refused(
                ngettext(
                    "A panel has at most {count} expert; remove it first.",
                    "A panel has at most {count} experts; remove one first.",
                    MOST_EXPERTS,
                )
            )
        await self._panels.add(scope, expert)
        return Change(verb, scope, expert, by)

    async def _checked(self, expert: Expert, others: Panel) -> Expert:
        """Return *expert* tidied, or raise Refused with what is wrong with it."""
        taken = await self._people.taken_names()
        experts = {called for one in others.experts for called in (one.name, one.title)}
        tools = self.toolbox.checked(expert.tools)
        checked = check_expert(replace(expert, tools=tools), taken | experts)
        return check_consulted(checked, others)

    async def _known(self, where: Scope) -> tuple[Panel, Mapping[ExpertName, Expert]]:
        """Return the panel, and the experts known by name: inherited ones go before the library's.

        An expert that only the scope itself has added is not among them.
        """
        changes = await self._panels.changes(scopes_of(where))
        inherited = assemble(self._defaults, changes[:-1])
        known = self._library | {expert.name: expert for expert in inherited.experts}
        return assemble(self._defaults, changes), known
