import pytest
from aiohttp import web

from bot.adapters.slack.api import web_api
from bot.adapters.slack.api.identity import Identity, identify
from bot.adapters.slack.receiving.receiver import authorize_result
from bot.panel.errors import GiveUp, MessengerUnavailable
from bot.playground.slack.workspace.company import BOT_ID, BOT_USER
from tests import slack_faults as hazards


async def test_the_identity_comes_from_slack(neighbour):
    me = neighbour.identity

    assert (me.team_id, me.bot_id, me.bot_user_id) == ("T0ACME", BOT_ID, BOT_USER)
    assert me.url == f"{neighbour.slack.url}/"
    assert "chat:write" in me.scopes


@pytest.mark.parametrize(
    ("scopes", "may"),
    [(frozenset(), True), ({"chat:write"}, False), ({"chat:write", "chat:write.customize"}, True)],
)
def test_personas_take_a_scope_where_scopes_are_known(scopes, may):
    me = Identity("T1", "B1", "U1", "https://acme.slack.com/", frozenset(scopes))

    assert me.may_have_personas is may


async def test_a_wrong_token_is_reported_with_a_remedy(slack):
    async with web_api.session() as session:
        client = web_api.client("xoxb-wrong", slack.api_url, session)
        with pytest.raises(GiveUp, match=r"SLACK_BOT_TOKEN \(invalid_auth\)\. Reinstall"):
            await identify(client)


async def test_a_persons_token_is_recognized(serve):
    async def whose(_request):
        return web.json_response({"ok": True, "team_id": "T1", "user_id": "U1", "url": "https://x"})

    app = web.Application()
    app.router.add_post("/api/auth.test", whose)
    async with serve(app) as url, web_api.session() as session:
        with pytest.raises(GiveUp, match="a person's token"):
            await identify(web_api.client("xoxp-1", f"{url}/api/", session))


@pytest.mark.parametrize("fault", [hazards.server_error(), hazards.rate_limited(1)])
async def test_a_slack_that_cannot_answer_now_is_unavailable(neighbour, fault):
    neighbour.slack.hazards.on("auth.test", fault)

    with pytest.raises(MessengerUnavailable):
        await identify(neighbour.api._web)


async def test_an_unreachable_slack_is_reported_with_its_url(free_port):
    async with web_api.session() as session:
        client = web_api.client("xoxb-1", f"http://127.0.0.1:{free_port}/api/", session)
        with pytest.raises(MessengerUnavailable, match=f"cannot be reached at .*{free_port}"):
            await identify(client)


def test_bolt_gets_the_same_identity(neighbour):
    told = authorize_result(neighbour.identity, "xoxb-1")

    assert (told.bot_token, told.team_id) == ("xoxb-1", "T0ACME")
    assert (told.bot_id, told.bot_user_id) == (BOT_ID, BOT_USER)
