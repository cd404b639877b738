"""The workspace of a believable small company."""

from dataclasses import replace

from bot.playground.slack.workspace.state import (
    OUR_APP,
    SLACKBOT,
    App,
    Channel,
    Enterprise,
    User,
    Workspace,
)

BOT_USER = "U0PANELBOT"
BOT_ID = "B0PANELBOT"
APP_ID = OUR_APP
MONITOR = "B0MONITOR"  # another app

ADA, BEN, CHLOE, DEV, ERIN = "U0ADA", "U0BEN", "U0CHLOE", "U0DEV", "U0ERIN"
GUEST, STRANGER = "U0GUS", "U0SAM"
GENERAL, PRODUCT, LEGAL, PRIVATE = "C0GENERAL", "C0PRODUCT", "C0LEGAL", "G0BOARD"
GROUP = "C0GROUP"  # a direct message between several people


def company_workspace(
    url: str = "",
    team: str = "T0ACME",
    name: str = "Acme",
    *,
    enterprise: Enterprise | None = None,
) -> Workspace:
    """Return a workspace with people, channels and the bot.

    All such workspaces have the same ids in them, whichever *team* they are.
    """
    workspace = Workspace(team, name, url, enterprise=enterprise)
    workspace.bot_user, workspace.bot_id, workspace.has_app = BOT_USER, BOT_ID, True
    ada = User(ADA, "ada", "Ada Okafor", team, "Ada", is_owner=True, is_admin=True)
    ben = User(BEN, "ben", "Ben Ito", team, "Ben", is_admin=True)
    chloe = User(CHLOE, "chloe", "Chloé Martin", team, "Chloé", locale="fr-FR")
    dev = User(DEV, "dev", "Dev Patel", team, "Dev")
    erin = User(ERIN, "erin", "Erin Schmidt", team, "Erin", locale="de-DE")
    guest = User(GUEST, "gus", "Gus Guest", team, "Gus", is_restricted=True)
    staff = (
        replace(ada, emoji="👩🏾‍💼", colour="#7b3f98"),
        replace(ben, emoji="👨🏻‍💻", colour="#1f6f8b"),
        replace(chloe, emoji="👩🏼‍🎨", colour="#a23e48"),
        replace(dev, emoji="🧑🏽‍🔬", colour="#2e7d4f"),
        replace(erin, emoji="👩🏼‍🔧", colour="#8a5a00"),
        replace(guest, emoji="🧳", colour="#566573"),
    )
    sam = User(STRANGER, "sam", "Sam Doe", "T0OTHER", "Sam", is_stranger=True)
    outside = replace(sam, emoji="🌍", colour="#3f51b5")
    bots = (
        User(BOT_USER, "panelbot", "Panelbot", team, is_bot=True, emoji="🤖", colour="#4a154b"),
        User("U0MONITOR", "monitor", "Monitor", team, is_bot=True, emoji="📟", colour="#566573"),
        User(SLACKBOT, "slackbot", "Slackbot", team, is_bot=True, emoji="💬", colour="#4a154b"),
    )
    workspace.add(*staff, outside, *bots)
    workspace.add(App(MONITOR, "A0MONITOR", "U0MONITOR", "Monitor"))
    everyone = {user.id for user in staff} | {BOT_USER}
    members = everyone - {GUEST}
    workspace.add(
        Channel(GENERAL, "general", members=set(everyone) | {STRANGER}, is_shared=True),
        Channel(PRODUCT, "product", members=set(members)),
        Channel(LEGAL, "legal-questions", members=set(everyone)),
        Channel(PRIVATE, "board", "group", {ADA, BEN, BOT_USER}),
        Channel(GROUP, "mpdm-ada--ben--panelbot-1", "mpim", {ADA, BEN, BOT_USER}),
    )
    return workspace
