"""Who is in which channel, as Slack says."""

import pytest

from bot.adapters.slack.interactions.members import SlackMembers
from bot.panel.errors import MessengerUnavailable
from bot.playground.slack.workspace.company import (
    ADA,
    BEN,
    BOT_USER,
    CHLOE,
    DEV,
    GENERAL,
    GROUP,
    GUEST,
    LEGAL,
    PRIVATE,
    PRODUCT,
    STRANGER,
)
from tests import slack_faults as hazards


@pytest.fixture
def members(neighbour):
    return SlackMembers(neighbour.api)


@pytest.mark.parametrize(
    ("channel", "user", "is_in"),
    [
        (GENERAL, DEV, True),
        (GENERAL, STRANGER, True),
        (PRODUCT, GUEST, False),
        (PRIVATE, ADA, True),
        (PRIVATE, CHLOE, False),
        (GROUP, BEN, True),
        (GROUP, CHLOE, False),
        (PRIVATE, "U0NOBODY", False),
        ("C0NOWHERE", ADA, None),
    ],
)
async def test_slack_knows_who_is_in_a_channel(members, channel, user, is_in):
    assert await members.include(channel, user) is is_in


async def test_a_direct_message_is_its_two_members(neighbour, members):
    direct = neighbour.slack.workspace.direct_channel(ADA, BOT_USER)

    assert [await members.include(direct.id, user) for user in (ADA, BEN)] == [True, False]


async def test_of_a_private_channel_without_the_bot_nobody_tells_us(neighbour, members):
    neighbour.slack.workspace.channels[PRIVATE].members.discard(BOT_USER)

    assert await members.include(PRIVATE, ADA) is None


async def test_whoever_leaves_is_not_in_it_any_more(neighbour, members):
    assert await members.include(PRIVATE, BEN)
    neighbour.slack.workspace.channels[PRIVATE].members.discard(BEN)

    assert await members.include(PRIVATE, BEN) is False


async def test_a_member_whose_channels_slack_does_not_list_is_looked_for_in_the_channel(
    neighbour, members
):
    neighbour.slack.hazards.on("users.conversations", hazards.error("user_not_found"), times=2)

    assert await members.include(GENERAL, STRANGER)
    assert await members.include(PRIVATE, STRANGER) is False


async def test_without_the_scopes_nobody_knows(neighbour, members):
    neighbour.slack.state.scopes -= {"channels:read", "groups:read", "im:read", "mpim:read"}

    assert await members.include(PRIVATE, CHLOE) is None
    assert await members.channels_of(ADA) is None


async def test_all_channels_of_a_person_are_one_call(neighbour, members):
    assert await members.channels_of(GUEST) == {GENERAL, LEGAL}
    assert neighbour.count("users.conversations") == 1


async def test_a_slack_that_is_down_is_no_answer(neighbour, members):
    neighbour.slack.hazards.on("users.conversations", hazards.server_error(), times=9)

    with pytest.raises(MessengerUnavailable):
        await members.include(GENERAL, ADA)
