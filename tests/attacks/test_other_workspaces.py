"""What people of one company may send about another's workspace, where both have the app."""

import json
import time

import pytest
from aiohttp import ClientSession

from bot.adapters.slack.app.manifest import ADD_EXPERT
from bot.json_types import Json
from bot.playground.slack.delivery.http import sign
from bot.playground.slack.workspace.company import ADA, GENERAL
from bot.playground.slack.workspace.other_companies import FAY, GLOBEX
from tests.end_to_end.companies import ACME, Companies, companies_of
from tests.end_to_end.conftest import World
from tests.eventually import eventually
from tests.organisation import INITECH, IVY, NORTH
from tests.slack_faults import error, silence

MESSAGE = {
    "type": "message",
    "channel": GENERAL,
    "channel_type": "channel",
    "user": ADA,
    "text": "good morning",
    "ts": "1800000000.000100",
}
OF_ORGANISATION = {"enterprise_id": INITECH.id, "is_enterprise_install": True}


@pytest.fixture
def companies(world: World) -> Companies:
    del world.environ["SLACK_APP_TOKEN"]
    return companies_of(world)


async def deliver(world: World, body: Json) -> int:
    """Deliver a payload that Slack has signed; returns the status of the answer."""
    text = json.dumps(body)
    signed = sign(text, world.environ["SLACK_SIGNING_SECRET"], int(time.time()))
    headers = signed | {"Content-Type": "application/json"}
    url = f"http://127.0.0.1:{world.config().port}/slack/events"
    async with ClientSession() as session, session.post(url, data=text, headers=headers) as answer:
        return answer.status


def event(event: Json, **envelope: object) -> Json:
    return {"type": "event_callback", "event_id": "Ev1", "event": event, **envelope}


def click(**fields: object) -> Json:
    action = {"action_id": "retry", "type": "button", "value": "x", "action_ts": MESSAGE["ts"]}
    return {
        "type": "block_actions",
        "team": None,
        "is_enterprise_install": True,
        "enterprise": {"id": INITECH.id},
        "channel": {"id": GENERAL},
        "message": {"ts": MESSAGE["ts"]},
        "actions": [action],
        **fields,
    }


@pytest.mark.parametrize(
    "body",
    [
        event(MESSAGE, team_id=GLOBEX, authorizations=[{"team_id": None, **OF_ORGANISATION}]),
        event(MESSAGE, authorizations=[{"team_id": GLOBEX, **OF_ORGANISATION}]),
        event(MESSAGE, authorizations=[{"team_id": "T0\n{odd}:*", **OF_ORGANISATION}]),
        click(user={"id": "U0FAY", "team_id": GLOBEX}),
    ],
)
async def test_an_organisation_s_token_is_used_for_its_own_workspaces_only(companies, body):
    world = companies.world
    await companies.install(INITECH.id)
    companies.slack.installations.add_to(INITECH.id, NORTH)
    await world.start_bot()
    for _ in range(2):
        assert await deliver(world, body) == 200
    asked = [call for call in companies.slack.calls if call.method == "auth.teams.list"]
    assert len(asked) <= 1

    async with companies.store() as store:
        assert await store.teams(INITECH.id) == set()
        assert await deliver(world, event(MESSAGE, team_id=NORTH, **OF_ORGANISATION)) == 200
        assert await store.teams(INITECH.id) == {NORTH}


async def test_where_slack_does_not_list_workspaces_payloads_are_believed(companies):
    world = companies.world
    await companies.install(INITECH.id)
    await world.start_bot()
    body = event(MESSAGE, team_id=NORTH, **OF_ORGANISATION)
    companies.slack.hazards.on("auth.teams.list", silence())
    assert await deliver(world, body) == 503
    companies.slack.hazards.on("auth.teams.list", error("not_allowed_token_type"))
    assert await deliver(world, body) == 200

    async with companies.store() as store:
        assert await store.teams(INITECH.id) == {NORTH}


async def test_whoever_mentions_the_bot_of_a_company_elsewhere_asks_nothing_of_it(companies):
    world, slack = companies.world, companies.slack
    world.environ["PANELBOT_ASKERS"] = "members,partners"
    await companies.install(ACME, GLOBEX)
    await world.start_bot()
    mention = {**MESSAGE, "text": f"<@{slack.tenants[GLOBEX].workspace.bot_user}> legal, please"}
    envelope = {"team_id": ACME, "is_ext_shared_channel": True}

    assert (
        await deliver(world, event(mention, authorizations=[{"team_id": ACME}], **envelope)) == 200
    )
    await world.idle()
    assert GLOBEX not in str(world.conversations())
    assert await world.redis.keys("*asked*") == []


async def test_a_damaged_installation_stops_no_other(companies, caplog):
    world = companies.world
    await companies.install(ACME, GLOBEX)
    await world.start_bot()
    await world.redis.hdel(
        f"panelbot:{{installations:{world.config().client_id}}}:at:{GLOBEX}", "about"
    )

    assert await deliver(world, event(MESSAGE, team_id=GLOBEX)) == 503
    ts = companies.ask(ACME, "legal, please")
    await eventually(lambda: companies.said(ACME, ts))
    code, _, err = await world.panelbot("workspaces", "list")
    assert (code, f"the installation of {GLOBEX}" in err) == (1, True)
    assert "payload.not_sorted" in caplog.text


@pytest.mark.parametrize("author", ["a partner", "another app"])
async def test_a_shortcut_is_for_the_workspace_of_whoever_uses_it(companies, author):
    slack = companies.slack
    slack.connect(ACME, GENERAL, GLOBEX)
    await companies.install(ACME, GLOBEX)
    await companies.world.start_bot()
    theirs = slack.tenants[GLOBEX]
    theirs.workspace.join(GENERAL, FAY)
    if author == "a partner":
        ts = theirs.people.say(FAY, GENERAL, "may we ship this?")
    else:
        ts = slack.people.post_as_app(GENERAL, "disk full")
    message = slack.workspace.message(GENERAL, ts)

    await slack.people.shortcut(ADA, message, ADD_EXPERT)
    await eventually(lambda: [one for one in slack.calls if one.method == "views.open"])
    (opened,) = [one for one in slack.calls if one.method == "views.open"]
    assert (opened.outcome, opened.team_id) == ("ok", ACME)


@pytest.mark.parametrize("host_has_the_app", [True, False])
async def test_an_organisation_is_answered_in_a_channel_of_another_company(
    companies, host_has_the_app
):
    slack = companies.slack
    slack.hazards.org_wide_team, slack.hazards.shared_context = "null", "the host"
    slack.connect(ACME, GENERAL, NORTH)
    await companies.install(INITECH.id, *([ACME] if host_has_the_app else []))
    slack.installations.add_to(INITECH.id, NORTH)
    await companies.world.start_bot()
    async with companies.store() as store:
        await store.note_teams(INITECH.id, frozenset({NORTH}))
    theirs = slack.tenants[NORTH]
    for member in (IVY, theirs.workspace.bot_user):
        theirs.workspace.join(GENERAL, member)

    ts = theirs.people.say(IVY, GENERAL, f"<@{theirs.workspace.bot_user}> legal, please")
    await eventually(lambda: companies.said(ACME, ts))
    bots = {one.bot_id for one in slack.workspace.thread(GENERAL, ts)[1:] if one.bot_id}
    assert bots == {theirs.workspace.bot_id}
