"""Two apps of ours in one workspace: each keeps to itself."""

import asyncio

from bot.adapters.redis.processes.bot_claim import BotClaim
from bot.playground.slack.workspace.company import BOT_ID, GENERAL
from tests.end_to_end.conftest import MENTION, World


async def test_a_second_app_does_not_start_on_the_same_redis(world: World):
    team = world.slack.workspace.team_id
    other = BotClaim(world.redis, team, "B0OTHER")
    assert not await other.renew()

    for command in ("run", "web", "worker"):
        code, _, err = await world.panelbot(command)
        assert (code, "bot is B0OTHER, works with this Redis" in err) == (1, True)
        assert "REDIS_URL=" in err
    code, out, _ = await world.panelbot("check")
    assert (code, "Another app, whose bot is B0OTHER" in out) == (1, True)


async def test_it_starts_at_once_when_the_other_one_has_ended_and_anew_after_any_death(
    world: World,
):
    team = world.slack.workspace.team_id
    other, twin = (BotClaim(world.redis, team, "B0OTHER") for _ in range(2))
    assert not await other.renew()
    assert not await twin.renew()  # a rolling deployment of the same app
    await other.release()
    assert await BotClaim(world.redis, team, BOT_ID).other() == "B0OTHER"
    await twin.release()

    for _ in range(2):
        async with world.command("worker") as worker:
            await eventually_claimed(world)
            worker.kill()
            await worker.wait()
    await world.start_bot()
    code, out, _ = await world.panelbot("check")
    assert (code, "Another app" in out) == (0, False)
    assert await other.renew() == BOT_ID


async def test_it_leaves_no_claim_behind(world: World):
    await world.start_bot()
    await eventually_claimed(world)
    await world.stop_bot()

    assert not await BotClaim(world.redis, world.slack.workspace.team_id, "B0OTHER").renew()


async def eventually_claimed(world: World) -> None:
    other = BotClaim(world.redis, world.slack.workspace.team_id, "B0OTHER")
    async with asyncio.timeout(30):
        while not await other.other():  # noqa: ASYNC110 - Redis sends no events
            await asyncio.sleep(0.05)


async def test_another_panelbots_messages_are_not_taken_for_our_own(bot: World):
    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()
    ours = next(m for m in bot.thread(ts) if m.metadata)
    other = bot.say("a thread of the other bot")
    theirs = bot.slack.people.post_as_app(GENERAL, "My answer.", other)
    copy = bot.slack.workspace.message(GENERAL, theirs)
    assert copy
    copy.metadata = ours.metadata
    count = len(bot.conversations())
    await bot.redis.flushdb()

    code, out, _ = await bot.panelbot("links", "rebuild", GENERAL)
    assert (code, out[:22]) == (0, "Links found for 1 of 2")
    bot.say("and legal says?", other)
    await bot.idle()
    assert bot.said(other) == []
    assert len(bot.conversations()) == count
