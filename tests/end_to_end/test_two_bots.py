"""Two apps of ours in one workspace: each keeps to itself."""

from bot.playground.slack.workspace.company import GENERAL
from tests.end_to_end.conftest import MENTION, World


async def test_a_second_app_does_not_start_on_the_same_redis(world: World):
    team = world.slack.workspace.team_id
    await world.redis.set(f"panelbot:bot:{team}", "B0OTHER", ex=60)

    for command in ("run", "web", "worker"):
        code, _, err = await world.panelbot(command)
        assert (code, "bot is B0OTHER, works with this Redis" in err) == (1, True)
        assert "REDIS_URL=" in err
    code, out, _ = await world.panelbot("check")
    assert (code, "Another app, whose bot is B0OTHER" in out) == (1, True)


async def test_it_starts_when_the_other_one_is_gone_and_restarts_at_once(world: World):
    await world.start_bot()
    await world.stop_bot()
    await world.start_bot()
    assert await world.redis.ttl(f"panelbot:bot:{world.slack.workspace.team_id}") > 0
    code, out, _ = await world.panelbot("check")
    assert (code, "Another app" in out) == (0, False)


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
    assert (code, out[:6]) == (0, "1 of 2")
    bot.say("and legal says?", other)
    await bot.idle()
    assert bot.said(other) == []
    assert len(bot.conversations()) == count
