"""An organisation with two workspaces."""

from bot.playground.slack.workspace.other_companies import person
from bot.playground.slack.workspace.state import SLACKBOT, Channel, Enterprise, User, Workspace

INITECH = Enterprise("E0INITECH", "Initech")
NORTH, SOUTH = "T0NORTH", "T0SOUTH"
IVY, JON = "W0IVY", "W0JON"  # who are in both
NORTH_GENERAL, SOUTH_GENERAL = "C0NORTH", "C0SOUTH"


def initech_workspaces() -> tuple[Workspace, Workspace]:
    """Return the workspaces of an organisation, whose people are in both, without the app."""
    north = Workspace(NORTH, "Initech North", mark="NORTH", enterprise=INITECH)
    south = Workspace(SOUTH, "Initech South", mark="SOUTH", enterprise=INITECH)
    for workspace, channel in ((north, NORTH_GENERAL), (south, SOUTH_GENERAL)):
        team = workspace.team_id
        workspace.add(
            person(team, IVY, "Ivy Mbeki", "👩🏿‍💼", "#a23e48", is_admin=True),
            person(team, JON, "Jon Reyes", "👨🏽‍🔧", "#8a5a00"),
            User(SLACKBOT, "slackbot", "Slackbot", team, is_bot=True, emoji="💬", colour="#4a154b"),
            Channel(channel, "general", members={IVY, JON}),
        )
    return north, south
