"""What tests of several workspaces share."""

import pytest
from slack_sdk.errors import SlackApiError


async def events_of(world, bot, happens):
    """Return the envelopes that reach the app while *happens* is done."""
    world.deliver_to(bot.url)
    happens()
    await world.deliverer.settle()
    return bot.events


async def refused(call) -> str:
    with pytest.raises(SlackApiError) as refusal:
        await call
    return refusal.value.response["error"]
