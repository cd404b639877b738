"""A channel is archived, or the bot is removed from it, while questions are answered there."""

import pytest

from bot.playground.slack.workspace.company import BOT_USER, GENERAL
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually


def close(world: World, how: str) -> None:
    channel = world.slack.workspace.channels[GENERAL]
    if how == "archived":
        channel.is_archived = True
    else:
        channel.members.discard(BOT_USER)


def reopen(world: World) -> None:
    channel = world.slack.workspace.channels[GENERAL]
    channel.is_archived = False
    channel.members.add(BOT_USER)


def posts(world: World) -> int:
    return sum(call.method == "chat.postMessage" for call in world.slack.calls)


@pytest.mark.parametrize("how", ["archived", "left"])
async def test_turns_end_once_and_the_next_question_is_answered(
    bot: World, how: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO")
    bot.slack.hazards.latency["chat.postMessage"] = 0.2
    ts = bot.say(f"{MENTION} please ask legal and finance")
    await eventually(lambda: any("panelbot" in one for one in bot.conversations()))
    close(bot, how)
    await eventually(lambda: "turn.thread_gone" in caplog.text, 10)
    refused = posts(bot)
    async with bot.command("turns", "list") as process:
        out, _ = await process.communicate()
    assert b"Failed turns: 0." in out
    assert posts(bot) == refused

    reopen(bot)
    again = bot.say(f"{MENTION} please ask finance")
    await bot.idle()

    assert [who for who, _ in bot.said(again)] == ["Finance Partner"]
    for message in bot.thread(ts):
        assert "in_progress" not in str(message.blocks)
