"""Threads are forgotten by whoever began them and by admins, and by nobody else."""

import asyncio

import pytest

from bot.playground.slack.workspace.company import ADA, CHLOE, DEV, GENERAL, GUEST, STRANGER
from bot.playground.slack.workspace.messages import Message
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually

FORGET = "forget_thread"


async def asked(world: World, by: str = DEV) -> str:
    """Return a thread in which the panel has answered *by*."""
    ts = world.slack.people.say(by, GENERAL, f"{MENTION} please ask legal and finance")
    await world.idle()
    return ts


async def command(world: World, ts: str, by: str, words: str = "forget this thread") -> Message:
    """Return the answer to the command."""
    world.slack.people.say(by, GENERAL, f"{MENTION} {words}", ts)
    await world.idle()
    return world.thread(ts)[-1]


def offers(message: Message) -> bool:
    return FORGET in str(message.blocks)


async def until_forgotten(world: World, ts: str) -> None:
    links = f"panelbot:*links:*{ts}"
    async with asyncio.timeout(20):
        while world.openai.conversations or await world.redis.keys(links):  # noqa: ASYNC110 - the model's side sends no events
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("by", [DEV, ADA])  # who began it, an admin
async def test_who_began_a_thread_and_admins_have_it_forgotten(bot: World, by: str):
    ts = await asked(bot)
    question = await command(bot, ts, by)
    assert offers(question)
    assert bot.openai.conversations

    await bot.slack.people.click(by, question, FORGET)

    await until_forgotten(bot, ts)
    acts = (await bot.panelbot("audit", "show"))[1]
    assert [line for line in acts.splitlines() if "forgot" in line and by in line]


@pytest.mark.parametrize("by", [CHLOE, GUEST, STRANGER])
async def test_nobody_else_has_somebody_elses_thread_forgotten(bot: World, by: str):
    ts = await asked(bot)
    answer = await command(bot, ts, by)
    assert not offers(answer)
    question = await command(bot, ts, DEV)

    await bot.slack.people.click(by, question, FORGET)  # the button of another

    await eventually(lambda: list(bot.slack.workspace.ephemeral(by, GENERAL)))  # a refusal
    assert len(bot.openai.conversations) == 3
    acts = (await bot.panelbot("audit", "show"))[1]
    assert [line for line in acts.splitlines() if "refused" in line and by in line]


@pytest.mark.parametrize(
    ("words", "is_one"),
    [
        ("forget the thread, please!", True),
        ("*Forget this conversation*", True),
        ("forget it", False),
        ("forget this thread about legal, what do you think?", False),
    ],
)
async def test_only_the_whole_message_is_the_command(bot: World, words: str, is_one: bool):
    ts = await asked(bot)
    assert offers(await command(bot, ts, DEV, words)) == is_one
