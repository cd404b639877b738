"""One bot in many workspaces: whoever asks is answered where they asked, and nowhere else."""

import asyncio
import time
from dataclasses import replace

import pytest
from aiohttp import ClientSession, DummyCookieJar

from bot.adapters.redis import keys
from bot.assembly import storage
from bot.operations.chores import Chore, ChoreKind
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import WaitFor
from bot.playground.slack.workspace.company import ADA, GENERAL
from bot.playground.slack.workspace.other_companies import FAY, GLOBEX
from tests import slack_changes
from tests.adapters.slack.installing.pages.conftest import Browser
from tests.end_to_end.companies import (
    ACME,
    PLACES,
    TWIN,
    Companies,
    companies_of,
    installation,
)
from tests.end_to_end.conftest import World, panel_brain
from tests.eventually import eventually
from tests.organisation import INITECH, NORTH, SOUTH
from tests.scripted_brain import ScriptedBrain


@pytest.fixture
def companies(world: World) -> Companies:
    return companies_of(world)


async def test_each_workspace_is_answered_in_its_own_threads(companies):
    await companies.install(ACME, TWIN, GLOBEX, INITECH.id)
    await companies.world.start_bot()
    for team in (NORTH, SOUTH):
        slack_changes.grant_access(companies.slack, INITECH.id, team)

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


async def test_a_token_that_expires_is_refreshed_once_and_answers_go_on(companies):
    companies.slack.registration.rotates_tokens = True
    new = installation(companies.slack, GLOBEX)
    there = companies.slack.installations.by_key[GLOBEX]
    rotating = {"refresh_token": there.refresh_token, "expires_at": time.time() + 60}
    async with companies.store() as store:
        await store.save(replace(new, **rotating))
        await companies.world.start_bot()
        ts = companies.ask(GLOBEX, "legal, please")
        await eventually(lambda: companies.said(GLOBEX, ts))
        renewed = await store.find(GLOBEX)

    assert (renewed.token, renewed.renewals) == (there.token, 1)
    assert renewed.token != new.token
    asked = [call for call in companies.slack.calls if call.method == "oauth.v2.access"]
    assert [call.outcome for call in asked] == ["ok"]


async def test_permissions_that_were_not_granted_are_told_by_name(companies):
    companies.slack.hazards.withheld_scopes = frozenset({"files:read"})
    await companies.install(GLOBEX)
    await companies.world.start_bot()
    ts = companies.ask(GLOBEX, "legal, please")
    await eventually(lambda: companies.said(GLOBEX, ts))

    noted = await companies.world.redis.hgetall(
        f"panelbot:{{alerts:{GLOBEX}}}:alert:scopes-missing "
    )
    assert '"files:read"' in noted["details"]


async def test_a_token_that_expires_before_its_time_is_refreshed_and_the_turn_goes_on(
    companies,
):
    slack = companies.slack
    slack.registration.rotates_tokens = True
    new = installation(slack, GLOBEX)
    there = slack.installations.by_key[GLOBEX]
    rotating = {"refresh_token": there.refresh_token, "expires_at": time.time() + 40_000}
    slack.installations.tokens[new.token].expires_at = 0
    async with companies.store() as store:
        await store.save(replace(new, **rotating))
    await companies.world.start_bot()
    ts = companies.ask(GLOBEX, "legal, please")
    await eventually(lambda: companies.said(GLOBEX, ts), within=20)
    assert [name for name, _ in companies.said(GLOBEX, ts)] == ["Legal Counsel"]


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


async def test_a_worker_that_stops_finishes_what_runs_on_a_workspaces_own_server(companies):
    world, going_on = companies.world, asyncio.Event()
    slow = ScriptedBrain(lambda request: [WaitFor(going_on), *panel_brain(request)])
    await companies.install(ACME, GLOBEX)
    async with OpenAIPlayground(brain=slow) as own:
        server = {"OPENAI_API_KEY": own.api_key, "OPENAI_BASE_URL": own.base_url}
        await companies.set(GLOBEX, **server)
        await world.start_bot()
        ts = companies.ask(GLOBEX, "legal, please")
        await eventually(lambda: own.requests)
        stopping = asyncio.create_task(world.stop_bot())
        await asyncio.sleep(0.2)
        going_on.set()
        await stopping

    assert [name for name, _ in companies.said(GLOBEX, ts)] == ["Legal Counsel"]


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


async def test_a_flood_of_one_workspace_lets_the_question_of_another_pass(companies):
    world = companies.world
    world.environ |= {"PANELBOT_CONCURRENCY": "1", "PANELBOT_CHANNEL_CONCURRENCY": "100"}
    await companies.install(ACME, GLOBEX)
    flood = [companies.ask(ACME, f"legal, please: {number}") for number in range(8)]
    ts = companies.ask(GLOBEX, "legal, please")
    await world.start_bot()
    await eventually(lambda: companies.said(GLOBEX, ts))

    answered = sum(bool(companies.said(ACME, one)) for one in flood)
    assert answered < 4
    await world.idle()
    assert all(companies.said(ACME, one) for one in flood)


async def test_what_all_workspaces_took_is_told_by_workspace(companies):
    await companies.install(ACME, GLOBEX)
    await companies.world.start_bot()
    for team in (GLOBEX, ACME, GLOBEX):
        ts = companies.ask(team, "legal, please")
        await eventually(lambda team=team, ts=ts: companies.said(team, ts))
    await companies.world.idle()

    code, out, err = await companies.world.panelbot("usage", "--all", "--format", "csv")
    assert (code, err) == (0, "")
    rows = [line.split(",")[1:3] for line in out.splitlines()[1:]]
    assert rows == [[GLOBEX, "2"], [ACME, "1"]]
    code, _, err = await companies.world.panelbot("usage", "--all", "--workspace", GLOBEX)
    assert code == 1
    assert "--workspace" in err


async def test_idle_threads_are_forgotten_as_each_workspace_wants(companies):
    await companies.install(ACME, GLOBEX)
    await companies.set(GLOBEX, PANELBOT_RETENTION_DAYS="5")
    await companies.world.start_bot()
    asked = {team: companies.ask(team, "legal, please") for team in (ACME, GLOBEX)}
    await eventually(lambda: all(companies.said(*one) for one in asked.items()))
    await companies.world.idle()
    redis, config = companies.world.redis, companies.world.config()
    links = {team: (await redis.keys(f"*:links:{team}:*"))[0] for team in asked}
    for key in links.values():
        await redis.expire(key, keys.THREAD_FOR - 6 * keys.DAY)  # last used six days ago

    tidy = Chore(ChoreKind.TIDY, config.client_id)
    async with storage.open_storage(config) as opened, asyncio.timeout(20):
        await opened.chores.again(tidy, 0)
        await opened.chores.put(tidy)
        while await redis.exists(links[GLOBEX]):  # noqa: ASYNC110 - Redis sends no events
            await asyncio.sleep(0.05)
    assert await redis.exists(links[ACME])
