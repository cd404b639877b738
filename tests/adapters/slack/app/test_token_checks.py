import pytest
from aiohttp import web

from bot.adapters.slack.api import web_api
from bot.adapters.slack.app import token_checks
from bot.panel.checks.findings import Severity
from bot.playground.slack.server import SCOPES
from tests import slack_faults as hazards


async def examine(client, **options):
    return await token_checks.examine(client, client.auth_test(), **options)


def verdicts(found):
    return [finding.severity for finding in found]


async def test_a_bot_that_has_all_it_needs(neighbour):
    found = await examine(neighbour.api._web, app_token=neighbour.slack.app_token, wanted=SCOPES)

    assert verdicts(found) == [Severity.GOOD] * 3
    assert found[0].what == "Slack knows the bot: panelbot in Acme"


async def test_without_socket_mode_no_app_token_is_asked_for(neighbour):
    found = await examine(neighbour.api._web, app_token="", wanted=SCOPES)

    assert len(found) == 2
    assert neighbour.count("apps.connections.open") == 0


async def test_each_missing_scope_is_named(neighbour):
    neighbour.slack.state.scopes -= {"users:read", "chat:write.customize"}

    _, faces, people = await examine(neighbour.api._web, app_token="", wanted=SCOPES)

    assert (faces.severity, people.severity) == (Severity.WARNING, Severity.BAD)
    assert "chat:write.customize is missing: experts will answer under" in faces.what
    assert "users:read is missing" in people.what
    assert "reinstall" in people.remedy


async def test_a_bot_token_that_slack_rejects(neighbour):
    web = neighbour.api._web
    stranger = web_api.client("xoxb-wrong", web.base_url, web.session)

    (found,) = await examine(stranger, app_token=neighbour.slack.app_token, wanted=SCOPES)

    assert found.severity is Severity.BAD
    assert found.what == "Slack rejects SLACK_BOT_TOKEN (invalid_auth)"
    assert "wrong" not in found.what + found.remedy


async def test_an_app_token_that_slack_rejects(neighbour):
    found = await examine(neighbour.api._web, app_token="xapp-wrong", wanted=SCOPES)

    assert verdicts(found) == [Severity.GOOD, Severity.GOOD, Severity.BAD]
    assert found[2].what == "Slack rejects SLACK_APP_TOKEN (invalid_auth)"
    assert "connections:write" in found[2].remedy


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
@pytest.mark.parametrize(
    "fault",
    [
        hazards.server_error(),
        hazards.error("fatal_error"),
        hazards.rate_limited(),
        hazards.reset(),
    ],
)
async def test_a_slack_that_fails_is_not_mistaken_for_a_bad_token(neighbour, method, fault):
    neighbour.slack.hazards.on(method, fault)

    *_, last = await examine(neighbour.api._web, app_token=neighbour.slack.app_token, wanted=SCOPES)

    assert last.severity is Severity.BAD
    assert last.what.startswith(f"No answer from {neighbour.slack.api_url}")
    assert "SLACK_API_URL" in last.remedy


async def test_something_else_that_answers_in_slacks_place(serve):
    async def welcome(_request):
        return web.Response(text="Welcome to this network")

    app = web.Application()
    app.router.add_route("*", "/api/{method}", welcome)
    async with serve(app) as url, web_api.session(seconds=1) as session:
        client = web_api.client("xoxb-1", f"{url}/api/", session)
        (found,) = await examine(client, app_token="", wanted=SCOPES)

    assert found.what.startswith(f"No answer from {url}")


async def test_scopes_that_slack_does_not_return_are_to_be_compared(serve):
    async def answer(_request):
        return web.json_response({"ok": True, "user": "panelbot", "team": "Acme"})

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    async with serve(app) as url, web_api.session(seconds=1) as session:
        client = web_api.client("xoxb-1", f"{url}/api/", session)
        _, scopes = await examine(client, app_token="", wanted=SCOPES)

    assert scopes.severity is Severity.WARNING
    assert "panelbot manifest" in scopes.remedy
