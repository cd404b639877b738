"""Changing panels: checked against rights, names and tools, and then stored."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.language import gettext, listing, ngettext
from bot.panel.audit.audit_log import Auditor
from bot.panel.budgets.limits import Level, Limit, Whose, read
from bot.panel.errors import Refused
from bot.panel.messaging.people import People
from bot.panel.model import CollectionId, Expert, Panel, Synthesis, UserId, WhenUnsure
from bot.panel.names import in_code
from bot.panel.roster.changes import Change, Verb
from bot.panel.roster.equipment import Equipment
from bot.panel.roster.expert_checks import (
    MOST_EXPERTS,
    check_expert,
    check_name,
    check_rules,
    edited,
    is_like,
)
from bot.panel.roster.hierarchy import check_consulted
from bot.panel.roster.panel_reader import Catalogue, PanelReader
from bot.panel.roster.panel_store import PanelStore
from bot.panel.roster.recorded_changes import RecordedChanges
from bot.panel.roster.rights import Rights
from bot.panel.roster.roster import (
    RosterChanges,
    Scope,
    Setting,
    SettingValue,
    WorkspaceScope,
    scopes_of,
    size,
    with_expert,
)
from bot.panel.roster.search import hint

_CHOICES: Mapping[Setting, Mapping[str, SettingValue]] = {  # by the words that people write
    Setting.SYNTHESIS: {one.value: one for one in Synthesis},
    Setting.STREAMING: {"on": True, "off": False, "default": None},
    Setting.UNSURE: {**{one.value: one for one in WhenUnsure}, "default": None},
}


class PanelEditor(PanelReader):
    """Reads and changes panels. Raises Refused for what *by* may not do, or nobody can."""

    def __init__(
        self,
        store: PanelStore,
        people: People,
        catalogue: Catalogue,
        rights: Rights,
        auditor: Auditor,
    ) -> None:
        super().__init__(store, catalogue)
        self._recorded = RecordedChanges(store, auditor)
        self._people = people
        self.rights = rights
        self.equipment = Equipment(people, catalogue.toolbox, rights.admins)

    async def equipped_panel(self, scope: Scope) -> Panel:
        """Return the panel with the tools that its experts may use now, for a turn."""
        return await self.equipment.equipped(await self.panel(scope))

    async def add_from_library(self, scope: Scope, name: str, by: UserId) -> Change:
        """Add one of the library's experts, or one that was removed."""
        await self.rights.check_may_change(scope, by)
        panel, known = await self.panel_and_known(scope)
        expert = Panel(tuple(known.values())).find(name)
        if panel.find(name) or (expert and panel.find(expert.name)):
            raise Refused(gettext("`{name}` is on this panel already.", name=in_code(name, 40)))
        if expert is None:
            problem = gettext("There is no expert `{name}` in the library.", name=in_code(name, 40))
            advice = gettext(
                "`/experts help` lists it, and `/experts add` lets you describe one of your own."
            )
            raise Refused(f"{problem}{hint(name, [*known.values(), *panel.experts])} {advice}")
        withheld = await self.equipment.withheld(expert.tools, by)
        tools = tuple(tool for tool in expert.tools if tool not in withheld)
        expert = replace(expert, tools=tools, equipped_by=by)
        return await self._put(Verb.ADDED, scope, await self._checked(expert, panel), by)

    async def add(self, scope: Scope, expert: Expert, by: UserId) -> Change:
        await self.rights.check_may_change(scope, by)
        await self.rights.check_may_name(expert.model, by, before=None)
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
        await self.equipment.check(expert.tools, by)
        self.equipment.check_kept_apart(expert)
        expert = replace(expert, equipped_by=by)
        return await self._put(Verb.ADDED, scope, await self._checked(expert, panel), by)

    async def edit(self, scope: Scope, expert: Expert, by: UserId) -> Change:
        """Replace the expert of that name in *scope*."""
        await self.rights.check_may_change(scope, by)
        before = await self.find(scope, expert.name)
        await self.rights.check_may_name(expert.model, by, before=before.model)
        panel = await self.panel(scope)
        others = replace(panel, experts=tuple(e for e in panel.experts if e.name != before.name))
        after = replace(edited(before, expert), equipped_by=by)
        await self.equipment.check(after.tools, by)
        self.equipment.check_kept_apart(after)
        checked = await self._checked(after, others)
        return await self._put(Verb.EDITED, scope, checked, by)

    async def set_consulted(
        self, scope: Scope, name: str, consulted: Sequence[str], by: UserId
    ) -> Change:
        """Set whom the expert may consult itself; nobody if *consulted* is empty."""
        expert = await self.find(scope, name)
        names = [(await self.find(scope, colleague)).name for colleague in consulted]
        return await self.edit(scope, replace(expert, consults=tuple(names)), by)

    async def remove(self, scope: Scope, name: str, by: UserId) -> Change:
        await self.rights.check_may_change(scope, by)
        expert = await self.find(scope, name)
        await self._recorded.remove(scope, expert.name, by)
        return Change(Verb.REMOVED, scope, expert, by)

    async def choose(self, scope: Scope, word: str, by: UserId, *, setting: Setting) -> None:
        """Set the synthesis, streaming, or what happens when the router is unsure, to *word*."""
        await self.rights.check_may_change(scope, by)
        choices = _CHOICES[setting]
        if word.casefold() not in choices:
            words = listing([f"`{choice}`" for choice in choices], "or")
            raise Refused(gettext("It is one of these: {words}.", words=words))
        await self._recorded.set(scope, setting, choices[word.casefold()], by)

    async def set_budget(self, scope: WorkspaceScope, written: str, by: UserId) -> Limit | Whose:
        """Set one of the workspace's own budgets as it is *written*, or take it back."""
        await self.rights.check_may_set_budget(scope, by)
        try:
            change = read(written)
        except ValueError:
            raise Refused(
                gettext(
                    "Write whose budget it is and how much, such as `person $2/day`, "
                    "`channel $20/month`, `expert:legal 5M tokens/month`, `workspace unlimited` or "
                    "`person off`."
                )
            ) from None
        if change.level is Level.DEPLOYMENT:
            raise Refused(gettext("Whoever runs me sets that budget, in the settings."))
        await self._recorded.set_budget(scope, change, by)
        return change

    async def set_rules(self, scope: Scope, rules: str, by: UserId) -> str | None:
        """Set the rules for whom the router asks, besides those of wider scopes; empty: none."""
        await self.rights.check_may_change(scope, by)
        checked = check_rules(rules) or None
        await self._recorded.set_rules(scope, checked, by)
        return checked

    async def check_may_change_documents(
        self, scope: Scope, name: str, by: UserId | None
    ) -> Expert:
        """Return the expert; raise Refused if there is none, or *by* may not give it documents.

        A panel file does not have the documents, but it has to name the expert that gets them.
        """
        await self.rights.check_role(scope, by)
        expert = await self.find(scope, name)
        if self.rights.kept_in and expert.name not in (await self.changes(scope)).added:
            self.rights.check_not_in_file(scope)
        return expert

    async def set_collections(
        self, scope: Scope, name: str, by: UserId | None, collections: tuple[CollectionId, ...]
    ) -> None:
        expert = await self.check_may_change_documents(scope, name, by)
        await self._recorded.add(scope, replace(expert, collections=collections), by)

    async def set_always_consult(
        self, scope: Scope, name: str, by: UserId | None, *, always: bool
    ) -> Expert:
        expert = await self.check_may_change_documents(scope, name, by)
        self.rights.check_not_in_file(scope)
        changed = replace(expert, always_consult=always)
        await self._recorded.add(scope, changed, by)
        return changed

    async def fetch_taken_names(self) -> None:
        """Fetch the names in use, so that checking an expert soon after is quick."""
        await self._people.taken_names()

    async def _put(self, verb: Verb, scope: Scope, expert: Expert, by: UserId) -> Change:
        await self._check_room(scope, expert)
        await self._recorded.add(scope, expert, by)
        return Change(verb, scope, expert, by)

    async def _check_room(self, scope: Scope, expert: Expert) -> None:
        """Raise Refused if *expert* would make the panel of *scope* too large, or a channel's.

        Two at the same time may still do so, and threads are not looked at: a panel that is too
        large goes on without the last ones.
        """
        *inherited, own = await self._store.changes(scopes_of(scope))
        grown = with_expert(own, expert)
        if self._is_too_large([*inherited, own], [*inherited, grown]):
            raise Refused(
                ngettext(
                    "A panel has at most {count} expert; remove it first.",
                    "A panel has at most {count} experts; remove one first.",
                    MOST_EXPERTS,
                )
            )
        if isinstance(scope, WorkspaceScope):
            for channel, changes in await self.changed_channels(scope.team_id):
                if self._is_too_large([own, changes], [grown, changes]):
                    raise Refused(_no_room_in(channel))

    def _is_too_large(
        self, before: Sequence[RosterChanges], after: Sequence[RosterChanges]
    ) -> bool:
        """Whether a panel grows beyond the limit; one that is beyond it already may be edited."""
        defaults = self._catalogue.defaults
        return size(defaults, after) > max(MOST_EXPERTS, size(defaults, before))

    async def _checked(self, expert: Expert, others: Panel) -> Expert:
        in_workspace = await self._people.taken_names()
        on_panel = {name for other in others.experts for name in (other.name, other.title)}
        tools = self.toolbox.check(expert.tools)
        checked = check_expert(replace(expert, tools=tools), in_workspace | on_panel)
        return check_consulted(checked, others)


def _no_room_in(channel: str) -> str:
    if channel.startswith("D"):
        return ngettext(
            "The panel of a direct message would have more than {count} expert, as it has others "
            "of its own.",
            "The panel of a direct message would have more than {count} experts, as it has others "
            "of its own.",
            MOST_EXPERTS,
        )
    return ngettext(
        "The panel of the channel `{channel}` would have more than {count} expert; remove one "
        "there first.",
        "The panel of the channel `{channel}` would have more than {count} experts; remove one "
        "there first.",
        MOST_EXPERTS,
        channel=channel,
    )
