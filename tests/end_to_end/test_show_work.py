"""*Show work*, from the click to the modal, with everything real in between."""

import asyncio

from bot.adapters.redis import codec
from bot.adapters.redis.stores.packed_reports import unpacked
from bot.adapters.slack.buttons.reply_buttons import SHOW_WORK
from bot.playground.openai.stand_in.brain import WaitFor
from bot.playground.slack.workspace.company import BEN
from bot.playground.slack.workspace.messages import Message
from tests.end_to_end.conftest import MENTION, World
from tests.scripted_brain import by_instructions


def replies(world: World, ts: str) -> dict[str, Message]:
    """The replies that have a button, by who spoke."""
    return {
        message.username or "Panelbot": message
        for message in world.thread(ts)
        if any(block["type"] == "actions" for block in message.blocks)
    }


async def work(world: World, message: Message) -> str:
    """Click, and return what the modal comes to say."""
    before = len(world.slack.workspace.views)
    await world.slack.people.click(BEN, message, SHOW_WORK)

    def shown() -> str:
        *_, view = world.slack.workspace.views.values()
        return str(view.content["blocks"])

    await world.slack.people.wait_for(
        lambda: len(world.slack.workspace.views) > before and "Looking up" not in shown()
    )
    return shown()


async def test_every_reply_tells_how_it_came_about(bot_on_both: World):
    world = bot_on_both
    ts = world.say(f"{MENTION} please ask legal and finance")
    await world.idle()
    found = replies(world, ts)
    assert set(found) == {"Legal Counsel", "Finance Partner", "Panelbot"}

    legal = await work(world, found["Legal Counsel"])
    synthesis = await work(world, found["Panelbot"])

    for told in (legal, synthesis):
        assert told.count("It was named.") == 2
        assert "gpt-6.1-terra" in told
        assert "Cost of all together*\\n$" in told
    assert legal.count("Please look at it.") == 1
    assert synthesis.count("Please look at it.") == 2


async def test_a_reply_can_be_asked_about_while_others_are_still_at_work(bot: World):
    go_on = asyncio.Event()
    bot.brain.when(by_instructions("finance partner"), WaitFor(go_on), "Ten.")
    ts = bot.say(f"{MENTION} please ask legal and finance")
    await bot.slack.people.wait_for(lambda: "Legal Counsel" in replies(bot, ts))

    told = await work(bot, replies(bot, ts)["Legal Counsel"])
    go_on.set()

    assert told.count("It was named.") == 2
    assert "once the panel is done" in told
    await bot.idle()


async def test_once_redis_has_forgotten_the_words_are_still_told(bot: World):
    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()
    await bot.redis.flushdb()

    told = await work(bot, replies(bot, ts)["Legal Counsel"])

    assert "Please look at it." in told
    assert "once the panel is done" in told


async def test_a_report_is_kept_for_a_month_and_holds_no_words(bot: World):
    bot.say(f"{MENTION} please ask legal")
    await bot.idle()

    (key,) = await bot.redis.keys("panelbot:*reports:*")
    ((ts, text),) = (await bot.redis.hgetall(key)).items()
    kept = codec.dump(unpacked(text, ts))

    assert 29 * 86_400 < await bot.redis.ttl(key) <= 30 * 86_400
    assert "legal" in kept
    assert "please" not in kept.casefold()
    assert "named" not in kept
