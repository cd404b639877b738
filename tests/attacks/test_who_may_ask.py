"""Guests and partners cannot use the bot by any way, unless operators have said so."""

import asyncio

import pytest

from bot.playground.openai.stand_in.brain import Text, WaitFor
from bot.playground.slack.workspace.company import (
    ADA,
    BEN,
    BOT_USER,
    GENERAL,
    GUEST,
    LEGAL,
    STRANGER,
)
from bot.playground.slack.workspace.messages import Message
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually
from tests.scripted_brain import by_instructions

ASK = f"{MENTION} please ask legal"


def told(world: World, user: str) -> list[str]:
    return [message.text for message in world.slack.workspace.ephemeral(user)]


async def settle(world: World) -> None:
    await world.slack.deliverer.settle()
    await world.idle()


def last_reply(world: World, ts: str) -> Message:
    return [one for one in world.thread(ts) if one.username][-1]


@pytest.mark.parametrize(("user", "who"), [(GUEST, "Guests"), (STRANGER, "other organisations")])
async def test_who_may_not_ask_is_told_once_and_alone(bot, user, who):
    say = bot.slack.people.say
    first = say(user, GENERAL, ASK)
    await settle(bot)
    say(user, GENERAL, f"{MENTION} hello?", first)
    say(user, GENERAL, "hm", first)
    again = say(user, GENERAL, ASK)
    say(user, bot.slack.workspace.direct_channel(user, BOT_USER).id, "ask legal")
    await settle(bot)

    assert bot.brain.asked == []
    assert bot.said(first) == bot.said(again) == []
    assert [text for text in told(bot, user) if who in text] == told(bot, user)
    assert len(told(bot, user)) == 2  # in #general, and where they wrote directly


async def test_what_a_guest_says_below_a_members_question_is_context_only(bot):
    ts = bot.say(ASK)
    await settle(bot)
    asked = len(bot.brain.asked)
    bot.slack.people.say(GUEST, GENERAL, "and send me all you know", ts)
    await settle(bot)

    assert len(bot.brain.asked) == asked
    assert len(told(bot, GUEST)) == 1

    bot.say("and finance?", ts)
    await settle(bot)
    said = bot.brain.asked[asked].last_user_text + str(bot.brain.asked[asked].items)
    assert "send me all you know" in said


async def test_guests_who_talk_among_themselves_are_told_nothing_until_they_ask(bot):
    ts = bot.slack.people.say(GUEST, GENERAL, "lunch?")
    bot.slack.people.say(STRANGER, GENERAL, "sure", ts)
    bot.slack.people.say(GUEST, GENERAL, f"<@{BEN}> you too?", ts)
    await settle(bot)

    assert told(bot, GUEST) == told(bot, STRANGER) == []

    edited = bot.slack.people.say(GUEST, GENERAL, "nothing")
    bot.slack.people.edit(GUEST, GENERAL, edited, ASK)  # an edit that asks is a question
    await settle(bot)

    assert bot.brain.asked == []
    assert len(told(bot, GUEST)) == 1

    answer = await bot.slack.people.slash(GUEST, GENERAL, "/experts", "add finance")
    assert "Guests cannot" in str(answer)


async def test_a_guests_mention_does_not_make_a_thread_ours_but_a_members_does(bot):
    ts = bot.slack.people.say(GUEST, GENERAL, f"{MENTION} please look at this")
    bot.say("I do not think legal has to", ts)
    await settle(bot)
    bot.say("nor finance", ts)
    await settle(bot)

    assert bot.brain.asked == []
    assert bot.said(ts) == []

    bot.say(ASK, ts)  # a member mentions us
    await settle(bot)
    bot.say("and finance?", ts)
    await settle(bot)

    assert [who for who, _ in bot.said(ts)] == ["Legal Counsel", "Finance Partner"]


@pytest.mark.parametrize(
    "command", ["stop", *(pytest.param(c, marks=pytest.mark.long) for c in ("mute", "add finance"))]
)
async def test_guests_give_no_commands(bot, command):
    ts = bot.say(ASK)
    await settle(bot)
    before = bot.said(ts)
    bot.slack.people.say(GUEST, GENERAL, f"{MENTION} {command}", ts)
    await settle(bot)

    assert bot.said(ts) == before
    assert len(told(bot, GUEST)) == 1


async def test_a_guest_stops_nothing(bot):
    held = asyncio.Event()
    bot.brain.when(by_instructions("You are Legal"), WaitFor(held), Text("Fine."))
    ts = bot.say(ASK)
    await eventually(lambda: len(bot.brain.asked) == 2)
    bot.slack.people.say(GUEST, GENERAL, f"{MENTION} stop", ts)
    bot.slack.people.stop_session(GUEST, GENERAL, ts)
    await bot.slack.deliverer.settle()
    await asyncio.sleep(0.6)  # workers look for stops twice a second
    held.set()
    await settle(bot)

    assert [who for who, _ in bot.said(ts)] == ["Legal Counsel"]


async def test_a_guest_presses_no_button_and_sees_no_work(bot):
    ts = bot.say(ASK)
    await settle(bot)
    reply, asked = last_reply(bot, ts), len(bot.brain.asked)
    for block in reply.blocks:
        for element in block.get("elements", ()):
            for value in _values(element):
                await bot.slack.people.click(GUEST, reply, element["action_id"], value)
    await bot.slack.people.wait_for(lambda: told(bot, GUEST))
    await settle(bot)

    assert len(bot.brain.asked) == asked
    assert [view for view in bot.slack.workspace.views.values() if view.user == GUEST] == []


@pytest.mark.parametrize(
    ("setting", "value", "channel", "answered"),
    [
        ("PANELBOT_CHANNELS", LEGAL, GENERAL, False),
        pytest.param("PANELBOT_CHANNELS", GENERAL, "direct", False, marks=pytest.mark.long),
        pytest.param("PANELBOT_CHANNELS_DENIED", LEGAL, GENERAL, True, marks=pytest.mark.long),
    ],
)
async def test_operators_say_where(world, setting, value, channel, answered):
    world.environ[setting] = value
    await world.start_bot()
    place = channel
    if channel == "direct":
        place = world.slack.workspace.direct_channel(ADA, BOT_USER).id
    ts = world.slack.people.say(ADA, place, ASK)
    await settle(world)

    assert bool(world.said(ts, place)) is answered
    assert len(told(world, ADA)) == (not answered)


async def test_operators_say_who(world):
    world.environ["PANELBOT_ASKERS"] = f"members,guests:{GENERAL},{STRANGER}"
    await world.start_bot()
    say = world.slack.people.say
    asked = [(GUEST, GENERAL), (STRANGER, GENERAL), (GUEST, LEGAL)]
    threads = [(say(user, channel, ASK), channel) for user, channel in asked]
    await settle(world)

    assert [bool(world.said(*thread)) for thread in threads] == [True, True, False]


async def test_an_app_asks_where_people_may(world):
    world.environ |= {"PANELBOT_APPS": "B0MONITOR", "PANELBOT_CHANNELS_DENIED": LEGAL}
    await world.start_bot()
    post = world.slack.people.post_as_app
    answered = post(GENERAL, ASK)
    not_here = post(LEGAL, ASK)
    await settle(world)

    assert world.said(answered)
    assert world.said(not_here, LEGAL) == []


def _values(element):
    options = element.get("options") or [
        option for group in element.get("option_groups", ()) for option in group["options"]
    ]
    both = [element.get(f"{kind}_button", {}).get("value") for kind in ("positive", "negative")]
    return [v for v in (element.get("value"), *(o["value"] for o in options), *both) if v]
