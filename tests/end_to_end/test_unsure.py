"""Where the router is unsure, people choose whom to ask."""

import pytest

from bot.playground.openai.stand_in.brain import Call
from bot.playground.slack.workspace.company import ADA
from bot.playground.slack.workspace.messages import Message
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually

WORDS = {"reason": "It may be.", "brief": "Please look at it."}


@pytest.fixture
async def bot(world: World):
    world.environ |= {"PANELBOT_ROUTER": "decisions", "PANELBOT_UNSURE": "cautious"}
    judged = [Call(f"consult_{who}", WORDS, likelihood=0.3) for who in ("legal", "finance")]
    world.brain.when(lambda request: not request.instructions, *judged)
    await world.start_bot()
    yield world
    await world.stop_bot()


def offer(world: World, ts: str) -> tuple[Message, dict[str, str]]:
    """Return the message with the buttons, and what is on them."""
    (message,) = [one for one in world.thread(ts) if one.bot_id]
    buttons = [e for b in message.blocks for e in b.get("elements", ()) if "action_id" in e]
    return message, {one["text"]["text"]: one["action_id"] for one in buttons}


async def test_a_choice_asks_whom_people_choose_and_takes_the_buttons_away(bot: World):
    ts = bot.say(f"{MENTION} may we?")
    await bot.idle()
    message, buttons = offer(bot, ts)
    assert [*buttons] == [
        "Finance Partner", "Legal Counsel", "Everyone", "You decide", "Someone else…"
    ]  # fmt: skip

    await bot.slack.people.click(ADA, message, buttons["Finance Partner"])
    await eventually(lambda: bot.said(ts)[-1][0] == "Finance Partner")
    await bot.idle()

    said = bot.said(ts)
    assert [who for who, _ in said][-1] == "Finance Partner"
    assert "Legal Counsel" not in [who for who, _ in said]
    settled = bot.slack.workspace.message(message.channel, message.ts)
    assert settled
    assert not [b for b in settled.blocks if b["type"] == "actions"]
    assert f"<@{ADA}> chose Finance Partner." in str(settled.blocks)


@pytest.fixture(params=["conversations", "stateless"])
async def comparing(world: World, request: pytest.FixtureRequest):
    asks = {"PANELBOT_UNSURE": "cautious", "PANELBOT_UNSURE_BY": "agreement"}
    world.environ |= {**asks, "PANELBOT_BACKEND": request.param}
    await world.start_bot()
    yield world
    await world.stop_bot()


async def test_without_decisions_two_samples_that_differ_ask_people(comparing: World):
    comparing.brain.then(Call("consult_legal", {}))
    comparing.brain.then(Call("consult_finance", {}))
    ts = comparing.say(f"{MENTION} may we?")
    await comparing.idle()

    _, buttons = offer(comparing, ts)

    assert [*buttons][:2] == ["Finance Partner", "Legal Counsel"]
    samples = [r.body for r in comparing.openai.requests if r.path == "/v1/responses" and r.body]
    assert len(samples) == 2
    assert all(one["store"] is False and "conversation" not in one for one in samples)


async def test_a_newer_question_passes_the_offer_over(bot: World):
    ts = bot.say(f"{MENTION} may we?")
    await bot.idle()
    message, _ = offer(bot, ts)

    bot.say("legal: well, may we?", ts)
    await bot.idle()

    settled = bot.slack.workspace.message(message.channel, message.ts)
    assert "Nobody chose before the thread went on." in str(settled and settled.blocks)
    assert bot.said(ts)[-1][0] == "Legal Counsel"
