"""The app is taken out: its token is dead, and two events tell of it."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack.server import EVENTS, SlackPlayground
from bot.playground.slack.workspace.other_companies import FAY, GLOBEX, GLOBEX_GENERAL
from tests import slack_changes
from tests.organisation import INITECH, NORTH
from tests.playground.slack.worlds import events_of, refused

SECRETS = {"client_id": "111.222", "client_secret": "playground-client-secret"}
ACCESS = {"team_access_granted", "team_access_revoked"}


@pytest.fixture
async def slack():
    async with SlackPlayground(events=EVENTS | ACCESS, retry_after=()) as running:
        yield running


def kinds(envelopes) -> list[str]:
    return [envelope["event"]["type"] for envelope in envelopes]


@pytest.mark.parametrize(
    ("hazard", "order"),
    [
        ("tokens first", ["tokens_revoked", "app_uninstalled"]),
        ("app first", ["app_uninstalled", "tokens_revoked"]),
    ],
)
async def test_two_events_tell_of_it(world, bot, client_of, hazard, order):
    world.hazards.removals = hazard
    installed = world.install(GLOBEX)
    client = client_of(GLOBEX)

    told = await events_of(world, bot, lambda: world.removals.uninstall(GLOBEX))

    assert sorted(kinds(told)) == sorted(order)
    assert {one["team_id"] for one in told} == {GLOBEX}
    (revoked,) = (one["event"] for one in told if one["event"]["type"] == "tokens_revoked")
    assert revoked["tokens"] == {"oauth": [], "bot": [installed.bot_user]}
    assert await refused(client.auth_test()) == "account_inactive"


async def test_the_app_may_remove_itself(world, client_of):
    world.install(GLOBEX)
    client = client_of(GLOBEX)
    wrong = SECRETS | {"client_secret": "guessed"}
    assert await refused(client.apps_uninstall(**wrong)) == "bad_client_secret"

    await client.apps_uninstall(**SECRETS)

    assert GLOBEX not in world.installations.by_key


async def test_revoking_the_only_token_uninstalls(world, bot, client_of):
    world.install(GLOBEX)
    client = client_of(GLOBEX)
    assert not (await client.auth_revoke(test=True))["revoked"]

    assert (await client.auth_revoke())["revoked"]

    assert await refused(client.auth_test()) == "token_revoked"
    assert GLOBEX not in world.installations.by_key


async def test_after_the_next_installation_the_bot_is_another(world, bot, client_of):
    first = world.install(GLOBEX)
    world.removals.uninstall(GLOBEX)

    second = world.install(GLOBEX)

    assert second.bot_user != first.bot_user
    assert (await client_of(GLOBEX).auth_test())["user_id"] == second.bot_user
    tell = world.tenants[GLOBEX].people.say
    assert await events_of(world, bot, lambda: tell(FAY, GLOBEX_GENERAL, "hello"))


async def test_removals_may_be_told_of_late_and_twice(world, bot):
    world.hazards.removals_come_after = 0.05
    world.hazards.extra_deliveries = 1
    world.install(GLOBEX)

    def again():
        world.removals.uninstall(GLOBEX)
        world.install(GLOBEX)

    told = await events_of(world, bot, again)

    assert sorted(kinds(told)) == ["app_uninstalled"] * 2 + ["tokens_revoked"] * 2


async def test_a_workspace_of_an_organisation_is_told_without_a_team(world, bot):
    world.install(INITECH.id)

    def both():
        slack_changes.grant_access(world, INITECH.id, NORTH)
        slack_changes.revoke_access(world, INITECH.id, NORTH)

    told = await events_of(world, bot, both)

    assert sorted(kinds(told)) == sorted(ACCESS)
    for one in told:
        assert (one["team_id"], one["enterprise_id"]) == (None, INITECH.id)
        assert one["event"]["team_ids"] == [NORTH]
        assert "authorizations" not in one
    assert not world.tenants[NORTH].state.installed


@pytest.mark.parametrize(("names_a_team", "team"), [(False, None), (True, NORTH)])
async def test_an_organisation_may_be_told_of_with_a_team(world, bot, names_a_team, team):
    world.hazards.org_removals_name_a_team = names_a_team
    world.install(INITECH.id)

    told = await events_of(world, bot, lambda: world.removals.uninstall(INITECH.id))

    assert {(one["team_id"], one["enterprise_id"]) for one in told} == {(team, INITECH.id)}


async def test_all_who_may_see_an_event_are_listed(world, bot, session):
    world.install(GLOBEX)
    tell = world.tenants[GLOBEX].people.say
    (told,) = await events_of(world, bot, lambda: tell(FAY, GLOBEX_GENERAL, "hello"))
    client = AsyncWebClient(world.app_token, base_url=world.api_url, session=session)

    listed = await client.apps_event_authorizations_list(event_context=told["event_context"])

    assert listed["authorizations"] == told["authorizations"]
