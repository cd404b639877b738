import asyncio
import json
import time
from io import BytesIO

import pytest
from aiohttp import ClientConnectionError, ClientSession

from bot.adapters.slack.app.manifest import EVENTS_PATH
from bot.adapters.slack.http import health, web_app
from bot.adapters.slack.receiving import receiver
from bot.panel.messaging.locales import Locales
from bot.playground.slack.delivery.delivery import Undelivered
from bot.playground.slack.delivery.http import HttpCarrier, sign
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.eventually import eventually

EVENT = json.dumps({"type": "event_callback", "event": {"type": "message"}})


class Door:
    """The served application, and how healthy it says it is."""

    def __init__(self, neighbour) -> None:
        self.bolt = receiver.bolt_app(
            neighbour.api._web, neighbour.identity, Locales(neighbour.people)
        )
        self.obstacle = ""
        self.slack = neighbour.slack
        self.url = ""
        self.carrier: HttpCarrier | None = None

    async def tell_obstacle(self):
        return self.obstacle


@pytest.fixture
async def door(neighbour, serve):
    opened = Door(neighbour)
    app = web_app.http_app(opened.bolt, opened.slack.signing_secret, opened.tell_obstacle)
    async with serve(app) as url:
        opened.url = url
        opened.carrier = opened.slack.deliver_to(url + EVENTS_PATH)
        yield opened


async def test_the_url_that_people_enter_is_verified(door):
    assert await door.carrier.verify_url()


@pytest.mark.parametrize("path", [health.READY_PATH, health.OLDER_PATH])
async def test_an_obstacle_makes_it_unready_but_not_dead(door, path):
    async with ClientSession() as session:
        answer = await session.get(door.url + path)
        assert (answer.status, await answer.text()) == (200, "ok")

        door.obstacle = "Redis cannot be reached"
        answer = await session.get(door.url + path)
        assert (answer.status, await answer.text()) == (503, "Redis cannot be reached")
        answer = await session.get(door.url + health.LIVE_PATH)
        assert (answer.status, await answer.text()) == (200, "ok")


async def test_what_slack_has_not_signed_is_not_let_in(door):
    heard = []

    async def hear(event):
        heard.append(event)

    door.bolt.event("message")(hear)
    forger = HttpCarrier(door.url + EVENTS_PATH, "another secret")
    with pytest.raises(Undelivered, match="http_error"):
        await forger.verify_url()
    await forger.close()

    async with ClientSession() as session:
        answer = await session.post(door.url + EVENTS_PATH, data=EVENT)
    assert answer.status == 401
    assert not heard


def signed(body, secret, *, age=0):
    """What Slack would send *age* seconds ago."""
    headers = sign(body, secret, int(time.time()) - age)
    return {
        "data": BytesIO(body.encode()),
        "headers": headers | {"Content-Type": "application/json"},
    }


@pytest.mark.parametrize(
    ("body", "secret", "age", "status"),
    [
        (EVENT, "another secret", 0, 401),
        (EVENT, None, 301, 401),
        ("{", None, 0, 400),
        ("[]", None, 0, 400),
        ("", None, 0, 400),
        ("[" * 100_000, None, 0, 400),
        (json.dumps({"text": "x" * 20_000_000}), None, 0, 413),
    ],
    ids=["forged", "replayed", "broken", "a list", "empty", "deep", "huge"],
)
async def test_hostile_requests_are_refused_in_one_line(door, caplog, body, secret, age, status):
    heard = []

    async def hear(event):
        heard.append(event)

    door.bolt.event("message")(hear)
    request = signed(body, secret or door.slack.signing_secret, age=age)

    async with ClientSession() as session:
        try:
            answer = await session.post(door.url + EVENTS_PATH, **request)
        except ClientConnectionError:  # a huge body is cut off before it is all sent
            assert status == 413
        else:
            assert answer.status == status
            assert "Traceback" not in await answer.text()

    (record,) = [record for record in caplog.records if record.name.startswith("bot.")]
    assert (record.message, record.status, record.exc_info) == (
        "slack.request.refused",
        status,
        None,
    )
    assert "Traceback" not in caplog.text
    assert not heard


@pytest.mark.parametrize(
    "text", ["hello", "add payload", "the payload=1 & <@U1|ada>", "Grüße, 世界", ""]
)
async def test_a_command_arrives_as_it_was_typed(door, text):
    async def answer(ack, command):
        await ack(text=f"You said {command['text']}")

    door.bolt.command("/say")(answer)

    result = await door.slack.people.slash(ADA, GENERAL, "/say", text)

    assert result.answer == {"text": f"You said {text}"}


async def test_an_unknown_command_is_not_acknowledged(door):
    result = await door.slack.people.slash(ADA, GENERAL, "/unheard-of")

    assert result.error


async def test_a_failing_command_is_logged_without_what_was_said(door, caplog):
    async def fail(ack):
        raise RuntimeError("a mistake of ours")

    door.bolt.command("/say")(fail)

    result = await door.slack.people.slash(ADA, GENERAL, "/say", "a secret plan")

    assert result.error
    assert "payload.failed" in caplog.messages
    assert "secret" not in caplog.text


async def test_a_command_that_fails_after_its_answer_is_logged(door, caplog):
    answered = asyncio.Event()

    async def fail(ack):
        await ack("One moment")
        await answered.wait()
        raise RuntimeError("a mistake of ours")

    door.bolt.command("/say")(fail)

    result = await door.slack.people.slash(ADA, GENERAL, "/say")
    answered.set()

    assert result.answer == {"text": "One moment"}
    await eventually(lambda: "payload.failed" in caplog.messages)


async def test_what_is_taken_in_does_not_come_to_bolt(door):
    taken, heard = [], []

    async def take_in(body):
        taken.append(body["event"]["text"])
        return taken[-1] == "for us"

    async def hear(event):
        heard.append(event["text"])

    door.bolt.take_in = take_in
    door.bolt.event("message")(hear)
    for text in ("for us", "for others"):
        door.slack.people.say(ADA, GENERAL, text)
        await door.slack.deliverer.settle()

    assert taken == ["for us", "for others"]
    await eventually(lambda: heard == ["for others"])


async def test_what_cannot_be_taken_in_is_logged_without_what_was_said(door, caplog):
    async def fail(_body):
        raise RuntimeError("a mistake of ours")

    door.bolt.take_in = fail
    door.slack.deliverer.retry_after = ()

    door.slack.people.say(ADA, GENERAL, "a secret plan")
    await door.slack.deliverer.settle()

    assert len(door.slack.deliverer.undelivered) == 1
    assert "payload.failed" in caplog.messages
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"type": "poem"},
        {"type": "event_callback"},
        {"type": "event_callback", "event": "x"},
        {"type": "event_callback", "event": {"type": ["message"]}},
        {"type": "block_actions", "user": {"id": ADA}, "actions": [None]},
        {"type": "view_submission", "user": {"id": ADA}, "view": 7},
        {"type": "view_submission", "user": {"id": ADA}, "view": {"id": "V1"}},
        {"type": "message_action", "user": {"id": ADA}, "channel": {"id": "C1"}, "message": {}},
    ],
)
async def test_what_makes_no_sense_is_a_bad_request(door, odd):
    async with ClientSession() as session:
        request = signed(json.dumps(odd), door.slack.signing_secret)
        answer = await session.post(door.url + EVENTS_PATH, **request)

    assert answer.status == 400


async def test_slack_is_believed_that_it_has_dropped_events(door, caplog):
    told = {"type": "app_rate_limited", "team_id": "T0ACME", "minute_rate_limited": 1518467820}
    async with ClientSession() as session:
        request = signed(json.dumps(told), door.slack.signing_secret)
        answer = await session.post(door.url + EVENTS_PATH, **request)

    assert answer.status == 200
    (record,) = [one for one in caplog.records if one.message == "events.dropped"]
    assert record.team == "T0ACME"


@pytest.mark.parametrize(
    "odd",
    [
        {"authorizations": [None]},
        {"authorizations": [{"team": 7}]},
        {"team": 7},
        {"enterprise": True},
        {"channel": 1.5},
        {"user": 0},
        {"response_urls": ["x"]},
        {"view": {"app_installed_team_id": []}, "function_data": []},
    ],
)
async def test_odd_fields_count_as_not_there(door, odd):
    heard = []

    async def hear(event):
        heard.append(event["text"])

    door.bolt.event("message")(hear)
    event = {"type": "message", "text": "hello", "channel": GENERAL, "user": ADA, "ts": "1.0"}
    door.slack.deliverer.event({"type": "event_callback", "event": event, **odd})
    await door.slack.deliverer.settle()

    assert not door.slack.deliverer.undelivered
    await eventually(lambda: heard == ["hello"])
