"""Events on their way to the bot, over HTTP and over Socket Mode."""

import asyncio
import json
from urllib.parse import parse_qs

import pytest
from aiohttp import WSMsgType, web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.playground.slack.delivery import delivery
from bot.playground.slack.workspace.company import (
    ADA,
    BEN,
    BOT_ID,
    BOT_USER,
    GENERAL,
    PRODUCT,
    STRANGER,
)
from bot.playground.slack.workspace.state import Channel
from tests.eventually import eventually

MENTION = f"<@{BOT_USER}> hello"
SAMPLES = {  # the schemas are behind for these
    "file_share": "MessageFileShare",
    "me_message": "MessageMe",
    "message_changed": "MessageChanged",
    "message_deleted": "MessageDeleted",
    "thread_broadcast": "MessageThreadBroadcast",
}


def check_like_sample(reference, event):
    sample = reference.sample(f"samples/events/{SAMPLES[event['subtype']]}Payload.json")["event"]
    assert set(event) - set(sample) <= {"blocks", "client_msg_id", "parent_user_id", "team"}


@pytest.fixture
async def delivered(slack, bot):
    """The events that have come over HTTP."""
    slack.deliver_to(bot.url)

    async def events():
        await slack.deliverer.settle()
        return [json.loads(body)["event"] for _, body in bot.requests]

    return events


# Over HTTP.


async def test_requests_are_signed(slack, bot, delivered):
    slack.people.say(ADA, GENERAL, "Grüße, 世界")
    await delivered()

    ((headers, body),) = bot.requests
    assert SignatureVerifier(slack.signing_secret).is_valid_request(body, headers)
    assert not SignatureVerifier("another secret").is_valid_request(body, headers)
    assert headers["Content-Type"] == "application/json"
    assert "X-Slack-Retry-Num" not in headers


async def test_the_url_is_verified(slack, bot):
    carrier = slack.deliver_to(bot.url)
    assert not await carrier.verify_url()

    challenge = json.loads(bot.requests[0][1])["challenge"]
    bot.answers = [web.Response(text=challenge), web.json_response({"challenge": challenge})]

    assert await carrier.verify_url()
    assert await carrier.verify_url()


async def test_what_is_not_acknowledged_comes_again(slack, bot, delivered):
    bot.answers = [web.Response(status=500), web.Response(status=503)]

    slack.people.say(ADA, GENERAL, "hello")
    await delivered()

    retries = [
        (headers.get("X-Slack-Retry-Num"), headers.get("X-Slack-Retry-Reason"))
        for headers, _ in bot.requests
    ]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error")]
    assert len({body for _, body in bot.requests}) == 1
    assert not slack.deliverer.undelivered


async def test_after_three_more_times_slack_gives_up(slack, bot, delivered):
    bot.answers = [web.Response(status=500) for _ in range(9)]

    slack.people.say(ADA, GENERAL, "hello")
    await delivered()

    assert len(bot.requests) == 4
    (lost,) = slack.deliverer.undelivered
    assert lost.payload["event"]["text"] == "hello"


async def test_who_wants_no_retries_gets_none(slack, bot, delivered):
    bot.answers = [web.Response(status=500, headers={"X-Slack-No-Retry": "1"})]

    slack.people.say(ADA, GENERAL, "hello")
    await delivered()

    assert len(bot.requests) == 1
    assert len(slack.deliverer.undelivered) == 1


async def test_nobody_there_is_no_acknowledgement(slack):
    slack.deliver_to("http://127.0.0.1:9/slack/events")  # nobody may listen there

    slack.people.say(ADA, GENERAL, "hello")
    await slack.deliverer.settle()

    assert len(slack.deliverer.undelivered) == 1


async def test_a_late_acknowledgement_is_none(slack, bot, delivered, monkeypatch):
    monkeypatch.setattr(delivery, "ACKNOWLEDGE_WITHIN", 0.05)  # Slack's three seconds are long
    quick, slow = bot.handle, asyncio.Event()

    async def dawdle(request):
        answer = await quick(request)
        if len(bot.requests) == 1:
            await slow.wait()
        return answer

    app = web.Application()
    app.router.add_post("/", dawdle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/")

    slack.people.say(ADA, GENERAL, "hello")
    await delivered()
    slow.set()
    await runner.cleanup()

    reasons = [headers.get("X-Slack-Retry-Reason") for headers, _ in bot.requests]
    assert reasons == [None, "http_timeout"]


async def test_commands_come_as_forms_and_once(slack, bot):
    slack.deliver_to(bot.url)
    bot.answers = [web.Response(status=500)]

    result = await slack.people.slash(ADA, GENERAL, "/experts", "add payload=1 & more")

    assert result.error == "dispatch_failed"
    ((headers, body),) = bot.requests
    assert SignatureVerifier(slack.signing_secret).is_valid_request(body, headers)
    assert parse_qs(body)["text"] == ["add payload=1 & more"]


# What is told.


@pytest.mark.parametrize("order", ["message first", "mention first"])
async def test_a_mention_comes_as_two_events(slack, bot, delivered, reference, order):
    slack.hazards.mention_order = order
    ts = slack.people.say(ADA, GENERAL, MENTION)

    events = await delivered()

    by_kind = {event["type"]: event for event in events}
    expected = ["message", "app_mention"]
    assert [event["type"] for event in events] == (
        expected if order == "message first" else expected[::-1]
    )
    assert {event["ts"] for event in events} == {ts}
    assert len({json.loads(body)["event_id"] for _, body in bot.requests}) == 2
    reference.check("EvMessage", by_kind["message"])
    reference.check("EvAppMention", by_kind["app_mention"])


async def test_a_mention_in_a_direct_message_comes_once(slack, delivered):
    direct = slack.workspace.direct_channel(ADA, BOT_USER)

    slack.people.say(ADA, direct.id, MENTION)

    (event,) = await delivered()
    assert (event["type"], event["channel_type"]) == ("message", "im")


async def test_what_is_said_where_the_bot_is_not_stays_unheard(slack, delivered):
    slack.workspace.add(Channel("C0AWAY", "away", members={ADA}))

    slack.people.say(ADA, "C0AWAY", MENTION)

    assert not await delivered()


async def test_what_the_app_has_not_subscribed_to_stays_unheard(slack, delivered):
    slack.state.events = frozenset({"app_mention"})

    slack.people.say(ADA, GENERAL, MENTION)

    assert [event["type"] for event in await delivered()] == ["app_mention"]


async def test_a_strangers_message_tells_where_they_are_from(slack, bot, delivered, reference):
    slack.people.say(STRANGER, GENERAL, "hello")

    (event,) = await delivered()

    body = json.loads(bot.requests[0][1])
    assert (body["team_id"], body["is_ext_shared_channel"]) == ("T0OTHER", True)
    assert body["authorizations"][0]["team_id"] == slack.workspace.team_id
    assert event["user_team"] == "T0OTHER"
    reference.check("EvMessage", event)


async def test_replies_files_and_broadcasts_look_as_slacks_do(slack, delivered, reference):
    root = slack.people.say(ADA, GENERAL, "root")
    slack.people.say(BEN, GENERAL, "reply", root)
    slack.people.say(BEN, GENERAL, "read this", root, files=[("a.txt", b"a")])
    slack.people.say(BEN, GENERAL, "for all", root, broadcast=True)
    slack.people.say(BEN, GENERAL, "waves", subtype="me_message")

    events = {event["text"]: event for event in await delivered()}

    assert events["reply"]["thread_ts"] == root
    assert events["reply"]["parent_user_id"] == ADA
    assert [file["name"] for file in events["read this"]["files"]] == ["a.txt"]
    assert events["for all"]["root"]["ts"] == root
    kinds = [events[text]["subtype"] for text in ("read this", "for all", "waves")]
    assert kinds == ["file_share", "thread_broadcast", "me_message"]
    reference.check("EvMessage", events["root"])
    reference.check("EvMessage", events["reply"])
    for event in events.values():
        if "subtype" in event:
            check_like_sample(reference, event)


async def test_the_bot_hears_itself(slack, client, delivered):
    root = slack.people.say(ADA, GENERAL, "root")
    place = {"channel": GENERAL, "thread_ts": root}
    await client.chat_postMessage(text="as Legal", username="Legal", **place)
    own = await client.chat_postMessage(text="as myself", **place)
    await client.chat_update(channel=GENERAL, ts=own["ts"], text="better")
    await client.chat_delete(channel=GENERAL, ts=own["ts"])

    events = [event for event in await delivered() if event["ts"] != root]

    assert [event.get("subtype") for event in events] == [
        "bot_message",
        None,
        "message_changed",
        "message_deleted",
    ]
    assert events[0]["bot_id"] == events[1]["bot_id"] == BOT_ID
    assert (events[0]["username"], events[1]["user"]) == ("Legal", BOT_USER)
    assert events[2]["message"]["text"] == "better"
    assert events[2]["previous_message"]["text"] == "as myself"
    assert events[3]["deleted_ts"] == own["ts"]


async def test_edits_and_deletions_look_as_slacks_do(slack, delivered, reference):
    ts = slack.people.say(ADA, GENERAL, "helo")
    slack.people.edit(ADA, GENERAL, ts, "hello")
    slack.people.delete(ADA, GENERAL, ts)

    _, changed, deleted = await delivered()

    assert changed["message"]["edited"]["user"] == ADA
    assert (changed["hidden"], deleted["hidden"]) == (True, True)
    check_like_sample(reference, changed)
    check_like_sample(reference, deleted)


async def test_a_deleted_root_leaves_a_stone_where_its_thread_hangs(slack, delivered):
    root = slack.people.say(ADA, GENERAL, "root")
    slack.people.say(BEN, GENERAL, "reply", root)
    slack.people.delete(ADA, GENERAL, root)

    changed = (await delivered())[-1]

    assert (changed["subtype"], changed["message"]["subtype"]) == ("message_changed", "tombstone")
    assert [message.text for message in slack.workspace.thread(GENERAL, root)][1:] == ["reply"]


async def test_what_is_around_an_event_is_as_in_slacks_samples(slack, bot, delivered, reference):
    slack.people.say(ADA, GENERAL, "hello")
    await delivered()

    sample = reference.sample("samples/events/MessagePayload.json")
    callback = json.loads(bot.requests[0][1])
    later = {"context_team_id", "context_enterprise_id"}  # than the samples
    assert set(callback) - later <= set(sample)
    assert set(callback["authorizations"][0]) <= set(sample["authorizations"][0])


# Over Socket Mode.


class Socket:
    """A bot's connection that acknowledges what it is told to."""

    def __init__(self, socket) -> None:
        self.socket = socket
        self.heard = []

    async def open(self):
        self.hello = await self.socket.receive_json()
        return self

    async def next(self, acknowledge=True):
        envelope = await self.socket.receive_json(timeout=5)
        self.heard.append(envelope)
        if acknowledge:
            await self.socket.send_json({"envelope_id": envelope["envelope_id"]})
        return envelope


@pytest.fixture
def connect(slack, client, session):
    async def opened():
        url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
        return await Socket(await session.ws_connect(url)).open()

    return opened


async def test_a_connection_begins_as_slacks_does(connect, reference):
    socket = await connect()

    sample = reference.sample("socket-mode/socket_mode_hello_message.json")
    assert socket.hello.keys() == sample.keys()
    assert socket.hello["num_connections"] == 1


async def test_connections_take_turns(slack, connect):
    sockets = [await connect() for _ in range(3)]
    for number in range(6):
        slack.people.say(ADA, GENERAL, f"message {number}")
    for socket in sockets:
        await socket.next()
        await socket.next()
    await slack.deliverer.settle()

    heard = [{one["payload"]["event"]["text"] for one in socket.heard} for socket in sockets]
    assert all(len(texts) == 2 for texts in heard)
    assert len(set.union(*heard)) == 6


async def test_what_a_connection_leaves_unacknowledged_comes_again(slack, connect, monkeypatch):
    monkeypatch.setattr(delivery, "ACKNOWLEDGE_WITHIN", 0.05)  # Slack's three seconds are long
    socket = await connect()
    slack.people.say(ADA, GENERAL, "hello")

    first = await socket.next(acknowledge=False)
    second = await socket.next()
    await slack.deliverer.settle()

    assert first["payload"] == second["payload"]
    assert first["envelope_id"] != second["envelope_id"]
    assert (first["retry_attempt"], second["retry_attempt"]) == (0, 1)
    assert second["retry_reason"] == "timeout"
    assert not slack.deliverer.undelivered


async def test_an_envelope_looks_as_slacks_do(slack, connect, reference):
    socket = await connect()
    slack.people.say(ADA, GENERAL, MENTION)

    envelope = await socket.next()

    sample = reference.sample("socket-mode/envelope_1_events_api_app_mention.json")
    assert sample.keys() <= envelope.keys()
    await socket.next()


async def test_a_ticket_opens_one_connection(slack, client, session):
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    first = await session.ws_connect(url)
    async with session.get(url) as again:
        assert again.status == 403
    async with session.get(slack.sockets.url) as without:
        assert without.status == 403
    await first.close()


async def test_there_are_ten_connections_at_most(slack, connect):
    ten = [await connect() for _ in range(10)]

    eleventh = await connect()

    assert (eleventh.hello["type"], eleventh.hello["reason"]) == (
        "disconnect",
        "too_many_websockets",
    )
    assert (await eleventh.socket.receive()).type is WSMsgType.CLOSE
    assert slack.sockets.connections == len(ten)


@pytest.fixture
async def sdk(slack, client):
    """Slack's own client for Socket Mode, and the texts that it hears."""
    heard = []
    own = SocketModeClient(
        slack.app_token, web_client=client, proxy=None, ping_interval=60, trace_enabled=False
    )

    async def hear(opened, request):
        heard.append(request.payload["event"]["text"])
        await opened.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    own.socket_mode_request_listeners.append(hear)
    await own.connect()
    await slack.sockets.wait_for_connection()
    yield heard
    await own.close()


async def test_slacks_own_client_is_served(slack, sdk):
    slack.people.say(ADA, GENERAL, "hello")
    await slack.deliverer.settle()

    assert sdk == ["hello"]
    assert not slack.deliverer.undelivered


async def test_slacks_own_client_comes_back_when_it_is_sent_away(slack, sdk):
    await slack.sockets.disconnect("warning")
    await eventually(lambda: slack.sockets.connections == 1)

    slack.people.say(ADA, PRODUCT, "still there?")
    await slack.deliverer.settle()

    assert sdk == ["still there?"]


async def test_connections_that_break_acknowledge_nothing(slack, connect, monkeypatch):
    monkeypatch.setattr(delivery, "ACKNOWLEDGE_WITHIN", 0.05)  # Slack's three seconds are long
    socket = await connect()
    slack.people.say(ADA, GENERAL, "hello")
    await socket.next(acknowledge=False)
    slack.sockets.drop()
    await eventually(lambda: not slack.sockets.connections)

    other = await connect()
    again = await other.next()

    assert again["payload"]["event"]["text"] == "hello"
    assert socket.socket.closed or (await socket.socket.receive()).type is not WSMsgType.TEXT
