"""A second company."""

from dataclasses import dataclass

from bot.playground.slack.workspace.state import SLACKBOT, Channel, User, Workspace

GLOBEX = "T0GLOBEX"
FAY, GIL, HANA = "U0FAY", "U0GIL", "U0HANA"
GLOBEX_GENERAL, SALES = "C0GLOBEX", "C0SALES"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works there."""

    id: str
    name: str
    surname: str
    emoji: str
    colour: str
    is_admin: bool = False
    locale: str = "en-US"


_GLOBEX = (
    Person(FAY, "Fay", "Lindqvist", "👩🏼‍🚀", "#7b3f98", is_admin=True),
    Person(GIL, "Gil", "Tanaka", "👨🏻‍🍳", "#1f6f8b"),
    Person(HANA, "Hana", "Weber", "👩🏻‍🏫", "#2e7d4f", locale="de-DE"),
)


def globex_workspace() -> Workspace:
    """Return the workspace of another company, without the app."""
    workspace = Workspace(GLOBEX, "Globex", mark="GLOB")
    members = add_people(workspace, _GLOBEX)
    workspace.add(
        Channel(GLOBEX_GENERAL, "general", members=set(members)),
        Channel(SALES, "sales", members={FAY, GIL}),
    )
    return workspace


def add_people(workspace: Workspace, people: tuple[Person, ...]) -> set[str]:
    """Add people, and Slackbot; returns the ids of those."""
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
