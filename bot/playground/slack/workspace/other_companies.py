"""A second company."""

from dataclasses import replace

from bot.playground.slack.workspace.state import SLACKBOT, Channel, User, Workspace

GLOBEX = "T0GLOBEX"
FAY, GIL, HANA = "U0FAY", "U0GIL", "U0HANA"
GLOBEX_GENERAL, SALES = "C0GLOBEX", "C0SALES"


def globex_workspace() -> Workspace:
    """Return the workspace of another company, without the app."""
    workspace = Workspace(GLOBEX, "Globex", mark="GLOB")
    workspace.add(
        person(GLOBEX, FAY, "Fay Lindqvist", "👩🏼‍🚀", "#7b3f98", is_admin=True),
        person(GLOBEX, GIL, "Gil Tanaka", "👨🏻‍🍳", "#1f6f8b"),
        person(GLOBEX, HANA, "Hana Weber", "👩🏻‍🏫", "#2e7d4f", locale="de-DE"),
        User(SLACKBOT, "slackbot", "Slackbot", GLOBEX, is_bot=True, emoji="💬", colour="#4a154b"),
        Channel(GLOBEX_GENERAL, "general", members={FAY, GIL, HANA}),
        Channel(SALES, "sales", members={FAY, GIL}),
    )
    return workspace


def person(
    team: str, id_: str, name: str, emoji: str, colour: str, *, is_admin: bool = False,
    locale: str = "en-US",
) -> User:  # fmt: skip
    """Return somebody who works there; an admin owns the workspace, too."""
    first = name.split()[0]
    someone = User(id_, first.casefold(), name, team, first, emoji=emoji, colour=colour)
    return replace(someone, is_admin=is_admin, is_owner=is_admin, locale=locale)
