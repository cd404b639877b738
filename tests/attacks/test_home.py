"""The Home tells of private channels to their members only."""

from bot.playground.slack.workspace.company import ADA, CHLOE, DEV, GUEST, PRIVATE, PRODUCT
from tests.end_to_end.conftest import World
from tests.eventually import eventually


async def home_of(world: World, user: str) -> str:
    homes = world.slack.workspace.homes
    homes.pop(user, None)
    world.slack.people.open_home(user)
    await eventually(lambda: user in homes)
    return str(homes[user].content)


async def add_expert(world: World, channel: str) -> None:
    await world.slack.people.slash(ADA, channel, "/experts", "add marketing")
    await eventually(lambda: any(one.bot_id for one in world.slack.workspace.messages(channel)))


async def test_what_a_private_channel_has_is_shown_to_its_members(bot: World):
    for channel in (PRIVATE, PRODUCT):
        await add_expert(bot, channel)
    ada, chloe, guest = [await home_of(bot, user) for user in (ADA, CHLOE, GUEST)]

    assert PRIVATE in ada
    assert PRODUCT in ada
    assert PRIVATE not in chloe
    assert PRODUCT in chloe  # it is public
    assert "Guests cannot" in guest
    assert PRIVATE not in guest

    bot.slack.workspace.channels[PRODUCT].members.discard(DEV)
    assert PRODUCT in await home_of(bot, DEV)


async def test_where_slack_does_not_tell_nothing_is_shown(world: World):
    world.slack.state.scopes -= {"channels:read", "groups:read", "im:read", "mpim:read"}
    await world.start_bot()
    await add_expert(world, PRIVATE)

    assert PRIVATE not in await home_of(world, ADA)
