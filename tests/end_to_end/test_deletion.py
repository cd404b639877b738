"""A question that is deleted: nothing lands in the channel, and nothing is left of its turn.

Slack is seen to do either of two things with what is posted for a deleted thread, and may never
tell that something was deleted.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal, get_args

import pytest

from bot.assembly import storage
from bot.playground.openai.stand_in.brain import Call, ModelRequest, Reply, Text, WaitFor
from bot.playground.slack.hazards import Hazards
from bot.playground.slack.workspace import payloads
from bot.playground.slack.workspace.company import ADA, BOT_USER, GENERAL
from bot.playground.slack.workspace.messages import Message
from tests import openai_faults as faults
from tests.end_to_end.conftest import MENTION, World, panel_brain
from tests.eventually import eventually

Way = Literal["refused", "posted in the channel"]
WAYS: tuple[Way, ...] = get_args(Way)


@dataclass
class Deleting:
    """The world with the bot, and questions to be deleted in it."""

    world: World
    go: asyncio.Event

    def brain(self, request: ModelRequest) -> Reply:
        """Whoever is told to wait takes until ``go`` is set; a stream waits once it has begun."""
        if "STREAM" in request.last_user_text:
            return [Text("It depends.\n\nAs always"), WaitFor(self.go), Text(", on who asks.")]
        is_router = bool(request.tools)
        asked = request.last_user_text
        waits = "ROUTER" in asked if is_router else "WAIT" in asked
        if is_router and "function_call" not in request.items[-1]["type"] and "WAIT" in asked:
            brief = {"reason": "It was named.", "brief": "WAIT"}
            return [Call("consult_legal", brief), Call("consult_finance", brief)]
        return [*([WaitFor(self.go)] if waits else ()), *panel_brain(request)]

    async def ask(self, text: str, root: str | None = None, channel: str = GENERAL) -> str:
        """Ask, and return the question's ts once a model works on it."""
        before = len(self.world.brain.asked)
        ts = self.world.slack.people.say(ADA, channel, text, root)
        await eventually(lambda: len(self.world.brain.asked) > before)
        return ts

    def delete(self, ts: str, channel: str = GENERAL) -> None:
        """Delete a message, and first what hangs from it unless Slack tells us."""
        slack = self.world.slack
        if not slack.hazards.tells_of_deletions:
            for reply in slack.workspace.thread(channel, ts)[:0:-1]:
                slack.workspace.delete(reply)
        slack.people.delete(ADA, channel, ts)

    def outside(self) -> list[str]:
        """What the bot has said outside of threads."""
        workspace = self.world.slack.workspace
        messages = (m for channel in workspace.channels for m in workspace.messages(channel))
        return [m.text for m in messages if m.bot_id and not m.is_reply]

    async def assert_clean(self) -> None:
        """Check that nothing is left, in Slack, in Redis and on the model's side."""
        assert self.outside() == []
        assert self.world.slack.workspace.statuses == {}
        assert not any(
            m.streaming
            for channel in self.world.slack.workspace.channels
            for m in self.world.slack.workspace.messages(channel)
        )
        async with storage.open_storage(self.world.config()) as memory:
            assert await memory.queue.buried() == []
        for kind in ("turn", "journal", "inbox", "stops", "delayed", "leases"):
            async with asyncio.timeout(10):  # a worker may still take out what was deleted
                while await self.world.redis.keys(f"panelbot:{{0}}:{kind}*"):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        for conversation in self.world.openai.conversations.values():
            kinds = [item["type"] for item in conversation.items]
            assert kinds.count("function_call") == kinds.count("function_call_output")


@pytest.fixture
async def deleting(bot: World) -> Deleting:
    here = Deleting(bot, asyncio.Event())
    bot.brain._otherwise = here.brain
    return here


@pytest.fixture(params=WAYS)
def hazards(request: pytest.FixtureRequest, bot: World) -> Hazards:
    bot.slack.hazards.deleted_threads = request.param
    return bot.slack.hazards


async def test_a_root_that_is_deleted_is_not_answered(deleting: Deleting, hazards: Hazards):
    world = deleting.world
    direct = world.slack.workspace.direct_channel(ADA, BOT_USER).id
    routed = await deleting.ask(f"{MENTION} ROUTER, please")
    consulting = await deleting.ask(f"{MENTION} WAIT for both")
    await eventually(lambda: world.thread(consulting))  # the plan
    first_post = await deleting.ask(f"{MENTION} legal, WAIT with the first message")
    streamed = await deleting.ask("legal, STREAM", channel=direct)
    await eventually(lambda: world.thread(streamed, direct))

    for ts in (routed, consulting, first_post):
        deleting.delete(ts)
    deleting.delete(streamed, direct)
    await world.idle()

    assert not any(world.thread(ts) for ts in (routed, consulting, first_post))
    assert not world.thread(streamed, direct)
    await deleting.assert_clean()


async def test_a_root_whose_deletion_is_not_told_is_not_answered_in_the_channel(
    deleting: Deleting, hazards: Hazards
):
    world = deleting.world
    hazards.tells_of_deletions = False
    direct = world.slack.workspace.direct_channel(ADA, BOT_USER).id
    routed = await deleting.ask(f"{MENTION} ROUTER, please")
    consulting = await deleting.ask(f"{MENTION} WAIT for both")
    await eventually(lambda: world.thread(consulting))  # the plan
    first_post = await deleting.ask(f"{MENTION} legal, WAIT with the first message")
    streamed = await deleting.ask("legal, WAIT with the first message", channel=direct)

    for ts in (routed, consulting, first_post):
        deleting.delete(ts)
    deleting.delete(streamed, direct)
    deleting.go.set()
    await world.idle()

    await deleting.assert_clean()


async def test_a_first_message_that_is_on_its_way_does_not_stay_in_the_channel(
    deleting: Deleting,
):
    world, hazards = deleting.world, deleting.world.slack.hazards
    hazards.deleted_threads = "posted in the channel"
    hazards.latency |= {"chat.postMessage": 1.5, "chat.startStream": 1.5}
    direct = world.slack.workspace.direct_channel(ADA, BOT_USER).id
    posted = await deleting.ask(f"{MENTION} legal, with the first message")
    streamed = await deleting.ask("legal, STREAM", channel=direct)
    # Long enough for the messages to be on their way, too short for them to arrive.
    await asyncio.sleep(0.5)

    deleting.delete(posted)
    deleting.delete(streamed, direct)
    await world.idle()

    await deleting.assert_clean()


async def test_a_root_that_is_gone_when_its_turn_begins_is_not_answered(
    deleting: Deleting, hazards: Hazards
):
    hazards.tells_of_deletions = False
    hazards.latency["assistant.threads.setStatus"] = 0.05
    ts = deleting.world.say(f"{MENTION} WAIT for both")
    deleting.delete(ts)
    await deleting.world.slack.deliverer.settle()
    await deleting.world.idle()  # nobody lets the experts answer: they are not waited for

    await deleting.assert_clean()


async def test_a_reply_that_is_deleted_is_not_answered(deleting: Deleting):
    world = deleting.world
    roots = [world.say(f"{MENTION} hello") for _ in range(3)]
    await eventually(lambda: all(world.said(root) for root in roots))
    await world.idle()
    routed = await deleting.ask("ROUTER, please", roots[0])
    consulting = await deleting.ask("WAIT for both", roots[1])
    await eventually(lambda: any(m.blocks[0]["type"] == "plan" for m in world.thread(roots[1])))
    first_post = await deleting.ask("legal: WAIT", roots[2])

    for ts in (routed, consulting, first_post):
        deleting.delete(ts)
    await world.idle()

    for root in roots:
        assert [message.text for message in world.thread(root)] == ["I can say that myself."]
    await deleting.assert_clean()


async def test_answers_that_were_posted_stay_in_a_thread_that_goes_on(deleting: Deleting):
    world = deleting.world
    world.brain.when(lambda r: "legal counsel" in r.instructions.casefold(), Text("Yes."))
    ts = await deleting.ask(f"{MENTION} WAIT for both")
    await eventually(lambda: ("Legal Counsel", "Yes.") in world.said(ts))
    await eventually(lambda: any(m.blocks[0]["type"] == "plan" for m in world.thread(ts)))
    deleting.delete(ts)
    await world.idle()

    assert world.said(ts) == [("Legal Counsel", "Yes.")]
    plan = next(m for m in world.thread(ts) if m.blocks[0]["type"] == "plan")
    assert "in_progress" not in str(plan.blocks)
    await deleting.assert_clean()
    deleting.go.set()
    world.say(f"{MENTION} and now?", ts)
    await world.idle()
    assert world.said(ts)[1:] == [("Panelbot", "I can say that myself.")]


@pytest.mark.parametrize("is_reply", [False, True])
async def test_a_deletion_that_arrives_before_its_message(deleting: Deleting, is_reply: bool):
    world = deleting.world
    root = world.say(f"{MENTION} hello") if is_reply else None
    await world.idle()
    workspace, deliverer = world.slack.workspace, world.slack.deliverer
    said = Message(workspace.new_ts(), GENERAL, f"{MENTION} legal?", user=ADA, thread_ts=root)
    deleted, posted = (
        payloads.deleted_event(workspace, said),
        payloads.message_event(workspace, said),
    )
    asked = len(world.brain.asked)
    for event in (deleted, posted, payloads.mention_event(posted)):
        world.slack.people.tell(event)
        await deliverer.settle()
    await world.idle()

    assert len(world.brain.asked) == asked
    await deleting.assert_clean()


async def test_what_waits_for_a_worker_is_dropped_and_shows_no_place(world: World):
    world.environ["PANELBOT_CONCURRENCY"] = "1"
    await world.start_bot()
    deleting = Deleting(world, asyncio.Event())
    world.brain._otherwise = deleting.brain
    running = await deleting.ask(f"{MENTION} ROUTER, please")
    thread = world.say("A thread.")
    root, reply = world.say(f"{MENTION} one"), world.say(f"{MENTION} two", thread)
    statuses = world.slack.workspace.statuses
    await eventually(lambda: {(GENERAL, root), (GENERAL, thread)} <= statuses.keys(), within=15)

    deleting.delete(root)
    deleting.delete(reply)
    await eventually(lambda: statuses.keys() == {(GENERAL, running)}, within=15)
    deleting.go.set()
    await world.idle()

    assert [len(world.thread(ts)) for ts in (running, thread)] == [1, 0]
    await deleting.assert_clean()


async def test_a_turn_that_waits_for_an_outage_to_end_is_dropped(deleting: Deleting):
    world = deleting.world
    world.openai.faults.on("POST /v1/responses", faults.status(503, retry_after=99))
    ts = await asked_in_vain(world)
    deleting.delete(ts)
    await world.idle()

    await deleting.assert_clean()


async def asked_in_vain(world: World) -> str:
    """Ask; return when the turn is postponed."""
    ts = world.say(f"{MENTION} legal?")
    async with storage.open_storage(world.config()) as memory, asyncio.timeout(20):
        while not (await memory.queue.depth()).delayed:  # noqa: ASYNC110 - it sends no events
            await asyncio.sleep(0.01)
    return ts


@pytest.mark.parametrize(("told", "way"), [(True, WAYS[0]), (False, WAYS[0]), (False, WAYS[1])])
async def test_a_turn_that_was_given_up_and_is_retried_ends_quietly(
    deleting: Deleting, told: bool, way: Way
):
    world = deleting.world
    world.slack.hazards.tells_of_deletions, world.slack.hazards.deleted_threads = told, way
    world.openai.faults.on("POST /v1/responses", faults.status(429, "insufficient_quota"))
    ts = world.say(f"{MENTION} legal?")
    await eventually(lambda: world.thread(ts))
    await world.idle()
    deleting.delete(ts)
    await world.slack.deliverer.settle()
    asked = len(world.brain.asked)

    code, _, _ = await world.panelbot("turns", "retry", "--all")
    await world.idle()

    assert code == 0
    assert len(world.thread(ts)) == told  # the notice, if the thread is still there
    assert len(world.brain.asked) == asked or not told
    await deleting.assert_clean()
