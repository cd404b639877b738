"""An organisation with two workspaces."""

from bot.playground.slack.workspace.other_companies import Person, add_people
from bot.playground.slack.workspace.state import Channel, Enterprise, Workspace

INITECH = Enterprise("E0INITECH", "Initech")
NORTH, SOUTH = "T0NORTH", "T0SOUTH"
IVY, JON = "W0IVY", "W0JON"  # who are in both
NORTH_GENERAL, SOUTH_GENERAL = "C0NORTH", "C0SOUTH"
_INITECH = (
    Person(IVY, "Ivy", "Mbeki", "👩🏿‍💼", "#a23e48", is_admin=True),
    Person(JON, "Jon", "Reyes", "👨🏽‍🔧", "#8a5a00"),
)


def initech_workspaces() -> tuple[Workspace, Workspace]:
    """Return the workspaces of an organisation, whose people are in both, without the app."""
    north = Workspace(NORTH, "Initech North", mark="NORTH", enterprise=INITECH)
    south = Workspace(SOUTH, "Initech South", mark="SOUTH", enterprise=INITECH)
    for workspace, channel in ((north, NORTH_GENERAL), (south, SOUTH_GENERAL)):
        members = add_people(workspace, _INITECH)
        workspace.add(Channel(channel, "general", members=set(members)))
    return north, south
