"""The bot in the workspaces of several companies and of an organisation."""

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.assembly import storage
from bot.assembly.workspaces.chosen import checked_settings
from bot.panel.installations.installation import Installation, InstallationStore
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, GENERAL, company_workspace
from bot.playground.slack.workspace.other_companies import (
    FAY,
    GLOBEX,
    GLOBEX_GENERAL,
    globex_workspace,
)
from tests.end_to_end.conftest import World, body
from tests.organisation import IVY, NORTH, NORTH_GENERAL, SOUTH, SOUTH_GENERAL, initech_workspaces

ACME = "T0ACME"
TWIN = "T0TWIN"  # where everybody and everything has the same id as in Acme
PLACES = {
    ACME: (GENERAL, ADA),
    TWIN: (GENERAL, ADA),
    GLOBEX: (GLOBEX_GENERAL, FAY),
    NORTH: (NORTH_GENERAL, IVY),
    SOUTH: (SOUTH_GENERAL, IVY),
}


def installation(slack: SlackPlayground, key: str) -> Installation:
    """Install the app as its pages would, and return what these would save."""
    there = slack.install(key)
    organisation = there.organisation
    workspace = None if organisation else there.states[0].workspace
    return Installation(
        app_id=slack.registration.app_id,
        team_id=workspace.team_id if workspace else "",
        enterprise_id=organisation.id if organisation else "",
        bot_id=there.bot_id,
        bot_user_id=there.bot_user,
        token=there.token,
        scopes=frozenset(there.scopes),
    )


class Companies:
    """The bot in several workspaces."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.slack = world.slack

    @asynccontextmanager
    async def store(self) -> AsyncIterator[InstallationStore]:
        """Open what stores installations."""
        config = self.world.config()
        async with storage.open_storage(config) as opened:
            yield storage.installation_store(config, opened, config.client_id)

    async def install(self, *keys: str) -> None:
        """Install the app under *keys*."""
        async with self.store() as store:
            for key in keys:
                await store.save(installation(self.slack, key))

    async def set(self, team: str, **settings: str) -> None:
        """Give a workspace settings of its own."""
        config = self.world.config()
        async with storage.open_storage(config) as opened:
            own = checked_settings(config, opened, team)
            await own.change(settings, None)

    def ask(self, team: str, text: str) -> str:
        """Let somebody of a workspace ask the bot there; returns the message's ts."""
        channel, person = PLACES[team]
        tenant = self.slack.tenants[team]
        bot = tenant.workspace.bot_user
        tenant.workspace.join(channel, bot)
        return tenant.people.say(person, channel, f"<@{bot}> {text}")

    async def command(self, team: str, text: str) -> None:
        """Let somebody of a workspace command ``/experts``."""
        channel, person = PLACES[team]
        tenant = self.slack.tenants[team]
        tenant.workspace.join(channel, tenant.workspace.bot_user)
        assert not (await tenant.people.slash(person, channel, "/experts", text)).error

    def said(self, team: str, ts: str) -> list[tuple[str, str]]:
        """Who of the bot's said what in a thread, the plan left out."""
        workspace = self.slack.tenants[team].workspace
        return [
            (one.username or "Panelbot", body(one))
            for one in workspace.thread(PLACES[team][0], ts)[1:]
            if one.bot_id and one.blocks[0]["type"] != "plan"
        ]


def companies_of(world: World) -> Companies:
    """Return *world* with other companies in it, and settings with which all can install the app.

    The bot has no token of its own any more, and is not started yet.
    """
    slack = world.slack
    slack.registration.is_distributed = slack.registration.for_organisations = True
    slack.add_workspace(globex_workspace())
    slack.add_workspace(company_workspace(team=TWIN, name="Twin"))
    for workspace in initech_workspaces():
        slack.add_workspace(workspace)
    pages = f"http://127.0.0.1:{world.environ['PORT']}"
    slack.registration.redirect_urls = [f"{pages}/slack/oauth_redirect"]
    del world.environ["SLACK_BOT_TOKEN"]
    world.environ |= {
        "PANELBOT_CLIENT_ID": slack.registration.client_id,
        "PANELBOT_CLIENT_SECRET": slack.registration.client_secret,
        "PANELBOT_PUBLIC_URL": pages,
        "PANELBOT_ENCRYPTION_KEYS": urlsafe_b64encode(b"k" * 32).decode(),
    }
    return Companies(world)
