"""Several workspaces in one Slack: a token acts in its own, and knows no other."""

import pytest

from bot.playground.slack.workspace.company import ADA, BOT_USER, GENERAL, company_workspace
from bot.playground.slack.workspace.other_companies import FAY, GLOBEX, GLOBEX_GENERAL
from tests import slack_changes
from tests.organisation import INITECH, IVY, NORTH, NORTH_GENERAL, SOUTH, SOUTH_GENERAL
from tests.playground.slack.block_kit import AGREE, modal
from tests.playground.slack.worlds import events_of, refused

BUTTON = {"type": "actions", "block_id": "choice", "elements": [AGREE]}


async def test_a_token_acts_in_its_own_workspace(world, client, client_of):
    installed = world.install(GLOBEX)
    other = client_of(GLOBEX)

    await other.chat_postMessage(channel=GLOBEX_GENERAL, text="Hello, Globex")

    (posted,) = world.tenants[GLOBEX].workspace.messages(GLOBEX_GENERAL)
    assert (posted.user, posted.bot_id) == (installed.bot_user, installed.bot_id)
    assert (await other.auth_test())["team_id"] == GLOBEX
    assert (await client.auth_test())["team_id"] == "T0ACME"
    assert world.calls[0].team_id == GLOBEX


async def test_ids_of_another_workspace_are_unknown(world, client, client_of):
    world.install(GLOBEX)
    other = client_of(GLOBEX)

    assert await refused(client.conversations_info(channel=GLOBEX_GENERAL)) == "channel_not_found"
    assert await refused(other.chat_postMessage(channel=GENERAL, text="?")) == "channel_not_found"
    assert await refused(other.users_info(user=ADA)) == "user_not_found"
    assert {m["id"] for m in (await other.users_list())["members"]}.isdisjoint({ADA, BOT_USER})


async def test_two_workspaces_may_have_the_same_ids(world, client, client_of):
    twin = world.add_workspace(company_workspace(team="T0TWIN", name="Twin"))
    world.install("T0TWIN")

    await client_of("T0TWIN").chat_postMessage(channel=GENERAL, text="only here")

    assert [m.text for m in twin.workspace.messages(GENERAL)] == ["only here"]
    assert not [*world.workspace.messages(GENERAL)]


async def test_files_and_answers_go_to_their_workspace(world, client_of, session):
    twin = world.add_workspace(company_workspace(team="T0TWIN", name="Twin"))
    world.install("T0TWIN")

    await client_of("T0TWIN").files_upload_v2(content="x", filename="x.txt", channel=GENERAL)
    (file,) = twin.workspace.files.values()
    url = twin.response_urls.new(ADA, GENERAL)
    await session.post(url, json={"text": "an answer"})

    assert not world.workspace.files
    mine, theirs = (
        {"Authorization": f"Bearer {world.installations.by_key[key].token}"}
        for key in ("T0TWIN", "T0ACME")
    )
    assert await (await session.get(file["url_private"], headers=mine)).text() == "x"
    assert "Sign in" in await (await session.get(file["url_private"], headers=theirs)).text()
    assert [m.text for m in twin.workspace.ephemeral(ADA)] == ["an answer"]


async def test_an_event_names_its_workspace(world, bot):
    world.install(GLOBEX)
    installed = world.installations.by_key[GLOBEX]
    tell = lambda: world.tenants[GLOBEX].people.say(FAY, GLOBEX_GENERAL, "hello")  # noqa: E731

    (envelope,) = await events_of(world, bot, tell)

    assert envelope["team_id"] == envelope["context_team_id"] == GLOBEX
    (authorization,) = envelope["authorizations"]
    assert authorization["team_id"] == GLOBEX
    assert authorization["user_id"] == installed.bot_user


async def test_nothing_is_told_of_a_workspace_without_the_app(world, bot):
    tell = lambda: world.tenants[GLOBEX].people.say(FAY, GLOBEX_GENERAL, "hello")  # noqa: E731

    assert not await events_of(world, bot, tell)


async def test_an_org_wide_token_acts_where_it_was_added(world, client_of):
    world.install(INITECH.id)
    client = client_of(INITECH.id)
    assert (await client.auth_test())["is_enterprise_install"]
    assert await refused(client.chat_postMessage(channel=NORTH_GENERAL, text="?")) == (
        "team_access_not_granted"
    )

    slack_changes.grant_access(world, INITECH.id, NORTH)

    await client.chat_postMessage(channel=NORTH_GENERAL, text="hello")
    assert [t["id"] for t in (await client.auth_teams_list())["teams"]] == [NORTH]
    refusal = await refused(client.chat_postMessage(channel=SOUTH_GENERAL, text="?"))
    assert refusal == "team_access_not_granted"
    assert await refused(client.chat_postMessage(channel="C0NONE", text="?")) == "channel_not_found"
    assert await refused(client.chat_postMessage(channel="general", text="?")) == "team_not_found"


async def test_some_methods_need_the_team_of_an_org_wide_token(world, client_of):
    world.install(INITECH.id)
    slack_changes.grant_access(world, INITECH.id, NORTH)
    client = client_of(INITECH.id)

    assert await refused(client.users_list()) == "missing_argument"
    assert await refused(client.usergroups_list()) == "missing_argument"
    assert await refused(client.users_list(team_id=GLOBEX)) == "team_not_found"
    assert await refused(client.users_list(team_id=SOUTH)) == "team_access_not_granted"
    assert IVY in {m["id"] for m in (await client.users_list(team_id=NORTH))["members"]}


@pytest.mark.parametrize(("hazard", "team"), [("named", NORTH), ("null", None)])
async def test_payloads_of_an_org_wide_installation(world, bot, hazard, team):
    world.hazards.org_wide_team = hazard
    world.install(INITECH.id)
    slack_changes.grant_access(world, INITECH.id, NORTH)
    people = world.tenants[NORTH].people

    (envelope,) = await events_of(world, bot, lambda: people.say(IVY, NORTH_GENERAL, "hello"))
    await people.slash(IVY, NORTH_GENERAL, "/experts", "list")

    assert envelope["enterprise_id"] == INITECH.id
    assert envelope["authorizations"][0]["team_id"] == team
    assert envelope["authorizations"][0]["is_enterprise_install"]
    assert "is_enterprise_install=true" in bot.requests[-1][1]


async def test_a_workspace_that_moves_into_an_organisation_refuses_calls_meanwhile(
    world, bot, client
):
    moves = {"grid_migration_started", "grid_migration_finished"}
    world.state.events |= moves
    world.deliver_to(bot.url)

    slack_changes.begin_migration(world, INITECH)
    refusal = await refused(client.chat_postMessage(channel=GENERAL, text="?"))
    await world.deliverer.settle()
    slack_changes.finish_migration(world, INITECH)
    await client.chat_postMessage(channel=GENERAL, text="hello")
    await world.deliverer.settle()

    assert refusal == "team_added_to_org"
    told = [one for one in bot.events if one["event"]["type"] in moves]
    assert [one.get("enterprise_id") for one in told] == [None, INITECH.id]
    assert not told[1]["authorizations"][0]["is_enterprise_install"]


async def test_clicks_in_an_organisation_name_no_team(world, bot, client_of):
    world.install(INITECH.id)
    slack_changes.grant_access(world, INITECH.id, NORTH)
    world.deliver_to(bot.url)
    await client_of(INITECH.id).chat_postMessage(channel=NORTH_GENERAL, text="?", blocks=[BUTTON])
    (posted,) = world.tenants[NORTH].workspace.messages(NORTH_GENERAL)

    await world.tenants[NORTH].people.click(IVY, posted, "agree")

    (payload,) = bot.interactions
    assert (payload["team"], payload["is_enterprise_install"]) == (None, True)
    assert payload["enterprise"] == {"id": INITECH.id, "name": INITECH.name}
    assert payload["user"]["team_id"] == NORTH
    opened = await client_of(INITECH.id).views_open(trigger_id=payload["trigger_id"], view=modal())
    assert opened["view"]["app_installed_team_id"] == NORTH
