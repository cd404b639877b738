"""What becomes of events, the same over HTTP and over Socket Mode."""

import asyncio
import logging
from contextlib import asynccontextmanager

import pytest

from bot.adapters.slack.api import web_api
from bot.adapters.slack.app.manifest import EVENTS_PATH
from bot.adapters.slack.http import web_app
from bot.adapters.slack.receiving import receiver
from bot.adapters.slack.receiving.message_listeners import MessageListeners
from bot.adapters.slack.receiving.socket_mode import SocketModeReceiver
from bot.panel.errors import StoreUnavailable
from bot.panel.intake.intake import Intake
from bot.panel.messaging.locales import Locales
from bot.panel.messaging.messenger import Post
from bot.panel.model import Persona, TurnId
from bot.panel.threads.thread_store import Standing
from bot.playground.slack.delivery import delivery
from bot.playground.slack.delivery.envelopes import event_callback
from bot.playground.slack.workspace.company import ADA, BEN, GENERAL
from tests import slack_changes
from tests.eventually import eventually
from tests.fakes.audit_log import auditor
from tests.fakes.chore_store import FakeChoreStore
from tests.fakes.handle_store import FakeHandleStore
from tests.fakes.thread_store import FakeThreadStore
from tests.fakes.turn_queue import FakeTurnQueue

HELLO = "<@U0PANELBOT> hello"


class StumblingQueue(FakeTurnQueue):
    """A queue that cannot be reached for the next so many puts."""

    def __init__(self) -> None:
        super().__init__()
        self.unreachable = 0
        self.put_texts: list[str] = []

    async def put(self, thread, message, *, alone=False, moves=None):
        if self.unreachable:
            self.unreachable -= 1
            raise StoreUnavailable("Redis: ConnectionError")
        is_new = await super().put(thread, message, alone=alone, moves=moves)
        if is_new:
            self.put_texts.append(message.text)
        return is_new


class Door:
    """The receiving side, with its memory in this process."""

    def __init__(self, neighbour) -> None:
        self.neighbour = neighbour
        self.slack = neighbour.slack
        self.queue = StumblingQueue()
        self.threads = FakeThreadStore(self.queue)
        self.app = receiver.bolt_app(
            neighbour.api._web, neighbour.identity, Locales(neighbour.people)
        )
        self.chores = FakeChoreStore()
        intake = Intake(self.queue, self.threads, auditor())
        MessageListeners(intake, FakeHandleStore(), self.chores, neighbour.identity).listen(
            self.app
        )

    async def settle(self):
        """Let Slack deliver whatever it has to, again where it must."""
        await self.slack.deliverer.settle()


@asynccontextmanager
async def over_http(door, serve):
    async def no_obstacle():
        return ""

    app = web_app.http_app(door.app, door.slack.signing_secret, no_obstacle)
    async with serve(app) as url:
        door.slack.deliver_to(url + EVENTS_PATH)
        yield


@asynccontextmanager
async def over_socket_mode(door, _serve):
    web = door.neighbour.api._web
    sockets = SocketModeReceiver(door.app, door.slack.app_token, web, 2)
    await sockets.start()
    yield
    await sockets.stop()


@pytest.fixture(params=[over_http, over_socket_mode])
async def door(request, neighbour, serve, monkeypatch):
    monkeypatch.setattr(delivery, "ACKNOWLEDGE_WITHIN", 0.5)  # Slack's three seconds are long
    opened = Door(neighbour)
    async with request.param(opened, serve):
        yield opened


@pytest.mark.parametrize("order", ["message first", "mention first"])
async def test_the_copies_of_a_mention_make_one_turn(door, order):
    door.slack.hazards.mention_order = order
    door.slack.hazards.extra_deliveries = 2

    door.slack.people.say(ADA, GENERAL, HELLO)
    await door.settle()

    assert door.queue.put_texts == ["hello"]
    assert not door.slack.deliverer.undelivered


async def test_a_reply_needs_no_mention(door):
    thread = door.neighbour.begin(HELLO)
    await door.settle()
    assert await door.threads.standing(thread) is Standing.OURS

    door.slack.people.say(BEN, GENERAL, "and another thing", thread.thread_ts)
    await door.settle()

    assert door.queue.put_texts == ["hello", "and another thing"]


async def test_a_direct_message_needs_no_mention(door):
    direct = door.slack.workspace.direct_channel(ADA, door.slack.bot_user_id)

    door.slack.people.say(ADA, direct.id, "hello")
    await door.settle()

    assert door.queue.put_texts == ["hello"]


async def test_a_reply_to_somebody_else_is_noted_but_not_answered(door):
    thread = door.neighbour.begin(HELLO)
    await door.settle()

    ts = door.slack.people.say(BEN, GENERAL, f"<@{ADA}> what do you think?", thread.thread_ts)
    await door.settle()

    assert door.queue.put_texts == ["hello"]
    assert await door.threads.unread_since(thread) == ts


@pytest.mark.parametrize(
    "way",
    [{"files": [("plan.txt", b"a plan")]}, {"broadcast": True}, {"subtype": "me_message"}],
    ids=["with a file", "to the channel", "in the third person"],
)
async def test_every_kind_of_message_by_people_is_queued(door, way):
    thread = door.neighbour.begin(HELLO)
    await door.settle()

    door.slack.people.say(BEN, GENERAL, "read this", thread.thread_ts, **way)
    await door.settle()

    assert door.queue.put_texts == ["hello", "read this"]


async def test_a_forward_without_a_word_is_noted_in_our_thread_and_asked_directly(door):
    thread = door.neighbour.begin(HELLO)
    elsewhere = door.neighbour.begin("lunch?")
    await door.settle()
    shown = door.slack.workspace.message(GENERAL, elsewhere.thread_ts)
    direct = door.slack.workspace.direct_channel(ADA, door.slack.bot_user_id)

    ts = door.slack.people.forward(ADA, GENERAL, shown, thread_ts=thread.thread_ts)
    door.slack.people.forward(ADA, GENERAL, shown, thread_ts=elsewhere.thread_ts)
    door.slack.people.forward(ADA, direct.id, shown)
    await door.settle()

    assert door.queue.put_texts == ["hello", ""]
    assert await door.threads.unread_since(thread) == ts


async def test_a_forward_with_a_mention_is_a_question(door):
    shown = door.slack.workspace.message(GENERAL, door.neighbour.begin("It leaks").thread_ts)

    ts = door.slack.people.forward(ADA, GENERAL, shown, HELLO)
    await door.settle()

    (message,) = (await door.queue.claim()).turn.messages
    assert (message.ts, message.text) == (ts, "hello")
    assert "> It leaks" in message.quoted


async def test_what_apps_post_in_our_threads_is_noted_but_not_answered(door):
    thread = door.neighbour.begin(HELLO)
    elsewhere = door.neighbour.begin("lunch?")
    await door.settle()
    post = door.slack.people.post_as_app

    post(GENERAL, f"<@{door.slack.bot_user_id}> stop", elsewhere.thread_ts)
    post(GENERAL, "a root of its own")
    ts = post(GENERAL, f"<@{door.slack.bot_user_id}> stop", thread.thread_ts)
    post(GENERAL, "later", thread.thread_ts, username="Workflow")
    await door.settle()

    assert door.queue.put_texts == ["hello"]
    assert await door.threads.unread_since(thread) == ts
    assert await door.threads.unread_since(elsewhere) is None


async def test_what_the_bot_posts_itself_is_not_noted(door):
    door.slack.hazards.echoes = True
    thread = door.neighbour.begin(HELLO)
    legal = Post(TurnId("T:C:1.0"), "reply:1:0", "Yes.", persona=Persona("Legal", ":scales:"))

    await door.neighbour.messenger.post(thread, legal)
    await door.settle()

    assert await door.threads.unread_since(thread) is None


async def test_the_preview_of_a_link_joins_a_question_that_waits(door):
    thread = door.neighbour.begin(f"{HELLO} https://example.org")
    await door.settle()

    slack_changes.preview_link(
        door.slack,
        GENERAL,
        thread.thread_ts,
        "https://example.org",
        "The harbour",
        "Keep to the right.",
    )
    await door.settle()

    (message,) = (await door.queue.claim()).turn.messages
    assert "> Keep to the right." in message.quoted


async def test_what_could_not_be_queued_is_delivered_again(door, caplog):
    door.queue.unreachable = 3  # both copies of the mention, and one of them again

    door.slack.people.say(ADA, GENERAL, HELLO)
    await door.settle()

    assert door.queue.put_texts == ["hello"]
    assert not door.slack.deliverer.undelivered
    assert caplog.messages.count("payload.not_taken") == 1  # and the others in a minute


async def test_what_is_never_queued_is_never_acknowledged(door):
    door.queue.unreachable = 99
    door.slack.deliverer.retry_after = (0.01,)
    thread = door.neighbour.begin()
    await door.settle()

    door.slack.people.say(BEN, GENERAL, "lost?", thread.thread_ts)
    await door.settle()

    (lost,) = door.slack.deliverer.undelivered
    assert lost.payload["event"]["text"] == "lost?"


async def test_the_bots_own_messages_edits_and_deletions_are_ignored(door):
    thread = door.neighbour.begin(HELLO)
    legal = Post(TurnId("T:C:1.0"), "reply:1:0", "Yes.", persona=Persona("Legal", ":scales:"))
    plan = Post(TurnId("T:C:1.0"), "plan", "Asking")

    await door.neighbour.messenger.post(thread, legal)
    ts = await door.neighbour.messenger.post_plan(thread, plan, [])
    await door.neighbour.messenger.update_plan(thread, ts, plan, [])
    door.slack.people.edit(ADA, GENERAL, thread.thread_ts, HELLO + " again")
    door.slack.workspace.delete(door.neighbour.replies(thread)[0])
    await door.settle()

    assert door.queue.put_texts == ["hello"]
    assert not door.slack.deliverer.undelivered


async def test_an_event_without_a_listener_is_acknowledged(door):
    door.slack.people.stop_session(ADA, GENERAL, door.neighbour.begin().thread_ts)
    event = {"type": "emoji_changed", "subtype": "add", "event_ts": "1.0"}
    door.slack.deliverer.event(event_callback(door.slack.workspace, event, "Ev1"))
    await door.settle()

    assert not door.slack.deliverer.undelivered


async def test_a_mistake_of_ours_is_logged_and_the_event_comes_again(door, caplog):
    failures = [ValueError("ours")]

    def make_ours(_thread):
        if failures:
            raise failures.pop()

    door.queue.make_ours = make_ours
    door.slack.people.say(ADA, GENERAL, HELLO)
    await door.settle()

    assert door.queue.put_texts == ["hello"]
    assert "payload.failed" in caplog.messages


async def test_an_event_causes_no_auth_test(door):
    before = door.neighbour.count("auth.test")

    door.slack.people.say(ADA, GENERAL, HELLO)
    await door.settle()

    assert door.neighbour.count("auth.test") == before


@pytest.mark.parametrize("transport", [over_http, over_socket_mode])
async def test_what_is_said_is_not_logged(neighbour, serve, caplog, transport):
    caplog.set_level(logging.DEBUG)  # Bolt looks at the level when the app is made
    door = Door(neighbour)
    async with transport(door, serve):
        door.slack.people.say(ADA, GENERAL, HELLO + " a secret plan")
        own = Post(TurnId("T:C:1.0"), "router:0", "a secret answer")
        await neighbour.messenger.post(neighbour.begin(), own)
        await door.settle()

    assert door.queue.put_texts == ["hello a secret plan"]
    assert "secret" not in caplog.text
    assert neighbour.slack.bot_token not in caplog.text


async def test_oauth_credentials_in_the_environment_change_nothing(neighbour, monkeypatch):
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "x")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-another")

    door = Door(neighbour)
    web = neighbour.api._web
    sockets = SocketModeReceiver(door.app, door.slack.app_token, web, 1)
    await sockets.start()
    door.slack.people.say(ADA, GENERAL, HELLO)
    await eventually(lambda: door.queue.put_texts)
    await sockets.stop()

    assert door.app.oauth_flow is None
    assert web_api.quiet.level > logging.WARNING


async def test_requests_of_bolts_own_use_our_session(door):
    seen = asyncio.Queue()

    async def look(client):
        seen.put_nowait(client)

    door.app.event("emoji_changed")(look)
    event = {"type": "emoji_changed", "event_ts": "1.0"}
    door.slack.deliverer.event(event_callback(door.slack.workspace, event, "Ev1"))
    client = await seen.get()

    assert client.session is door.neighbour.api._web.session
    assert (client.token, client.retry_handlers) == (door.slack.bot_token, [])


async def test_an_event_that_nobody_listens_for_is_acknowledged(door, caplog):
    renamed = {"type": "agent_session_title_changed", "channel": GENERAL, "thread_ts": "1.0"}
    payload = event_callback(door.slack.workspace, renamed, "Ev1")
    carrier = door.slack.deliverer.carrier

    await carrier.carry(delivery.Delivery("events_api", payload), delivery.Attempt())

    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
