import json
from dataclasses import replace

import pytest

from bot.adapters.slack.api.people import SlackPeople
from bot.panel.errors import MessengerRefused, MessengerUnavailable
from bot.panel.messaging.people import Role
from bot.panel.model import UserId
from bot.playground.slack.workspace.company import (
    ADA,
    BEN,
    BOT_USER,
    CHLOE,
    GUEST,
    STRANGER,
)
from bot.playground.slack.workspace.state import SLACKBOT
from tests import slack_faults as hazards

NOBODY = UserId("U0NOBODY")


@pytest.mark.parametrize(
    ("user", "name", "role"),
    [
        (ADA, "Ada", Role.ADMIN),
        (BEN, "Ben", Role.ADMIN),
        (CHLOE, "Chloé", Role.MEMBER),
        (GUEST, "Gus", Role.GUEST),
        (STRANGER, "Sam", Role.STRANGER),
        (BOT_USER, "Panelbot", Role.STRANGER),
        (NOBODY, NOBODY, Role.STRANGER),
    ],
)
async def test_everybody_has_a_name_and_a_role(neighbour, user, name, role):
    person = await neighbour.people.person(UserId(user))

    assert (person.id, person.name, person.role) == (user, name, role)


@pytest.mark.parametrize(
    ("member", "role"),
    [
        ({"team_id": "T0ACME"}, Role.MEMBER),
        ({"team_id": "T0ACME", "is_primary_owner": True}, Role.ADMIN),
        ({"team_id": "T0ACME", "is_ultra_restricted": True, "is_restricted": True}, Role.GUEST),
        ({"team_id": "T0ACME", "is_admin": True, "deleted": True}, Role.STRANGER),
        ({"team_id": "T0ACME", "is_admin": True, "is_stranger": True}, Role.STRANGER),
        ({"team_id": "T0HOME", "enterprise_user": {"teams": ["T0HOME", "T0ACME"]}}, Role.MEMBER),
        ({"team_id": "T0HOME", "enterprise_user": {"teams": ["T0HOME"]}}, Role.STRANGER),
        ({"team_id": "T0HOME", "is_admin": True}, Role.STRANGER),
        ({}, Role.STRANGER),
    ],
)
async def test_a_role_is_what_slack_says_of_a_member_of_our_workspace(neighbour, member, role):
    assert neighbour.people._role({"id": "U1", **member}) is role


@pytest.mark.parametrize(
    ("member", "role"),
    [
        ({"team_id": "T0HOME", "is_admin": True}, Role.MEMBER),
        ({"team_id": "T0HOME", "is_owner": True, "is_primary_owner": True}, Role.MEMBER),
        ({"team_id": "T0ACME", "is_admin": True}, Role.ADMIN),
    ],
)
async def test_an_admin_of_another_workspace_of_the_organisation_is_none_here(
    neighbour, member, role
):
    identity = replace(neighbour.identity, is_org_wide=True)
    people = SlackPeople(neighbour.api, identity)

    of_organisation = {"id": "U1", "enterprise_user": {"teams": ["T0HOME", "T0ACME"]}, **member}
    assert people._role(of_organisation) is role
    of_organisation["enterprise_user"] |= {"is_owner": True}
    assert people._role(of_organisation) is Role.ADMIN


async def test_slacks_own_sample_is_understood(neighbour, shared):
    sample = json.loads((shared / "slack/samples/api/users.info.json").read_text())["user"]

    assert neighbour.people._person({**sample, "id": "U1"}).role is Role.STRANGER  # not our team


async def test_people_have_the_language_that_they_chose_in_slack(neighbour):
    people = [await neighbour.people.person(UserId(user)) for user in (ADA, CHLOE, NOBODY)]

    assert [person.locale for person in people] == ["en-US", "fr-FR", ""]
    assert neighbour.count("users.info") == 3


async def test_a_cached_person_is_not_fetched_again(neighbour):
    for _ in range(3):
        await neighbour.people.person(UserId(ADA))
        await neighbour.people.person(NOBODY)

    assert neighbour.count("users.info") == 2


async def test_after_a_while_slack_is_asked_again(neighbour):
    now = [0.0]
    people = SlackPeople(neighbour.api, neighbour.identity, clock=lambda: now[0])
    await people.person(UserId(ADA))

    now[0] = 599.0
    await people.person(UserId(ADA))
    assert neighbour.count("users.info") == 1

    now[0] = 600.0
    await people.person(UserId(ADA))
    assert neighbour.count("users.info") == 2


async def test_names_are_those_that_slack_tells(neighbour):
    names = await neighbour.people.names([UserId(ADA), NOBODY, UserId(CHLOE), UserId(ADA)])

    assert names == {ADA: "Ada", CHLOE: "Chloé"}
    assert neighbour.count("users.info") == 3


async def test_an_outage_of_slack_is_not_cached(neighbour):
    neighbour.slack.hazards.on("users.info", hazards.rate_limited(60))

    with pytest.raises(MessengerUnavailable):
        await neighbour.people.person(UserId(ADA))

    assert (await neighbour.people.person(UserId(ADA))).role is Role.ADMIN


async def test_a_missing_scope_is_reported(neighbour):
    neighbour.slack.state.scopes.discard("users:read")

    with pytest.raises(MessengerRefused, match="missing_scope"):
        await neighbour.people.person(UserId(ADA))


async def test_all_names_of_a_member_are_taken(neighbour):
    taken = await neighbour.people.taken_names()

    assert {"Ada", "Ada Okafor", "ada", "Panelbot", "Slackbot"} <= taken
    assert len(neighbour.slack.workspace.users) > 1
    assert SLACKBOT not in taken


async def test_the_list_of_names_is_asked_for_once_in_ten_minutes(neighbour):
    now = [0.0]
    people = SlackPeople(neighbour.api, neighbour.identity, clock=lambda: now[0])

    await people.taken_names()
    await people.taken_names()
    assert neighbour.count("users.list") == 1

    now[0] = 600.0
    await people.taken_names()
    assert neighbour.count("users.list") == 2


async def test_the_members_of_a_group_are_cached(neighbour):
    neighbour.slack.workspace.group_members |= {"S1": [CHLOE], "S2": [ADA, CHLOE], "S3": []}

    for _again in range(2):
        assert await neighbour.people.groups(CHLOE, {"S1", "S2", "S3"}) == ["S1", "S2"]
        assert await neighbour.people.groups(BEN, {"S1", "S2"}) == []

    assert neighbour.count("usergroups.users.list") == 3


async def test_a_group_that_slack_does_not_show_has_no_members(neighbour, caplog):
    assert await neighbour.people.groups(CHLOE, {"S0NONE"}) == []

    assert "group.unknown" in caplog.text
