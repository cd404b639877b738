"""A channel is made private, or renamed: its id stays, and so does what is kept under it."""

import pytest

from bot.playground.slack.workspace.company import ADA, ERIN, LEGAL, PRIVATE, PRODUCT
from tests import slack_changes
from tests.end_to_end.conftest import MENTION, World

ANSWERS = [f"Answer {n} of the legal counsel of a technology company" for n in (1, 2)]


async def home(world: World, user: str) -> str:
    """Let *user* open the app's home; returns what it shows."""
    homes = world.slack.workspace.homes
    homes.pop(user, None)
    world.slack.people.open_home(user)
    await world.slack.people.wait_for(lambda: user in homes)
    return str(homes[user].content)


async def ask(world: World, channel: str, text: str, thread_ts: str | None = None) -> str:
    ts = world.slack.people.say(ADA, channel, text, thread_ts)
    await world.idle()
    return ts


async def test_what_a_channel_has_is_shown_to_its_members_only_once_it_is_private(bot: World):
    people = bot.slack.people
    bot.slack.workspace.channels[PRODUCT].members.discard(ERIN)
    await people.slash(ADA, PRODUCT, "/experts", "remove finance")
    ts = await ask(bot, PRODUCT, f"{MENTION} please ask legal")
    assert PRODUCT in await home(bot, ERIN)

    slack_changes.make_private(bot.slack, ADA, PRODUCT)
    await bot.idle()

    assert PRODUCT not in await home(bot, ERIN)
    assert PRODUCT in await home(bot, ADA)
    await ask(bot, PRODUCT, "and what says legal now?", ts)
    assert [text for _, text in bot.said(ts, PRODUCT)] == ANSWERS
    assert "Finance" not in str(await people.slash(ADA, PRODUCT, "/experts"))
    assert len(bot.conversations()) == 2


@pytest.mark.parametrize("channel", [LEGAL, PRIVATE])
async def test_a_renamed_channel_goes_on_as_before(
    bot: World, channel: str, caplog: pytest.LogCaptureFixture
):
    bot.slack.state.events |= {"channel_rename", "group_rename"}  # as some manifests have it
    await bot.slack.people.slash(ADA, channel, "/experts", "remove finance")
    ts = await ask(bot, channel, f"{MENTION} please ask legal")

    slack_changes.rename(bot.slack, ADA, channel, "all-the-law")
    await bot.idle()

    await ask(bot, channel, "and what says legal now?", ts)
    assert [text for _, text in bot.said(ts, channel)] == ANSWERS
    assert "Finance" not in str(await bot.slack.people.slash(ADA, channel, "/experts"))
    assert [one for one in caplog.records if one.levelname in ("WARNING", "ERROR")] == []
