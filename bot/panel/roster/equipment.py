"""Who may give which tools to experts: an expert uses what whoever has described it may give.

Instructions say what a tool is used for, so whoever edits an expert answers for all its tools. That
is checked when the expert is stored, and again in each turn: people lose roles.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.language import gettext
from bot.panel.errors import MessengerRefused, Refused
from bot.panel.messaging.people import People, Person, Role
from bot.panel.model import OPERATORS, Expert, ExpertName, Panel, ToolName, UserId
from bot.panel.roster.roster import RosterChanges, Scope, WorkspaceScope
from bot.panel.tools import Toolbox

_ADMINS = frozenset({"admins"})


class Equipment:
    """Knows who may give the tools of *toolbox*. Methods may raise MessengerUnavailable."""

    def __init__(self, people: People, toolbox: Toolbox, admins: Iterable[UserId] = ()) -> None:
        self._people = people
        self._toolbox = toolbox
        self._admins = frozenset(admins)

    async def withheld(
        self, tools: Sequence[ToolName], giver: UserId | None
    ) -> tuple[ToolName, ...]:
        """Return those of *tools* that *giver* may not give; None, unknown, is any member."""
        if not tools or giver == OPERATORS:
            return ()
        person = await self._person(giver) if giver else None
        known = [name for name in tools if name in self._toolbox.names]
        return tuple([name for name in known if not await self._may_give(person, name)])

    async def check(self, tools: Sequence[ToolName], giver: UserId) -> None:
        """Raise Refused if *giver* may not give one of *tools*."""
        for name in await self.withheld(tools, giver):
            raise Refused(
                gettext(
                    "You may not give an expert the tool `{name}`, or change one that has it. "
                    "Whoever runs me decides who may; usually these are admins.",
                    name=name,
                ),
                field="tools",
            )

    async def equipped(self, panel: Panel) -> Panel:
        """Return *panel* with the tools that its experts may use now."""
        withheld = {
            one.name: tools
            for one in panel.experts
            if one.tools and (tools := await self._withheld_from(one))
        }
        experts = tuple(
            _without(one, withheld[one.name]) if one.name in withheld else one
            for one in panel.experts
        )
        return replace(panel, experts=experts, withheld=withheld)

    def check_kept_apart(self, expert: Expert) -> None:
        """Raise Refused if *expert* has documents and a tool that leads out, where it may not."""
        if self._toolbox.keeps_apart and (names := self._toolbox.ways_out(expert)):
            raise Refused(
                gettext(
                    "An expert with documents may not have the tool `{name}` here: what is in them "
                    "could get out.",
                    name=names[0],
                ),
                field="tools",
            )

    async def _withheld_from(self, expert: Expert) -> tuple[ToolName, ...]:
        withheld = await self.withheld(expert.tools, expert.equipped_by)
        ways_out = self._toolbox.ways_out(expert) if self._toolbox.keeps_apart else ()
        return tuple(dict.fromkeys((*withheld, *ways_out)))

    async def offered(self, giver: UserId, expert: Expert | None) -> Toolbox:
        """Return the tools that *giver* may choose for *expert*, and those that it has already."""
        withheld = {*await self.withheld(self._toolbox.names, giver)}
        has = expert.tools if expert else ()
        names = [name for name in self._toolbox.names if name not in withheld or name in has]
        return replace(self._toolbox, tools=self._toolbox.select(names))

    async def _may_give(self, person: Person | None, name: ToolName) -> bool:
        words = self._toolbox.equippers.get(name, _ADMINS)
        if person is None:
            return "members" in words
        is_admin = person.role is Role.ADMIN or person.id in self._admins
        is_member = is_admin or person.role is Role.MEMBER
        if person.id in words or ("admins" in words and is_admin):
            return True
        if "members" in words and is_member:
            return True
        groups = [word for word in words if word.startswith("S")]
        return is_member and bool(groups and await self._people.groups(person.id, groups))

    async def _person(self, user: UserId) -> Person | None:
        try:
            return await self._people.person(user)
        except MessengerRefused:  # we may not know people
            return None


def _without(expert: Expert, tools: Sequence[ToolName]) -> Expert:
    return replace(expert, tools=tuple(name for name in expert.tools if name not in tools))


def with_givers(scope: Scope, changes: RosterChanges) -> RosterChanges:
    """Return *changes* of *scope* with who gave the tools: only admins can change the defaults."""
    if not isinstance(scope, WorkspaceScope):
        return changes
    added = {
        name: expert if expert.equipped_by else replace(expert, equipped_by=OPERATORS)
        for name, expert in changes.added.items()
    }
    return replace(changes, added=added)


def given_by_operators(
    changes: RosterChanges, before: Mapping[ExpertName, Expert] | None = None
) -> RosterChanges:
    """Return *changes* as operators make them; what is as *before* keeps who gave the tools.

    What only a newer version knows of an expert stays, too.
    """
    known, added = before or {}, dict[ExpertName, Expert]()
    for name, expert in changes.added.items():
        former = known.get(name, expert)
        giver = former.equipped_by if name in known and former == expert else OPERATORS
        added[name] = replace(expert, equipped_by=giver, unknown=former.unknown)
    return replace(changes, added=added)
