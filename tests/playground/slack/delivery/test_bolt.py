"""Slack's own framework works against the playground unchanged, over each transport."""

from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, BOT_USER, GENERAL
from tests.playground.slack.block_kit import AGREE

MODAL = {
    "type": "modal",
    "callback_id": "new-expert",
    "title": {"type": "plain_text", "text": "New expert"},
    "submit": {"type": "plain_text", "text": "Add"},
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": {"type": "plain_text", "text": "Name"},
            "element": {"type": "plain_text_input", "action_id": "typed"},
        }
    ],
}
BUTTON = {"type": "actions", "block_id": "choice", "elements": [AGREE]}


def bolt_app(client, slack) -> AsyncApp:
    """A small bot, written as Bolt's own examples are."""
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)

    @app.event("app_mention")
    async def mentioned(event, client):
        await client.chat_postMessage(
            channel=event["channel"], thread_ts=event["ts"], text="You called?", blocks=[BUTTON]
        )

    @app.event("message")
    async def heard(ack):
        await ack()

    @app.action("agree")
    async def agreed(ack, action, respond):
        await ack()
        await respond(f"You said {action['value']}", replace_original=False)

    @app.command("/experts")
    async def experts(ack, command, client):
        await ack(f"{command['text']}: one moment")
        await client.views_open(trigger_id=command["trigger_id"], view=MODAL)

    @app.view("new-expert")
    async def submitted(ack, view):
        name = view["state"]["values"]["name"]["typed"]["value"]
        if name == "Slackbot":
            await ack(response_action="errors", errors={"name": "That name is taken."})
        else:
            await ack()

    return app


@asynccontextmanager
async def over_http(app: AsyncApp, slack: SlackPlayground):
    runner = web.AppRunner(app.web_app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    carrier = slack.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    assert await carrier.verify_url()
    yield
    await runner.cleanup()


@asynccontextmanager
async def over_socket_mode(app: AsyncApp, slack: SlackPlayground):
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()
    await slack.sockets.wait_for_connection()
    yield
    await handler.close_async()


@pytest.fixture(params=[over_http, over_socket_mode], autouse=True)
async def bolt(request, slack, client):
    async with request.param(bolt_app(client, slack), slack):
        yield


async def called(slack):
    """Mention the bot; returns what it said."""
    ts = slack.people.say(ADA, GENERAL, f"<@{BOT_USER}> are you there?")
    await slack.people.wait_for(lambda: len(slack.workspace.thread(GENERAL, ts)) == 2)
    return slack.workspace.thread(GENERAL, ts)[1]


async def test_a_mention_is_answered_in_its_thread(slack):
    answer = await called(slack)

    assert (answer.text, answer.user) == ("You called?", BOT_USER)


async def test_a_button_is_answered_through_its_response_url(slack):
    answer = await called(slack)

    await slack.people.click(ADA, answer, "agree")
    await slack.people.wait_for(lambda: slack.workspace.ephemeral(ADA))

    (whisper,) = slack.workspace.ephemeral(ADA, GENERAL)
    assert (whisper.text, whisper.thread_ts) == ("You said yes", answer.thread_ts)


async def test_a_command_is_answered_and_opens_a_modal(slack):
    result = await slack.people.slash(ADA, GENERAL, "/experts", "add")
    await slack.people.wait_for(lambda: slack.workspace.views)

    assert result.answer is not None
    (whisper,) = slack.workspace.ephemeral(ADA, GENERAL)
    assert whisper.text == "add: one moment"
    (view,) = slack.workspace.views.values()
    assert (view.user, view.is_open) == (ADA, True)


async def test_a_modal_says_what_is_wrong_and_closes_when_nothing_is(slack):
    await slack.people.slash(ADA, GENERAL, "/experts", "add")
    await slack.people.wait_for(lambda: slack.workspace.views)
    (view,) = slack.workspace.views.values()

    errors = await slack.people.submit_view(ADA, view.id, {"name": "Slackbot"})
    assert errors == {"name": "That name is taken."}
    assert view.is_open

    assert await slack.people.submit_view(ADA, view.id, {"typed": "Legal"}) == {}
    assert not view.is_open
