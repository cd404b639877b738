"""One bot in many workspaces: whoever asks is answered where they asked, and nowhere else."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, DummyCookieJar

from bot.assembly import storage
from bot.assembly.workspaces.chosen import checked_settings
from bot.panel.installations.installation import Installation, InstallationStore
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, GENERAL
from bot.playground.slack.workspace.other_companies import (
    FAY,
    GLOBEX,
    GLOBEX_GENERAL,
    INITECH,
    IVY,
    NORTH,
    NORTH_GENERAL,
    SOUTH,
    SOUTH_GENERAL,
    globex_workspace,
    initech_workspaces,
)
from tests.adapters.slack.installing.pages.conftest import Browser
from tests.end_to_end.conftest import World, body
from tests.eventually import eventually

ACME = "T0ACME"
PLACES = {
    ACME: (GENERAL, ADA),
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


@pytest.fixture
async def companies(world: World) -> Companies:
    slack = world.slack
    slack.registration.is_distributed = slack.registration.for_organisations = True
    slack.add_workspace(globex_workspace())
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


async def test_each_workspace_is_answered_in_its_own_threads(companies):
    await companies.install(ACME, GLOBEX, INITECH.id)
    await companies.world.start_bot()
    for team in (NORTH, SOUTH):
        companies.slack.removals.grant_access(INITECH.id, team)

    asked = {team: companies.ask(team, f"legal, please: {team}") for team in PLACES}
    for team, ts in asked.items():
        await eventually(lambda team=team, ts=ts: len(companies.said(team, ts)) == 1)
        ((name, text),) = companies.said(team, ts)
        assert "Legal" in name
        assert text.startswith("Answer 1 of")
    labels = str(companies.world.conversations())
    assert [team for team in PLACES if team not in labels] == []


@pytest.mark.parametrize("transport", ["socket mode", "http"])
async def test_a_workspace_that_installs_the_app_from_a_link_is_served(companies, transport):
    world = companies.world
    if transport == "http":
        del world.environ["SLACK_APP_TOKEN"]
    await companies.install(ACME)
    await world.start_bot()
    code, link, _ = await world.panelbot("workspaces", "invite")
    assert code == 0

    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        browser = Browser(session, world.environ["PANELBOT_PUBLIC_URL"])
        await browser.open(await browser.decide(await browser.begin(link.strip()), GLOBEX, FAY))
    assert (browser.status, browser.title) == (200, "Panelbot is installed in Globex")

    ts = companies.ask(GLOBEX, "legal, please")
    await eventually(lambda: companies.said(GLOBEX, ts))
    code, listed, _ = await world.panelbot("workspaces", "list")
    assert code == 0
    assert "Globex" in listed
    async with storage.open_storage(world.config()) as kept:
        (record,) = [one async for one in kept.audit_log.records(GLOBEX)]
    fields = record.fields()
    assert (fields["act"], fields["by"]) == ("installed", FAY)
    assert '"invited_by":"operator:' in record.text


async def test_a_workspace_that_removes_the_app_is_left_alone_and_the_others_served(companies):
    await companies.install(ACME, GLOBEX)
    await companies.world.start_bot()
    ts = companies.ask(GLOBEX, "legal, please")
    await eventually(lambda: companies.said(GLOBEX, ts))

    companies.slack.removals.uninstall(GLOBEX)
    async with companies.store() as store, asyncio.timeout(5):
        while await store.find(GLOBEX):  # noqa: ASYNC110 - Redis sends no events
            await asyncio.sleep(0.01)
    ts = companies.ask(ACME, "finance, please")
    await eventually(lambda: companies.said(ACME, ts))
    await companies.world.idle()


async def test_commands_change_the_panel_of_their_own_workspace(companies):
    await companies.install(ACME, GLOBEX)
    await companies.world.start_bot()
    await companies.command(GLOBEX, "remove legal")

    here, there = (companies.ask(team, "legal, please") for team in (ACME, GLOBEX))
    await eventually(lambda: companies.said(ACME, here) and companies.said(GLOBEX, there))
    assert [name for name, _ in companies.said(ACME, here)] == ["Legal Counsel"]
    assert [name for name, _ in companies.said(GLOBEX, there)] == ["Panelbot"]


async def test_a_workspace_with_a_key_of_its_own_is_answered_by_its_own_server(companies):
    world = companies.world
    await companies.install(ACME, GLOBEX)
    async with OpenAIPlayground(brain=world.brain) as own:
        server = {"OPENAI_API_KEY": own.api_key, "OPENAI_BASE_URL": own.base_url}
        await companies.set(GLOBEX, **server, PANELBOT_EXPERT_MODEL="gpt-6-luna")
        await world.start_bot()
        here, there = (companies.ask(team, "legal, please") for team in (ACME, GLOBEX))
        await eventually(lambda: companies.said(ACME, here) and companies.said(GLOBEX, there))
        await world.stop_bot()

    theirs = str([one.metadata for one in own.conversations.values()])
    assert (GLOBEX in theirs, ACME in theirs) == (True, False)
    ours = str(world.conversations())
    assert (GLOBEX in ours, ACME in ours) == (False, True)
    assert models_of(own) == {"gpt-6-luna"}
    assert "gpt-6.1-terra" in models_of(world.openai)


async def test_what_a_workspace_has_with_its_own_key_is_deleted_with_it(companies):
    world = companies.world
    world.environ["PANELBOT_UNINSTALL_DAYS"] = "0.00001"  # about a second
    await companies.install(ACME, GLOBEX)
    async with OpenAIPlayground(brain=world.brain) as own:
        server = {"OPENAI_API_KEY": own.api_key, "OPENAI_BASE_URL": own.base_url}
        await companies.set(GLOBEX, **server)
        await world.start_bot()
        ts = companies.ask(GLOBEX, "legal, please")
        await eventually(lambda: companies.said(GLOBEX, ts))
        await world.idle()
        assert own.conversations

        companies.slack.removals.uninstall(GLOBEX)
        async with companies.store() as store, asyncio.timeout(5):
            while await store.find(GLOBEX):  # noqa: ASYNC110 - Redis sends no events
                await asyncio.sleep(0.01)
        await world.stop_bot()
        await world.start_bot()
        await eventually(lambda: not own.conversations)
        async with asyncio.timeout(5):
            while await world.redis.exists(f"panelbot:settings:{GLOBEX}"):  # noqa: ASYNC110 - Redis sends no events
                await asyncio.sleep(0.01)


def models_of(openai: OpenAIPlayground) -> set[str]:
    """Return the models that were asked."""
    bodies = [one.body for one in openai.requests if one.path.endswith("/responses")]
    return {body["model"] for body in bodies if body}


async def test_a_shared_channel_belongs_to_whoever_was_asked(companies):
    slack = companies.slack
    slack.connect(ACME, GENERAL, GLOBEX)
    companies.world.environ["PANELBOT_CHANNELS_SHARING"] = GENERAL
    await companies.install(ACME, GLOBEX)
    await companies.world.start_bot()
    for team, person in ((ACME, ADA), (GLOBEX, FAY)):
        tenant = slack.tenants[team]
        bot = tenant.workspace.bot_user
        tenant.workspace.join(GENERAL, bot)
        tenant.workspace.join(GENERAL, person)
        ts = tenant.people.say(person, GENERAL, f"<@{bot}> legal, please")
        await eventually(lambda ts=ts: companies.said(ACME, ts))
        tenant.people.say(person, GENERAL, "finance, please", ts)
        await eventually(lambda ts=ts: len(companies.said(ACME, ts)) == 2)
        bots = {one.bot_id for one in slack.workspace.thread(GENERAL, ts)[1:] if one.bot_id}
        assert bots == {tenant.workspace.bot_id}
    await companies.world.idle()
