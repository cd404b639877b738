"""A channel gets another's panel and threads only if Slack itself says that it is the same."""

import asyncio

import pytest

from bot.playground.slack.workspace.company import ADA, BOT_USER, GENERAL, PRIVATE, PRODUCT
from tests.end_to_end.conftest import World

GONE, NEW = "G0GONE", "C0NEW"


async def moves(world: World) -> object:
    return await world.redis.keys("panelbot:moves:*")


def tell(world: World, old: str, new: str) -> None:
    moved = {"old_channel_id": old, "new_channel_id": new, "event_ts": "1763671234.000100"}
    world.slack.people.tell({"type": "channel_id_changed", **moved})


async def test_an_event_that_contradicts_slack_moves_nothing(bot: World):
    await bot.slack.people.slash(ADA, PRIVATE, "/experts", "remove finance")
    bot.slack.workspace.channels[PRODUCT].is_shared = True
    for old, new in [
        (PRIVATE, GENERAL),  # both are there
        (PRIVATE, NEW),
        (GENERAL, PRIVATE),
        (GONE, GENERAL),  # which is shared, but not private
        (GONE, PRIVATE),  # which is private, but not shared
        (GONE, PRODUCT),
    ]:
        tell(bot, old, new)
    await asyncio.sleep(0.3)
    bot.slack.workspace.channels[PRIVATE].members.discard(BOT_USER)
    tell(bot, PRIVATE, GENERAL)  # the first of which the bot cannot see any more
    tell(bot, PRIVATE, NEW)  # nor the other
    await asyncio.sleep(0.3)
    await bot.idle()

    assert await moves(bot) == []
    await bot.slack.people.slash(ADA, GENERAL, "/experts")
    await bot.slack.people.wait_for(
        lambda: "Finance" in str([m.blocks for m in bot.slack.workspace.ephemeral(ADA, GENERAL)])
    )


@pytest.mark.parametrize("scopes", [{"groups:read"}, {"groups:read", "channels:read"}])
async def test_what_slack_does_not_let_us_check_is_not_believed(bot: World, scopes: set[str]):
    bot.slack.state.scopes -= scopes
    bot.slack.people.share(PRIVATE, NEW)
    await asyncio.sleep(0.2)
    await bot.idle()

    assert await moves(bot) == []


async def test_while_slack_is_down_the_event_is_not_taken_and_comes_again(bot: World):
    bot.slack.hazards.latency["conversations.info"] = 2.5
    bot.slack.people.share(PRIVATE, NEW)
    await asyncio.sleep(0.2)
    bot.slack.hazards.latency.clear()

    async with asyncio.timeout(10):
        while not await moves(bot):  # noqa: ASYNC110 - Redis sends no events
            await asyncio.sleep(0.05)
