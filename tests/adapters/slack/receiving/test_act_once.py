"""Commands, clicks and forms that are delivered several times, over both transports."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.adapters.redis.stores.delivery_store import RedisDeliveryStore
from bot.adapters.slack.app.manifest import EVENTS_PATH
from bot.adapters.slack.http import web_app
from bot.adapters.slack.receiving import receiver
from bot.adapters.slack.receiving.act_once import name_of
from bot.adapters.slack.receiving.receiver import BoltApp
from bot.adapters.slack.receiving.socket_mode import SocketModeReceiver
from bot.json_types import Json
from bot.panel.errors import StoreUnavailable
from bot.panel.messaging.locales import Locales
from bot.playground.slack.delivery import delivery
from bot.playground.slack.delivery.delivery import Attempt, Delivery, Undelivered
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.web_api.methods.views import new_view
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.eventually import eventually
from tests.fakes.delivery_store import FakeDeliveryStore
from tests.playground.slack.block_kit import modal

COMMAND = {"command": "/do", "trigger_id": "1.2.3", "user_id": ADA, "team_id": "T0ACME"}


@dataclass
class Processes:
    """Two processes that receive payloads and share a Redis."""

    slack: SlackPlayground
    store: RedisDeliveryStore
    apps: list[BoltApp]
    acted: list[Json] = field(default_factory=list)

    def on(self, kind: str, name: str, listener: Any) -> None:
        for app in self.apps:
            getattr(app, kind)(name)(listener)

    def acknowledge(self, **answer: Any) -> Any:
        """Return a listener that answers, and then acts."""

        async def listen(ack, body):
            await ack(**answer)
            self.acted.append(body)

        return listen


@asynccontextmanager
async def http(apps, slack, serve):
    async def no_obstacle():
        return ""

    async with serve(web_app.http_app(apps[0], slack.signing_secret, no_obstacle)) as url:
        slack.deliver_to(url + EVENTS_PATH)
        yield


@asynccontextmanager
async def socket_mode(apps, slack, _serve):
    """Payloads go to one process and to the other, in turn."""
    receivers = [SocketModeReceiver(app, slack.app_token, app.client, 1) for app in apps]
    for one in receivers:
        await one.start()
    yield
    for one in receivers:
        await one.stop()


def app_of(neighbour, store):
    app = receiver.bolt_app(neighbour.api._web, neighbour.identity, Locales(neighbour.people))
    app.act_once(store)
    return app


@pytest.fixture(params=[http, socket_mode])
async def processes(neighbour, serve, request, redis):
    store = RedisDeliveryStore(redis)
    apps = [app_of(neighbour, store) for _ in range(2)]
    async with request.param(apps, neighbour.slack, serve):
        yield Processes(neighbour.slack, store, apps)


@pytest.fixture(params=["at once", "afterwards"])
def repeated(processes, request):
    """Slack delivers everything twice."""
    processes.slack.hazards.repeated = request.param
    return processes


async def test_a_command_is_carried_out_once_and_answered_twice(repeated):
    repeated.on("command", "/do", repeated.acknowledge(text="Done"))

    result = await repeated.slack.people.slash(ADA, GENERAL, "/do", "it")

    assert result.answer == {"text": "Done"}
    assert len(repeated.acted) == 1
    assert (await repeated.slack.people.slash(ADA, GENERAL, "/do", "it")).answer
    assert len(repeated.acted) == 2  # given again, it is another command


async def test_a_click_acts_once(repeated):
    repeated.on("action", "agree", repeated.acknowledge())
    ts = repeated.slack.people.say(ADA, GENERAL, "hello")
    message = repeated.slack.workspace.message(GENERAL, ts)
    button = {"type": "button", "action_id": "agree", "text": {"type": "plain_text", "text": "Yes"}}
    message.blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]

    await repeated.slack.people.click(ADA, message, "agree")

    await eventually(lambda: repeated.acted)
    assert len(repeated.acted) == 1


async def test_a_form_is_taken_once_and_answered_twice(repeated):
    answer = {"response_action": "update", "view": modal(callback_id="other")}
    repeated.on("view", "form", repeated.acknowledge(**answer))
    view = new_view(repeated.slack.state, ADA, modal(callback_id="form"))

    assert await repeated.slack.people.submit_view(ADA, view.id, {}) == {}

    assert len(repeated.acted) == 1
    assert view.content["callback_id"] == "other"


async def test_a_form_with_errors_can_be_submitted_again(repeated):
    attempts = []

    async def check(ack, body):
        attempts.append(body)
        if len(attempts) < 3:
            await ack(response_action="errors", errors={"name": "Is taken."})
        else:
            await ack()
            repeated.acted.append(body)

    repeated.on("view", "form", check)
    view = new_view(repeated.slack.state, ADA, modal(callback_id="form"))
    people = repeated.slack.people

    while await people.submit_view(ADA, view.id, {}) == {"name": "Is taken."}:
        assert view.is_open

    assert not view.is_open
    assert len(repeated.acted) == 1
    assert await people.submit_view(ADA, view.id, {}) == {}  # Submit, pressed once more
    assert len(repeated.acted) == 1


async def test_what_takes_longer_than_a_claim_is_done_once(processes):
    finish = asyncio.Event()

    async def work(ack, body):
        await ack("One moment")
        processes.acted.append(body)
        await finish.wait()

    processes.on("command", "/do", work)
    assert (await processes.slack.people.slash(ADA, GENERAL, "/do")).answer
    await asyncio.sleep(2.5)

    again = Delivery("slash_commands", payload_of(processes.acted[0]))
    answer = await processes.slack.deliverer.carrier.carry(again, Attempt(1, "timeout"))

    assert answer == {"text": "One moment"}
    assert len(processes.acted) == 1
    finish.set()


def payload_of(body: Json) -> Json:
    return {name: value for name, value in body.items() if isinstance(value, str)}


async def test_a_command_that_failed_is_carried_out_when_it_comes_again(processes, monkeypatch):
    monkeypatch.setattr(delivery, "ACKNOWLEDGE_WITHIN", 0.2)  # Slack's three seconds are long
    attempts = []

    async def fail_first(ack, body):
        attempts.append(body)
        if len(attempts) == 1:
            raise RuntimeError("a mistake of ours")
        await ack()
        processes.acted.append(body)

    processes.on("command", "/do", fail_first)

    assert (await processes.slack.people.slash(ADA, GENERAL, "/do")).error
    await processes.slack.deliverer.settle()

    assert len(processes.acted) == 1
    assert not processes.slack.deliverer.undelivered


async def test_the_command_of_a_process_that_died_is_carried_out_in_time(processes):
    processes.on("command", "/do", processes.acknowledge(text="Done"))
    await processes.store.claim(name_of(COMMAND), "of a process that died")

    async with asyncio.timeout(3):
        given = Delivery("slash_commands", COMMAND)
        answer = await processes.slack.deliverer.carrier.carry(given, Attempt())

    assert answer == {"text": "Done"}
    assert len(processes.acted) == 1


def request() -> AsyncBoltRequest:
    return AsyncBoltRequest(mode="socket_mode", body=dict(COMMAND))


async def test_a_command_that_a_stopping_process_breaks_off_is_carried_out_by_the_next(
    neighbour, redis
):
    first, second = (app_of(neighbour, RedisDeliveryStore(redis)) for _ in range(2))
    carried_out = []

    async def never_end(ack):
        await ack()
        await asyncio.Event().wait()

    async def carry_out(ack, body):
        await ack()
        carried_out.append(body)

    first.command("/do")(never_end)
    second.command("/do")(carry_out)
    before = asyncio.all_tasks()
    await first.async_dispatch(request())
    for task in asyncio.all_tasks() - before:  # as asyncio.run does
        task.cancel()

    assert (await second.async_dispatch(request())).status == 200

    await eventually(lambda: carried_out)


async def test_while_another_process_has_no_answer_yet_slack_has_to_deliver_again(neighbour):
    store = FakeDeliveryStore()
    first, second = (app_of(neighbour, store) for _ in range(2))
    answer = asyncio.Event()

    async def think(ack):
        await answer.wait()
        await ack("Done")

    for app in (first, second):
        app.command("/do")(think)
    thinking = asyncio.create_task(first.async_dispatch(request()))
    await eventually(lambda: store.known)

    assert (await second.async_dispatch(request())).status == 503

    answer.set()
    await thinking
    await eventually(lambda: store.known[name_of(COMMAND)].done)
    late = await second.async_dispatch(request())
    assert (late.status, late.body) == (200, "Done")


class AwayStore(FakeDeliveryStore):
    """A store that cannot be reached."""

    async def claim(self, name, token):
        raise StoreUnavailable("redis")


async def test_without_the_store_people_are_answered_all_the_same(neighbour):
    app = app_of(neighbour, AwayStore())

    async def answer(ack):
        await ack("I cannot reach my memory just now.")

    app.command("/do")(answer)

    assert (await app.async_dispatch(request())).body == "I cannot reach my memory just now."


async def test_what_nobody_listens_for_is_not_kept(neighbour):
    store = FakeDeliveryStore()

    assert (await app_of(neighbour, store).async_dispatch(request())).status == 404
    await eventually(lambda: not store.known)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (COMMAND, "trigger 1.2.3"),
        ({"type": "block_actions", "trigger_id": "1.2"}, "trigger 1.2"),
        ({"type": "message_action", "trigger_id": "1.2"}, "trigger 1.2"),
        (
            {"type": "view_submission", "trigger_id": "1.2", "view": {"id": "V1", "hash": "h"}},
            "view V1 h",
        ),
        ({"type": "view_submission", "trigger_id": "1.2", "view": {"id": "V1"}}, "trigger 1.2"),
        ({"type": "view_submission", "trigger_id": "1.2", "view": None}, "trigger 1.2"),
        ({"type": "view_closed", "view": {"id": "V1", "hash": "h"}}, None),
        ({"type": "event_callback", "event": {"type": "app_home_opened"}}, None),
        ({"command": "/do"}, None),
        ({"type": "block_actions", "trigger_id": None}, None),
        ({"type": ["block_actions"], "trigger_id": {}}, None),
    ],
)
def test_all_deliveries_of_the_same_have_one_name(body: Json, name: str | None) -> None:
    assert name_of(body) == name


async def test_what_was_not_acknowledged_comes_again(processes, monkeypatch):
    monkeypatch.setattr(delivery, "ACKNOWLEDGE_WITHIN", 0.1)  # Slack's three seconds are long
    processes.on("command", "/do", processes.acknowledge())
    with pytest.raises(Undelivered):
        await processes.slack.deliverer.ask(Delivery("slash_commands", COMMAND | {"command": "/x"}))
    await processes.slack.deliverer.settle()

    (lost,) = processes.slack.deliverer.undelivered
    assert lost.payload["command"] == "/x"
