"""Plans that would wait for ever, in Slack: after a decision, and after Redis was wiped."""

import asyncio

import pytest

from bot.adapters.slack.buttons.reply_buttons import APPROVE, STOP
from bot.playground.openai.latency import always
from bot.playground.openai.stand_in.brain import Text, WaitFor
from bot.playground.slack.workspace.company import ADA
from tests.end_to_end.conftest import MENTION, World
from tests.end_to_end.test_approvals import TICKET, equipped, question, shop
from tests.eventually import eventually
from tests.scripted_brain import by_instructions

__all__ = ["equipped", "shop"]


async def states(world: World, ts: str) -> dict[str, str]:
    """The cards of the plan, by title."""
    block = (await world.plan(ts)).blocks[0]
    return {card["title"]: card["status"] for card in block["tasks"]}


async def has_stop(world: World, ts: str) -> bool:
    return f"'action_id': '{STOP}'" in str((await world.plan(ts)).blocks)


async def asked_by_two(world: World) -> str:
    """Let one of two experts ask for approval, in a turn that takes so long that it has a plan."""
    world.brain.when(by_instructions("legal counsel"), TICKET)
    world.openai.latency.first = always(2)
    ts = world.say(f"{MENTION} please ask legal and finance")
    await world.plan(ts)
    world.openai.latency.first = always(0)
    await world.idle()
    assert (await states(world, ts))["Legal Counsel"] == "pending"
    return ts


async def test_a_plan_says_what_was_approved(equipped: World):
    ts = await asked_by_two(equipped)

    await equipped.slack.people.click(ADA, question(equipped, ts), APPROVE)
    await equipped.idle()

    shown = {"Legal Counsel (approved)": "complete", "Finance Partner": "complete"}
    assert await states(equipped, ts) == shown
    text = (await equipped.plan(ts)).text
    assert "• Legal Counsel (answered; approved)" in text
    assert "• Finance Partner (answered)" in text


async def test_nothing_is_asked_any_more_once_it_was_forgotten(equipped: World):
    ts = await asked_by_two(equipped)
    await equipped.redis.flushdb()

    equipped.say("finance: And what else?", ts)
    await equipped.idle()

    assert "pending" not in (await states(equipped, ts)).values()
    assert (await equipped.plan(ts)).blocks[0]["title"].startswith("Asked ")
    assert APPROVE not in str(question(equipped, ts).blocks)
    assert "lost track" in question(equipped, ts).text


@pytest.fixture
async def waiting(bot: World) -> tuple[World, str, asyncio.Event]:
    """A bot in the middle of a turn that has a plan."""
    go = asyncio.Event()
    bot.brain.when(by_instructions("legal counsel"), WaitFor(go), Text("Yes."))
    bot.brain.when(by_instructions("finance partner"), WaitFor(go), Text("No."))
    ts = bot.say(f"{MENTION} please ask legal and finance")
    await bot.plan(ts)
    assert await has_stop(bot, ts)
    return bot, ts, go


async def assert_lost(bot: World, ts: str) -> None:
    assert not await has_stop(bot, ts)
    plan = await bot.plan(ts)
    assert "lost track" in plan.blocks[0]["title"]
    assert "lost track" in plan.text
    assert set((await states(bot, ts)).values()) == {"error"}


async def test_a_worker_whose_turn_was_forgotten_takes_its_stop_away(waiting):
    bot, ts, go = waiting
    await bot.redis.flushdb()
    go.set()

    await eventually(lambda: "lost track" in str(bot.thread(ts)[0].blocks), within=20)

    await assert_lost(bot, ts)


@pytest.mark.parametrize("how", ["press", "ask", "write stop"])
async def test_a_plan_without_a_turn_ends_at_the_next_touch(waiting, how: str):
    bot, ts, go = waiting
    plan = await bot.plan(ts)
    blocks, text = plan.blocks, plan.text
    await bot.redis.flushdb()
    go.set()
    await eventually(lambda: "lost track" in str(bot.thread(ts)[0].blocks), within=20)
    await bot.idle()
    plan.blocks, plan.text = blocks, text  # as if the worker had died as well

    if how == "press":
        await bot.slack.people.click(ADA, plan, STOP)
    else:
        bot.say("stop" if how == "write stop" else f"{MENTION} please ask legal again", ts)
    await eventually(lambda: "lost track" in str(bot.thread(ts)[0].blocks))
    await bot.idle()

    await assert_lost(bot, ts)


async def test_a_plan_that_goes_on_is_left_alone(waiting):
    bot, ts, go = waiting

    await bot.slack.people.click(ADA, await bot.plan(ts), STOP)
    await eventually(lambda: "Stopped asking" in str(bot.thread(ts)[0].blocks))
    await bot.idle()

    assert not await has_stop(bot, ts)
    assert "lost track" not in str((await bot.plan(ts)).blocks)
    go.set()
