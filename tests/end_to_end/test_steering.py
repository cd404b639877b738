"""People steer the panel: they stop it, ask others, want more, and use shortcuts."""

import asyncio
from typing import Any

import pytest

from bot.assembly import storage
from bot.panel.model import Wish
from bot.panel.texts import sentences
from bot.playground.openai.stand_in.brain import Call, Incomplete, Pause, Text, WaitFor
from bot.playground.slack.workspace.company import ADA, GENERAL
from bot.playground.slack.workspace.messages import Message
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually

BRIEF = {"reason": "It was named.", "brief": "Please look at it."}


def bots(world: World, ts: str) -> list[Message]:
    return [message for message in world.thread(ts) if message.bot_id]


def reply_of(world: World, ts: str, name: str) -> Message:
    return next(message for message in bots(world, ts) if message.username == name)


async def choose(world: World, message: Message, wish: Wish, action: str = "more") -> None:
    """Let Ada choose from a message's menu."""
    menus = [e for b in message.blocks for e in b.get("elements", ()) if "options" in e]
    values = [option["value"] for menu in menus for option in menu["options"]]
    value = next(value for value in values if value.startswith(f"{wish} "))
    await world.slack.people.click(ADA, message, action, value)


async def asked_legal(world: World) -> str:
    ts = world.say(f"{MENTION} please ask legal")
    await world.idle()
    return ts


async def test_the_stop_button_on_the_plan_ends_the_turn(bot: World):
    bot.brain.then(Call("consult_legal", BRIEF), Call("consult_finance", BRIEF))
    bot.brain.when(lambda r: "finance partner" in r.instructions.casefold(), Pause(30), Text("?"))
    ts = bot.say(f"{MENTION} please ask legal and finance")
    await eventually(lambda: any(m.username == "Legal Counsel" for m in bots(bot, ts)))
    plan = await bot.plan(ts)
    assert plan.blocks[0]["title"] == "Asking Legal Counsel and Finance Partner"

    await bot.slack.people.click(ADA, plan, "stop")
    await bot.idle()

    said = bot.said(ts)
    assert said[-1] == ("Panelbot", sentences.stopped(["Finance Partner"]))
    assert [who for who, _ in said] == ["Legal Counsel", "Panelbot"]
    assert (GENERAL, ts) not in bot.slack.workspace.statuses
    plan = await bot.plan(ts)
    assert plan.blocks[0]["title"] == "Stopped asking Legal Counsel and Finance Partner"
    states = [task["status"] for task in plan.blocks[0]["tasks"]]
    assert states == ["complete", "error"]
    assert "stop" not in [e["action_id"] for e in plan.blocks[1]["elements"]]


@pytest.mark.long
@pytest.mark.parametrize("repeated", ["at once", "afterwards"])
async def test_a_stop_that_is_delivered_twice_is_told_once(bot: World, repeated: Any):
    bot.brain.then(Call("consult_legal", BRIEF), Call("consult_finance", BRIEF))
    bot.brain.when(lambda r: "finance partner" in r.instructions.casefold(), Pause(30), Text("?"))
    ts = bot.say(f"{MENTION} please ask legal and finance")
    await eventually(lambda: any(m.username == "Legal Counsel" for m in bots(bot, ts)))
    bot.slack.hazards.repeated = repeated

    await bot.slack.people.click(ADA, await bot.plan(ts), "stop")
    await bot.idle()

    assert [who for who, _ in bot.said(ts)] == ["Legal Counsel", "Panelbot"]
    assert bot.slack.workspace.ephemeral(ADA, GENERAL) == []


async def test_slacks_own_stop_button_ends_the_turn_and_leaves_no_session_open(bot: World):
    bot.brain.then(Pause(30), Text("?"))
    ts = bot.say(f"{MENTION} hello")
    await eventually(lambda: (GENERAL, ts) in bot.slack.workspace.statuses)

    bot.slack.people.stop_session(ADA, GENERAL, ts)
    await bot.idle()

    assert bot.said(ts) == [("Panelbot", sentences.stopped([]))]
    assert (GENERAL, ts) not in bot.slack.workspace.statuses
    await eventually(lambda: bot.slack.workspace.sessions[GENERAL, ts].status == "active")


async def test_the_same_expert_is_asked_again(bot: World):
    ts = await asked_legal(bot)

    await choose(bot, reply_of(bot, ts, "Legal Counsel"), Wish.AGAIN)
    await eventually(lambda: len(bot.said(ts)) > 1)
    await bot.idle()

    assert [who for who, _ in bot.said(ts)] == ["Legal Counsel", "Panelbot", "Legal Counsel"]
    assert bot.said(ts)[1][1] == "_Ada wants another answer._"


async def test_going_deeper_takes_the_harder_model(world: World):
    world.environ["PANELBOT_HARD_MODEL"] = "gpt-6.2-sol"
    await world.start_bot()
    bot, ts = world, await asked_legal(world)

    await choose(bot, reply_of(bot, ts, "Legal Counsel"), Wish.DEEPER)
    await eventually(lambda: len(bot.said(ts)) > 1)
    await bot.idle()

    asked = [r.body for r in bot.openai.requests if r.name == "POST /v1/responses"]
    experts = [body for body in asked if not body.get("tools")]
    assert [body["model"] for body in experts] == ["gpt-6.1-terra", "gpt-6.2-sol"]
    assert "please ask legal" in experts[-1]["input"][-1]["content"]


async def test_another_expert_is_picked_and_reads_what_was_said(bot: World):
    ts = await asked_legal(bot)
    await choose(bot, reply_of(bot, ts, "Legal Counsel"), Wish.ANOTHER)
    await eventually(lambda: bot.slack.workspace.views)
    view = next(reversed(bot.slack.workspace.views))

    await bot.slack.people.submit_view(ADA, view, {"expert": "finance"})
    await eventually(lambda: len(bot.said(ts)) > 2)
    await bot.idle()

    assert bot.said(ts)[1] == ("Panelbot", "_Ada asks Finance Partner as well._")
    assert bot.said(ts)[2][0] == "Finance Partner"
    heard = str([r.body for r in bot.openai.requests if r.name == "POST /v1/responses"][-1])
    assert "Answer 1 of the legal counsel" in heard


async def test_everyone_is_asked_from_the_plan(bot: World):
    bot.openai.latency.first = lambda _: 1.2
    ts = bot.say(f"{MENTION} please ask legal and finance")
    await bot.idle()
    bot.openai.latency.first = lambda _: 0.0

    await choose(bot, await bot.plan(ts), Wish.EVERYONE, "ask_others")
    await eventually(lambda: len(bot.said(ts)) > 8)
    await bot.idle()

    speakers = {who for who, _ in bot.said(ts)}
    assert len(speakers) == 6
    assert ("Panelbot", "They agree.") in bot.said(ts)


async def test_a_press_that_arrives_twice_is_answered_once(bot: World):
    ts = await asked_legal(bot)
    bot.slack.hazards.extra_deliveries = 1

    await choose(bot, reply_of(bot, ts, "Legal Counsel"), Wish.AGAIN)
    await eventually(lambda: len(bot.said(ts)) > 2)
    await bot.idle()

    assert len(bot.said(ts)) == 3


@pytest.mark.parametrize("backend", ["conversations", "stateless", "assistants"])
async def test_an_answer_that_was_cut_is_gone_on_with_once(world: World, backend: str):
    world.environ["PANELBOT_BACKEND"] = backend
    world.brain.then(Call("consult_legal", BRIEF))
    world.brain.then("You may, as long as", Incomplete(as_completed=True))
    await world.start_bot()
    ts = await asked_legal(world)
    assert world.said(ts) == [("Legal Counsel", f"You may, as long as\n\n{sentences.cut_off()}")]
    world.brain.then("you pay.")

    for _ in range(2):
        await world.slack.people.click(ADA, reply_of(world, ts, "Legal Counsel"), "go_on")
        await world.idle()

    assert world.said(ts)[1:] == [
        ("Panelbot", "_Ada wants to read on._"),
        ("Legal Counsel", "you pay."),
    ]
    told = world.brain.asked[-1].last_user_text
    assert "Go on exactly where it stops" in told
    assert "You may, as long as" in told
    assert "please ask legal" in told
    (refusal,) = world.slack.workspace.ephemeral(ADA, GENERAL)
    assert "already" in refusal.text


async def test_any_message_can_be_put_to_the_panel(bot: World):
    ts = bot.say("Can we ship this? legal will know")
    message = bot.slack.workspace.message(GENERAL, ts)

    await bot.slack.people.shortcut(ADA, message, "ask_panel")
    await eventually(lambda: len(bot.said(ts)) > 1)
    await bot.idle()
    bot.say("and why?", ts)
    await bot.idle()

    assert bot.said(ts)[0] == ("Panelbot", "_Ada asks the panel._")
    assert bot.said(ts)[1][0] == "Legal Counsel"
    assert len(bot.said(ts)) == 3


async def test_an_expert_is_added_to_a_thread_with_a_shortcut(bot: World):
    ts = await asked_legal(bot)
    message = bot.slack.workspace.message(GENERAL, ts)
    await bot.slack.people.shortcut(ADA, message, "add_expert")
    await eventually(lambda: bot.slack.workspace.views)
    view = next(reversed(bot.slack.workspace.views))

    await bot.slack.people.submit_view(ADA, view, {"expert": "marketing"})
    await eventually(lambda: len(bot.said(ts)) > 1)
    await bot.idle()

    assert "joins this thread" in bot.said(ts)[-1][1]


@pytest.mark.parametrize("again", [False, True])
async def test_stop_in_words_is_obeyed_at_once(bot: World, again: bool):
    bot.brain.then(Pause(30), Text("?"))
    ts = bot.say(f"{MENTION} hello")
    await eventually(lambda: bot.brain.asked)
    bot.say(f"{MENTION} stop", ts)
    await bot.idle()
    if again:
        bot.say(f"{MENTION} stop", ts)
        await bot.idle()

    expected = [("Panelbot", sentences.stopped([]))]
    expected += [("Panelbot", sentences.nothing_to_stop())] * again
    assert bot.said(ts) == expected


@pytest.mark.parametrize("deed", ["edit", "delete"])
async def test_what_waits_is_answered_as_it_is_now(world: World, deed: str):
    world.environ["PANELBOT_CONCURRENCY"] = "1"
    await world.start_bot()
    held = asyncio.Event()
    world.brain.then(WaitFor(held), Text("First."))
    world.say(f"{MENTION} hello")
    await eventually(lambda: world.brain.asked)
    ts = world.say(f"{MENTION} please ask finance")
    async with storage.open_storage(world.config()) as memory:
        while (await memory.queue.depth()).waiting == 0:  # noqa: ASYNC110 - the queue sends no events
            await asyncio.sleep(0.01)
        if deed == "edit":
            world.slack.people.edit(ADA, GENERAL, ts, f"{MENTION} please ask legal")
        else:
            world.slack.people.delete(ADA, GENERAL, ts)
        await asyncio.sleep(0.2)
    held.set()
    await world.idle()

    expected = {"edit": ["Legal Counsel"], "delete": []}
    assert [who for who, _ in world.said(ts)] == expected[deed]
