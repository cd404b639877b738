"""Direct messages between several people: as in a channel, a mention begins and replies go on."""

import pytest

from bot.adapters.slack.app import manifest
from bot.playground.slack.workspace.company import ADA, BEN, GROUP
from bot.playground.slack.workspace.state import Channel
from tests.end_to_end.conftest import MENTION, World

OLD_GROUP = "G0OLDGROUP"


@pytest.mark.parametrize("channel", [GROUP, OLD_GROUP])  # Slack's ids of these begin with C or G
async def test_a_mention_is_answered_and_replies_go_on_without_one(bot: World, channel: str):
    bot.slack.workspace.add(
        Channel(OLD_GROUP, "mpdm-old", "mpim", set(bot.slack.workspace.channels[GROUP].members))
    )
    say = bot.slack.people.say
    people_alone = say(BEN, channel, "Lunch?")
    ts = say(ADA, channel, f"{MENTION} please ask legal")
    await bot.slack.people.wait_for(lambda: bot.said(ts, channel))
    await bot.idle()
    say(BEN, channel, "and finance?", ts)
    await bot.slack.people.wait_for(lambda: len(bot.said(ts, channel)) == 2)
    await bot.idle()

    assert [who for who, _ in bot.said(ts, channel)] == ["Legal Counsel", "Finance Partner"]
    assert bot.said(people_alone, channel) == []


def test_the_playground_has_just_what_the_manifest_asks_for(world: World):
    scopes = {*manifest.BOT_SCOPES, *manifest.OPTIONAL_BOT_SCOPES}
    assert world.slack.state.scopes == scopes
    assert set(manifest.BOT_EVENTS) <= world.slack.state.events
