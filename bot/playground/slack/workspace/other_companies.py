"""Other workspaces than the first: a second company, and an organisation with two workspaces."""

from dataclasses import dataclass

from bot.playground.slack.workspace.state import SLACKBOT, Channel, Enterprise, User, Workspace

GLOBEX = "T0GLOBEX"
FAY, GIL, HANA = "U0FAY", "U0GIL", "U0HANA"
GLOBEX_GENERAL, SALES = "C0GLOBEX", "C0SALES"

INITECH = Enterprise("E0INITECH", "Initech")
NORTH, SOUTH = "T0NORTH", "T0SOUTH"
IVY, JON = "W0IVY", "W0JON"  # who are in both
NORTH_GENERAL, SOUTH_GENERAL = "C0NORTH", "C0SOUTH"


@dataclass(frozen=True, slots=True)
class _Person:
    id: str
    name: str
    surname: str
    emoji: str
    colour: str
    is_admin: bool = False
    locale: str = "en-US"


_GLOBEX = (
    _Person(FAY, "Fay", "Lindqvist", "👩🏼‍🚀", "#7b3f98", is_admin=True),
    _Person(GIL, "Gil", "Tanaka", "👨🏻‍🍳", "#1f6f8b"),
    _Person(HANA, "Hana", "Weber", "👩🏻‍🏫", "#2e7d4f", locale="de-DE"),
)
_INITECH = (
    _Person(IVY, "Ivy", "Mbeki", "👩🏿‍💼", "#a23e48", is_admin=True),
    _Person(JON, "Jon", "Reyes", "👨🏽‍🔧", "#8a5a00"),
)


def globex_workspace() -> Workspace:
    """Return the workspace of another company, without the app."""
    workspace = Workspace(GLOBEX, "Globex", mark="GLOB")
    members = _add_people(workspace, _GLOBEX)
    workspace.add(
        Channel(GLOBEX_GENERAL, "general", members=set(members)),
        Channel(SALES, "sales", members={FAY, GIL}),
    )
    return workspace


def initech_workspaces() -> tuple[Workspace, Workspace]:
    """Return the workspaces of an organisation, whose people are in both, without the app."""
    north = Workspace(NORTH, "Initech North", mark="NORTH", enterprise=INITECH)
    south = Workspace(SOUTH, "Initech South", mark="SOUTH", enterprise=INITECH)
    for workspace, channel in ((north, NORTH_GENERAL), (south, SOUTH_GENERAL)):
        members = _add_people(workspace, _INITECH)
        workspace.add(Channel(channel, "general", members=set(members)))
    return north, south


def _add_people(workspace: Workspace, people: tuple[_Person, ...]) -> set[str]:
    team = workspace.team_id
    for one in people:
        workspace.add(
            User(
                one.id,
                one.name.casefold(),
                f"{one.name} {one.surname}",
                team,
                one.name,
                is_admin=one.is_admin,
                is_owner=one.is_admin,
                locale=one.locale,
                emoji=one.emoji,
                colour=one.colour,
            )
        )
    workspace.add(
        User(SLACKBOT, "slackbot", "Slackbot", team, is_bot=True, emoji="💬", colour="#4a154b")
    )
    return {one.id for one in people}
