"""Events that end installations, as Slack delivers them: in any order, twice, late, or never."""

from dataclasses import replace

import pytest
from aiohttp import web as http

from bot.adapters.redis.encryption import Cipher
from bot.adapters.redis.stores.chore_store import RedisChoreStore
from bot.adapters.redis.stores.installation_store import RedisInstallationStore
from bot.adapters.slack.installing.removal import Removals
from bot.operations.chores import ChoreKind
from bot.operations.forgetting.removal import RemovedWorkspaces
from bot.panel.audit.entry import Act
from bot.panel.errors import MessengerUnavailable, PanelError
from bot.playground.loopback import LoopbackServer
from bot.playground.slack.workspace.other_companies import GLOBEX
from tests import slack_changes
from tests.fakes.audit_log import FakeAuditLog, auditor
from tests.organisation import INITECH, NORTH, SOUTH

ORG = INITECH.id


class Company:
    """What takes the events in, over HTTP, and what comes of them."""

    def __init__(self, slack, redis, session) -> None:
        self.slack = slack
        self.store = RedisInstallationStore(redis, "A1", Cipher([b"k" * 32]))
        self.chores = RedisChoreStore(redis)
        self.log = FakeAuditLog()
        self.removed = RemovedWorkspaces(self.chores, auditor(self.log), after=60)
        self.removals = Removals(self.store, self.removed, slack.api_url, session)
        self.others = []  # payloads that are none of its business

    async def receive(self, request):
        body = await request.json()
        try:
            if not await self.removals.take_in(body):
                self.others.append(body)
        except PanelError:
            return http.Response(status=503)
        return http.Response()

    async def to_delete(self) -> list[str]:
        return await self.chores.teams(ChoreKind.REMOVE)


@pytest.fixture
async def company(slack, redis, session):
    company = Company(slack, redis, session)
    app = http.Application()
    app.router.add_post("/slack/events", company.receive)
    async with LoopbackServer(app, 0) as server:
        slack.deliver_to(f"{server.url}/slack/events")
        yield company


def event(kind, *, team=None, organisation=None, at=5, **fields):
    return {
        "type": "event_callback",
        "team_id": team,
        "enterprise_id": organisation,
        "event_time": at,
        "event": {"type": kind, **fields},
    }


@pytest.mark.parametrize("order", ["tokens first", "app first"])
async def test_a_removal_ends_the_installation_once_and_puts_off_the_deletion(
    company, installed, order
):
    saved = await company.store.save(installed(GLOBEX))
    other = await company.store.save(installed(NORTH))
    hazards = company.slack.hazards
    hazards.removals, hazards.extra_deliveries = order, 1
    company.slack.removals.uninstall(GLOBEX)
    await company.slack.deliverer.settle()

    assert await company.store.find(GLOBEX) is None
    assert await company.store.find(NORTH) == other
    assert await company.to_delete() == [GLOBEX]
    assert {entry.act for entry in company.log.entries} == {Act.UNINSTALLED}
    assert not await company.removals.is_installed(GLOBEX)
    known = len(company.log.entries)
    await company.removals.rejected(saved)
    await company.removals.take_in(event("app_uninstalled", team=GLOBEX))
    assert len(company.log.entries) == known


async def test_events_that_come_after_the_app_is_back_change_nothing(company, installed):
    await company.store.save(installed(GLOBEX))
    company.slack.hazards.removals_come_after = 0.2
    company.slack.removals.uninstall(GLOBEX)
    again = await company.store.save(installed(GLOBEX))
    await company.slack.deliverer.settle()

    assert await company.store.find(GLOBEX) == again
    assert await company.to_delete() == []
    assert await company.removals.is_installed(GLOBEX)


async def test_an_event_of_before_the_installation_is_not_even_looked_into(company, installed):
    saved = await company.store.save(installed(GLOBEX, at=10))
    company.slack.installations.remove(GLOBEX, "account_inactive")

    assert await company.removals.take_in(event("app_uninstalled", team=GLOBEX, at=9))
    assert await company.store.find(GLOBEX) == saved


async def test_a_token_of_another_bot_that_was_revoked_is_not_ours(company, installed):
    saved = await company.store.save(installed(GLOBEX))
    company.slack.installations.remove(GLOBEX, "account_inactive")
    for tokens in ({"bot": ["U0OLD"]}, {"bot": None}, {"oauth": [saved.bot_user_id]}, None):
        assert await company.removals.take_in(event("tokens_revoked", team=GLOBEX, tokens=tokens))

    assert await company.store.find(GLOBEX) == saved


@pytest.mark.parametrize("names_a_team", [False, True])
async def test_an_organisation_is_removed_whatever_the_envelope_names(
    company, installed, names_a_team
):
    await company.store.save(installed(ORG))
    for team in (NORTH, SOUTH):
        slack_changes.grant_access(company.slack, ORG, team)
    await company.slack.deliverer.settle()
    assert await company.store.teams(ORG) == {NORTH, SOUTH}

    company.slack.hazards.org_removals_name_a_team = names_a_team
    company.slack.removals.uninstall(ORG)
    await company.slack.deliverer.settle()

    assert await company.store.count() == 0
    assert await company.to_delete() == [NORTH, SOUTH]


async def test_a_workspace_with_its_own_installation_outlives_its_organisation_s(
    company, installed
):
    own, org = await company.store.save(installed(NORTH)), await company.store.save(installed(ORG))
    await company.store.note_teams(ORG, frozenset({NORTH, SOUTH}))
    company.slack.removals.uninstall(ORG)
    await company.slack.deliverer.settle()

    assert await company.store.find(NORTH) == own
    assert await company.to_delete() == [SOUTH]
    assert not await company.store.remove(ORG, org.generation)


async def test_a_workspace_without_its_own_installation_may_still_have_its_organisation_s(
    company, installed
):
    await company.store.save(installed(NORTH))
    org = await company.store.save(installed(ORG))
    await company.store.note_teams(ORG, frozenset({NORTH}))
    company.slack.removals.uninstall(NORTH)
    await company.slack.deliverer.settle()

    assert await company.store.for_team(NORTH) == org
    assert await company.to_delete() == []


async def test_workspaces_come_and_go_in_an_organisation(company, installed):
    company.slack.install(ORG)
    slack_changes.grant_access(company.slack, ORG, NORTH)  # before its installation is saved
    await company.slack.deliverer.settle()
    org = await company.store.save(installed(ORG))
    await company.removals.installed(org)
    assert await company.store.for_team(NORTH) == org

    slack_changes.revoke_access(company.slack, ORG, NORTH)
    await company.slack.deliverer.settle()
    assert await company.store.for_team(NORTH) is None
    assert await company.to_delete() == [NORTH]

    slack_changes.grant_access(company.slack, ORG, NORTH)
    await company.slack.deliverer.settle()
    assert await company.store.for_team(NORTH) == org
    assert await company.to_delete() == []
    acts = [entry.act for entry in company.log.entries]
    assert acts == [Act.UNINSTALLED, Act.INSTALLED]


async def test_a_late_word_of_access_does_not_count(company, installed):
    org = await company.store.save(installed(ORG))
    company.slack.installations.add_to(ORG, NORTH)
    about = {"organisation": ORG, "team_ids": [NORTH]}
    await company.removals.take_in(event("team_access_granted", event_ts="7.000002", **about))
    await company.removals.take_in(event("team_access_revoked", event_ts="7.000001", **about))

    assert await company.store.for_team(NORTH) == org
    assert await company.to_delete() == []


async def test_a_word_that_claims_to_be_of_the_future_counts_as_of_now(company, installed):
    org = await company.store.save(installed(ORG))
    company.slack.installations.add_to(ORG, NORTH)
    about = {"organisation": ORG, "team_ids": [NORTH], "event_ts": "999999999999999.9"}
    await company.removals.take_in(event("team_access_revoked", **about))
    assert await company.store.for_team(NORTH) is None
    await company.removals.take_in(event("team_access_granted", **about))

    assert await company.store.for_team(NORTH) == org


async def test_a_late_grant_to_a_former_installation_does_not_count(company, installed):
    await company.store.save(installed(ORG))
    company.slack.installations.remove(ORG, "account_inactive")
    await company.store.note_teams(ORG, frozenset({NORTH, SOUTH}), at=5)
    org = installed(ORG)
    company.slack.installations.add_to(ORG, SOUTH)
    org = await company.store.save(org)
    await company.removals.installed(org)
    assert await company.store.teams(ORG) == {SOUTH}

    about = {"organisation": ORG, "team_ids": [NORTH], "event_ts": "9999999999.000001"}
    await company.removals.take_in(event("team_access_granted", **about))
    assert await company.store.teams(ORG) == {SOUTH}


async def test_what_was_to_be_deleted_is_kept_when_the_app_is_installed_again(company, installed):
    await company.store.save(installed(GLOBEX))
    company.slack.removals.uninstall(GLOBEX)
    await company.slack.deliverer.settle()
    await company.removals.installed(await company.store.save(installed(GLOBEX)))

    assert await company.to_delete() == []


@pytest.mark.parametrize(
    "code", ["account_inactive", "invalid_auth", "not_authed", "token_revoked"]
)
async def test_a_rejected_token_ends_the_installation_if_slack_says_it_twice(
    company, installed, code
):
    saved = await company.store.save(installed(GLOBEX))
    await company.removals.rejected(saved)
    assert await company.store.find(GLOBEX) == saved

    company.slack.installations.remove(GLOBEX, code)
    await company.removals.rejected(replace(saved, generation=0))
    await company.removals.rejected(replace(saved, token="xoxb-before"))
    assert await company.store.find(GLOBEX) == saved
    await company.removals.rejected(saved)
    assert await company.store.find(GLOBEX) is None
    assert await company.to_delete() == [GLOBEX]


async def test_an_expired_token_is_no_end(company, installed):
    saved = await company.store.save(installed(GLOBEX))
    company.slack.installations.remove(GLOBEX, "token_expired")
    await company.removals.rejected(saved)
    await company.removals.take_in(event("app_uninstalled", team=GLOBEX))

    assert await company.store.find(GLOBEX) == saved


@pytest.mark.parametrize("code", ["team_added_to_org", "org_login_required"])
async def test_while_a_workspace_moves_into_an_organisation_nothing_is_believed(
    company, installed, code
):
    saved = await company.store.save(installed(GLOBEX))
    company.slack.installations.remove(GLOBEX, code)
    await company.removals.rejected(saved)
    with pytest.raises(MessengerUnavailable):  # Slack tells it again
        await company.removals.take_in(event("app_uninstalled", team=GLOBEX))

    assert await company.store.find(GLOBEX) == saved


async def test_while_slack_does_not_answer_nothing_is_believed_and_it_tells_again(
    company, installed, session
):
    saved = await company.store.save(installed(GLOBEX))
    removals = Removals(company.store, company.removed, "http://127.0.0.1:1/", session)

    with pytest.raises(MessengerUnavailable):
        await removals.take_in(event("app_uninstalled", team=GLOBEX))
    await removals.rejected(saved)
    assert await company.store.find(GLOBEX) == saved


async def test_the_rest_is_handed_on(company, installed):
    await company.store.save(installed(GLOBEX))
    for body in ({}, {"event": None}, event("message", team=GLOBEX), {"type": "block_actions"}):
        assert not await company.removals.take_in(body)
    for fields in ({"team_ids": None}, {"team_ids": [7, ""]}, {}):
        assert await company.removals.take_in(event("team_access_granted", **fields))
