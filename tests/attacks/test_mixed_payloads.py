"""Payloads of two kinds at once: what is asked about is what is then done."""

from typing import Any

import pytest

from bot.adapters.slack.buttons.reply_buttons import SHOW_WORK
from bot.playground.slack.workspace.company import ADA, GENERAL, GUEST, LEGAL
from bot.playground.slack.workspace.messages import Message
from tests.attacks.forging import Forge
from tests.end_to_end.conftest import MENTION, World


async def reply_in(world: World, channel: str) -> Message:
    ts = world.slack.people.say(ADA, channel, f"{MENTION} please ask legal")
    await world.idle()
    return [one for one in world.thread(ts, channel) if one.username][-1]


def views_of(world: World, user: str) -> list[Any]:
    return [view for view in world.slack.workspace.views.values() if view.user == user]


@pytest.mark.parametrize(
    "more",
    [
        {"event": {"type": "app_home_opened", "user": ADA}},
        {"command": "/experts", "user_id": ADA, "channel_id": GENERAL},
        {"user_id": ADA},
    ],
)
async def test_a_guests_click_stays_one_whatever_else_it_pretends_to_be(bot, more):
    reply, forge = await reply_in(bot, GENERAL), Forge(bot.slack)
    await forge.deliver(forge.click(GUEST, reply, SHOW_WORK) | more)
    await bot.slack.deliverer.settle()

    assert views_of(bot, GUEST) == views_of(bot, ADA) == []


async def test_a_click_is_in_the_channel_of_its_message(world):
    world.environ["PANELBOT_ASKERS"] = f"members,guests:{LEGAL}"
    await world.start_bot()
    reply, forge = await reply_in(world, GENERAL), Forge(world.slack)
    await forge.deliver(forge.click(GUEST, reply, SHOW_WORK) | {"channel_id": LEGAL})
    await world.slack.deliverer.settle()

    assert views_of(world, GUEST) == []


async def test_an_event_is_no_command(bot):
    forge = Forge(bot.slack)
    event = {"type": "event_callback", "event": {"type": "app_home_opened", "user": GUEST}}
    command = {"command": "/experts", "text": "", "user_id": GUEST, "channel_id": GENERAL}
    answer = await forge.deliver(event | command | {"trigger_id": "", "user": {"id": GUEST}})
    await bot.slack.deliverer.settle()

    assert "Legal Counsel" not in str(answer)
