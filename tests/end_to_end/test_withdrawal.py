"""A message that is deleted after it was answered is taken out of the conversations."""

import asyncio

import pytest

from bot.playground.slack.workspace.company import ADA, BEN, GENERAL
from tests import openai_faults as faults
from tests.end_to_end.conftest import MENTION, World

SECRET = "hunter2"


async def everything(world: World) -> str:
    """Return all that the models' side and Redis keep of what was said."""
    kept = [key async for key in world.redis.scan_iter("panelbot:{kept:*}:items")]
    own = [await world.redis.lrange(key, 0, -1) for key in kept]
    conversations = [one.items for one in world.openai.conversations.values()]
    threads = [(one.items, one.messages) for one in world.openai.threads.values()]
    return str([own, conversations, threads])


async def until_gone(world: World, word: str) -> None:
    async with asyncio.timeout(20):
        while word in await everything(world):  # noqa: ASYNC110 - the servers send no events
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("backend", ["conversations", "assistants", "stateless"])
async def test_no_conversation_has_it_any_more(world: World, backend: str):
    world.environ["PANELBOT_BACKEND"] = backend
    await world.start_bot()
    ts = world.say(f"{MENTION} please ask legal and finance")
    await world.idle()
    deleted = world.slack.people.say(BEN, GENERAL, f"legal, the password is {SECRET}", ts)
    await world.idle()
    assert SECRET in await everything(world)

    world.slack.people.delete(BEN, GENERAL, deleted)

    await until_gone(world, SECRET)
    assert "please ask legal" in await everything(world)
    world.say("and legal, what now?", ts)
    await world.idle()
    assert world.said(ts)[-1][0] == "Legal Counsel"


async def test_what_was_read_along_is_taken_out_too(bot: World):
    ts = bot.say("good morning")
    deleted = bot.slack.people.say(BEN, GENERAL, f"the password is {SECRET}", ts)
    bot.say(f"{MENTION} please ask legal", ts)
    await bot.idle()
    assert SECRET in await everything(bot)

    bot.slack.people.delete(BEN, GENERAL, deleted)

    await until_gone(bot, SECRET)
    assert "good morning" in await everything(bot)


async def test_where_the_server_deletes_no_items_it_is_marked(bot: World):
    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()
    bot.openai.faults.on("DELETE /v1/conversations/*/items/*", faults.status(405), times=9)

    bot.slack.people.delete(ADA, GENERAL, ts)

    async with asyncio.timeout(20):
        while "neither use nor repeat" not in await everything(bot):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
