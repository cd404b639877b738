import asyncio
import logging
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.adapters.slack.api import web_api
from bot.adapters.slack.receiving import receiver
from bot.adapters.slack.receiving.socket_mode import SocketModeReceiver
from bot.panel.errors import GiveUp, MessengerUnavailable
from bot.panel.messaging.locales import Locales
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests import slack_faults as hazards
from tests.eventually import eventually


class Ear:
    """A Bolt app that hears messages, over connections."""

    def __init__(self, neighbour, connections=2) -> None:
        self.heard: list[str] = []
        self.slack = neighbour.slack
        self.client = neighbour.api._web
        self.app = receiver.bolt_app(self.client, neighbour.identity, Locales(neighbour.people))
        self.app.event("message")(self.hear)
        self.sockets = SocketModeReceiver(self.app, self.slack.app_token, self.client, connections)

    async def hear(self, event):
        self.heard.append(event["text"])

    def say(self, text):
        self.slack.people.say(ADA, GENERAL, text)

    async def all_is_delivered(self):
        await self.slack.deliverer.settle()
        assert not self.slack.deliverer.undelivered


@pytest.fixture
async def ear(neighbour):
    opened = Ear(neighbour)
    await opened.sockets.start()
    yield opened
    await opened.sockets.stop()


async def test_several_connections_stand_side_by_side(ear):
    assert ear.slack.sockets.connections == 2

    for number in range(4):
        ear.say(f"message {number}")
    await ear.all_is_delivered()

    assert sorted(ear.heard) == [f"message {number}" for number in range(4)]


async def test_connections_that_slack_replaces_are_opened_anew(ear):
    for _ in range(3):
        await ear.slack.sockets.disconnect("warning")
        await eventually(lambda: ear.slack.sockets.connections == 2)

    ear.say("still there?")
    await ear.all_is_delivered()

    assert ear.heard == ["still there?"]


async def test_payloads_over_a_connection_that_is_being_replaced_are_delivered(ear):
    (old, _) = ear.slack.sockets._sockets
    await ear.slack.sockets.disconnect()
    await eventually(lambda: ear.slack.sockets.connections == 2)

    event = {"type": "message", "text": "last words", "user": ADA, "channel": GENERAL, "ts": "1.0"}
    payload = {"type": "event_callback", "team_id": "T0ACME", "event": event}
    envelope = {"envelope_id": "late", "type": "events_api", "payload": payload}
    acknowledged = asyncio.get_running_loop().create_future()
    ear.slack.sockets._waiting["late"] = acknowledged
    await old.send_json(envelope)
    async with asyncio.timeout(5):
        await acknowledged

    assert ear.heard == ["last words"]


async def test_connections_that_break_are_opened_anew(ear):
    await ear.slack.sockets.close()
    await eventually(lambda: ear.slack.sockets.connections == 2)

    ear.say("still there?")
    await ear.all_is_delivered()

    assert ear.heard == ["still there?"]


async def test_slack_is_asked_again_until_it_lets_us_connect(ear, caplog):
    refusal = hazards.error("no_permission")
    ear.slack.hazards.on("apps.connections.open", refusal, times=2)  # one for each connection

    await ear.slack.sockets.close()
    await eventually(lambda: ear.slack.sockets.connections == 2)

    assert caplog.messages.count("socket_mode.not_connected") == 2


async def test_noise_on_a_connection_is_not_minded(ear):
    (one, other) = ear.slack.sockets._sockets
    for noise in ("", "hello?", "[]", "null", '{"type": "unheard_of"}', "[" * 9_000):
        await one.send_str(noise)
    await other.send_bytes(b"\xff")

    for number in range(2):
        ear.say(f"message {number}")
    await ear.all_is_delivered()

    assert len(ear.heard) == 2


async def test_a_command_is_answered_in_its_acknowledgement(ear):
    async def answer(ack, command):
        await ack(f"You said {command['text']}")

    async def answer_with_blocks(ack):
        await ack(text="Hello", blocks=[{"type": "divider"}])

    ear.app.command("/say")(answer)
    ear.app.command("/show")(answer_with_blocks)

    said = await ear.slack.people.slash(ADA, GENERAL, "/say", "hello")
    shown = await ear.slack.people.slash(ADA, GENERAL, "/show")

    assert said.answer == {"text": "You said hello"}
    assert shown.answer == {"text": "Hello", "blocks": [{"type": "divider"}]}


async def test_what_is_under_way_at_the_end_is_acknowledged(neighbour):
    ear = Ear(neighbour, connections=1)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def take_in(next_):
        begun.set()
        await go_on.wait()
        return await next_()

    ear.app.event("app_mention", middleware=[take_in])(ear.hear)
    await ear.sockets.start()
    event = {"type": "app_mention", "text": "hold on", "user": ADA, "channel": GENERAL, "ts": "1.0"}
    ear.slack.deliverer.event({"type": "event_callback", "team_id": "T0ACME", "event": event})
    await begun.wait()

    stopping = asyncio.create_task(ear.sockets.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    go_on.set()
    await stopping

    await ear.all_is_delivered()
    await eventually(lambda: ear.slack.sockets.connections == 0)


async def test_a_wrong_token_is_reported_with_a_remedy(neighbour):
    sockets = SocketModeReceiver(
        Ear(neighbour).app, "xapp-wrong", neighbour.api._web, connections=2
    )

    with pytest.raises(GiveUp, match=r"SLACK_APP_TOKEN \(invalid_auth\).*connections:write"):
        await sockets.start()


@asynccontextmanager
async def slack_that_opens(url, serve):
    async def open_connection(_request):
        return web.json_response({"ok": True, "url": url})

    app = web.Application()
    app.router.add_post("/api/apps.connections.open", open_connection)
    async with serve(app) as address, web_api.session(seconds=1) as session:
        yield web_api.client("xoxb-1", f"{address}/api/", session)


async def test_the_url_of_a_connection_is_not_logged(neighbour, serve, free_port, caplog):
    caplog.set_level(logging.DEBUG, logger="bot")
    url = f"ws://127.0.0.1:{free_port}/?ticket=secret"
    async with slack_that_opens(url, serve) as client:
        sockets = SocketModeReceiver(Ear(neighbour).app, "xapp-1", client, connections=1)
        with pytest.raises(MessengerUnavailable) as caught:
            await sockets.start()

    assert str(caught.value) == "connection: ClientConnectorError"
    assert "secret" not in caplog.text


async def test_a_connection_over_which_slack_does_not_greet_is_not_used(neighbour, serve):
    async def too_many(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/", too_many)
    async with serve(app) as url, slack_that_opens(url, serve) as client:
        sockets = SocketModeReceiver(Ear(neighbour).app, "xapp-1", client, connections=1)
        with pytest.raises(MessengerUnavailable, match="too_many_websockets"):
            await sockets.start()


async def test_slacks_own_samples_are_understood(ear, shared):
    for name in ("socket_mode_hello_message", "envelope_3_events_api_message"):
        sample = (shared / f"slack/socket-mode/{name}.json").read_text()
        for socket in ear.slack.sockets._sockets:
            await socket.send_str(sample)

    await eventually(lambda: len(ear.heard) == 2)


async def test_what_makes_no_sense_is_acknowledged(ear, caplog):
    odd = [None, [], {}, {"type": "poem"}, {"event": 7}, {"type": "block_actions", "user": []}]
    for payload in odd:
        ear.slack.deliverer.event(payload)
    await ear.all_is_delivered()

    assert caplog.messages.count("payload.malformed") == 1  # and the others in a minute
    assert not ear.heard


async def test_a_click_that_nobody_listens_for_is_acknowledged(ear):
    click = {"type": "block_actions", "user": {"id": ADA}, "actions": [{"action_id": "odd"}]}
    ear.slack.deliverer.event(click)
    await ear.all_is_delivered()
