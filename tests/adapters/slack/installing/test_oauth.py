"""What Slack's answers to a code grant: of every shape that it documents, and of any other."""

from copy import deepcopy

import pytest

from bot.adapters.slack.api import web_api
from bot.adapters.slack.installing.oauth import Credentials, NotGranted, SlackOAuth
from bot.playground.slack.server import SlackPlayground

WORKSPACE = {
    "app_id": "A0PANELBOT1",
    "authed_user": {"id": "U0INSTALL01"},
    "scope": "chat:write,commands",
    "token_type": "bot",
    "access_token": "xoxb-111-222-exampleexample",
    "bot_user_id": "U0PBOT00001",
    "team": {"id": "T0ACME00001", "name": "Acme"},
    "enterprise": None,
    "is_enterprise_install": False,
}
GLOBEX = {"id": "E0GLOBEX001", "name": "Globex"}
ORGANISATION = WORKSPACE | {"team": None, "enterprise": GLOBEX, "is_enterprise_install": True}
WITHIN = WORKSPACE | {
    "enterprise": GLOBEX,
    "access_token": "xoxe.xoxb-1-exampleaccess0",
    "expires_in": 43200,
    "refresh_token": "xoxe-1-examplerefresh0",
}
ODD = (None, "", 0, 7, True, [], {}, {"id": 7}, {"id": "no id"}, "\x00", -1, "43200")


@pytest.fixture
async def grant_of():
    """Return what makes a grant of an answer."""
    answers = []
    async with SlackPlayground() as slack, web_api.session() as session:
        slack.app_methods["oauth.v2.access"] = lambda _caller, _args: answers[-1]
        slack.app_methods["auth.revoke"] = lambda _caller, _args: {"revoked": True}
        oauth = SlackOAuth(Credentials("1.2", "secret"), slack.api_url, session)

        async def made(answer):
            answers.append(answer)
            return await oauth.exchange("code", "http://127.0.0.1:1/slack/oauth_redirect")

        yield made


@pytest.mark.parametrize(
    ("answer", "team", "enterprise", "name", "lasts"),
    [
        (WORKSPACE, "T0ACME00001", "", "Acme", 0),
        (ORGANISATION, "", "E0GLOBEX001", "Globex", 0),
        (WITHIN, "T0ACME00001", "E0GLOBEX001", "Acme", 43200),
    ],
)
async def test_each_kind_of_installation_has_its_own_place(
    grant_of, answer, team, enterprise, name, lasts
):
    grant = await grant_of(answer)

    assert (grant.team_id, grant.enterprise_id, grant.name) == (team, enterprise, name)
    assert (grant.installer, grant.scopes) == ("U0INSTALL01", {"chat:write", "commands"})
    assert (grant.lasts, bool(grant.refresh_token)) == (lasts, bool(lasts))
    assert grant.token not in repr(grant)


@pytest.mark.parametrize("answer", [WORKSPACE, ORGANISATION, WITHIN])
async def test_whatever_else_slack_answers_is_a_grant_for_its_place_or_none(grant_of, answer):
    usual = await grant_of(answer)
    for field in answer:
        for odd in ODD:
            spoilt = deepcopy(answer) | {field: odd}
            try:
                grant = await grant_of(spoilt)
            except NotGranted:
                continue
            assert grant.token, (field, odd)
            assert grant.team_id or grant.enterprise_id, (field, odd)
            assert grant.team_id in (usual.team_id, ""), (field, odd)
            if grant.refresh_token:  # else nobody would refresh it
                assert grant.lasts > 0, (field, odd)
