"""What people ask while nobody listens is answered late, once, if it is not too old."""

import asyncio
import time

import pytest

from bot.panel.texts import apologies
from bot.playground.slack.workspace.company import ADA, BOT_USER, GENERAL, GROUP, PRODUCT
from bot.playground.slack.workspace.messages import Message
from tests import slack_faults as hazards
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually

LATE = apologies.late(0)


@pytest.fixture(params=["socket mode", "http"])
async def away(world: World, request: pytest.FixtureRequest) -> World:
    """The bot has answered once and is down; Slack has given up what it does not take."""
    if request.param == "http":
        del world.environ["SLACK_APP_TOKEN"]
    return await left(world)


@pytest.fixture
async def lonely(world: World) -> World:
    """The same, over Socket Mode only."""
    return await left(world)


async def left(world: World) -> World:
    world.slack.hazards.redelivers = False
    await world.start_bot()
    world.first = await answered(world, f"{MENTION} please ask legal")  # type: ignore[attr-defined]
    await searched(world)
    await world.stop_bot()
    return world


async def answered(world: World, text: str, channel: str = GENERAL) -> str:
    ts = world.slack.people.say(ADA, channel, text)
    await world.slack.people.wait_for(lambda: world.said(ts, channel), timeout=20)
    await world.idle()
    return ts


async def back(world: World, *threads: str) -> None:
    """Start the bot again, and wait until it has said something more in *threads*."""
    before = [len(world.said(ts)) for ts in threads]
    await world.slack.deliverer.settle()
    await world.start_bot()

    def has_answered() -> bool:
        return all(
            len(world.said(ts)) > count + 1 for ts, count in zip(threads, before, strict=True)
        )

    await world.slack.people.wait_for(has_answered, timeout=20)
    await searched(world)
    await world.idle()


async def searched(world: World) -> None:
    """Wait until no gap is left to look into."""
    key = f"panelbot:listening:{world.slack.workspace.team_id}"
    async with asyncio.timeout(20):
        while True:
            by, since = await world.redis.hmget(key, "by", "since")
            if by and since is None:
                return
            await asyncio.sleep(0.02)


def ask_at(world: World, at: float, text: str, thread_ts: str | None = None) -> str:
    """Let Ada have said something at another time; no event tells of it."""
    message = Message(f"{at:.6f}", GENERAL, text, ADA, thread_ts=thread_ts)
    return world.slack.workspace.post(message).ts


def speakers(world: World, ts: str, channel: str = GENERAL) -> list[str]:
    return [who for who, _ in world.said(ts, channel)]


async def test_a_question_that_nobody_heard_is_answered_late_and_once(away: World):
    ts = away.say(f"{MENTION} please ask legal")
    await back(away, ts)

    assert speakers(away, ts) == ["Panelbot", "Legal Counsel"]
    assert away.said(ts)[0] == ("Panelbot", LATE)
    assert speakers(away, away.first) == ["Legal Counsel"]  # type: ignore[attr-defined]

    await away.stop_bot()
    await away.start_bot()
    await searched(away)
    await away.idle()
    assert len(away.said(ts)) == 2


async def test_replies_and_mentions_in_threads_of_people_are_found(lonely: World):
    first = lonely.first  # type: ignore[attr-defined]
    peoples = lonely.say("Lunch?")
    lonely.say("Pizza", peoples)
    lonely.say("and finance?", first)
    lonely.say("Not with us")
    lonely.say(f"{MENTION} please ask legal", peoples)
    await back(lonely, first, peoples)

    assert speakers(lonely, first) == ["Legal Counsel", "Panelbot", "Finance Partner"]
    assert speakers(lonely, peoples) == ["Panelbot", "Legal Counsel"]
    spoken = [m for m in lonely.slack.workspace.messages(GENERAL) if m.bot_id]
    assert {m.thread_ts for m in spoken} == {first, peoples}


async def test_direct_messages_and_group_messages_are_found(world: World):
    world.slack.hazards.redelivers = False
    await world.start_bot()
    direct = world.slack.workspace.direct_channel(ADA, BOT_USER).id
    for channel in (direct, GROUP):
        await answered(world, f"{MENTION} please ask legal", channel)
    await world.stop_bot()
    asked = [(world.slack.people.say(ADA, direct, "please ask finance"), direct)]
    asked.append((world.slack.people.say(ADA, GROUP, f"{MENTION} ask finance please"), GROUP))
    await world.slack.deliverer.settle()
    await world.start_bot()
    await world.slack.people.wait_for(
        lambda: all(len(world.said(ts, channel)) == 2 for ts, channel in asked), timeout=20
    )

    assert [speakers(world, *one) for one in asked] == [["Panelbot", "Finance Partner"]] * 2


async def test_what_was_said_in_a_thread_is_answered_as_it_stands_now(lonely: World):
    first = lonely.first  # type: ignore[attr-defined]
    edited = lonely.say("and legel?", first)
    deleted = lonely.say("and people?", first)
    lonely.say("or finance?", first)
    lonely.slack.people.edit(ADA, GENERAL, edited, "and legal?")
    lonely.slack.people.delete(ADA, GENERAL, deleted)
    await back(lonely, first)

    late = [text for _, text in lonely.said(first)].count(LATE)  # turns: a worker may be quick
    assert late in (1, 2)
    assert {"Finance Partner", "Legal Counsel"} < set(speakers(lonely, first)[1:])
    asked = "".join(str(lonely.asked(id_)) for id_ in lonely.openai.conversations)
    assert "people" not in asked
    assert "legel" not in asked


async def test_what_is_too_old_is_left_but_read(lonely: World):
    first = lonely.first  # type: ignore[attr-defined]
    two_hours_ago = time.time() - 7200
    await lonely.redis.hset("panelbot:listening:T0ACME", "heard", round(two_hours_ago * 1000))
    old = ask_at(lonely, two_hours_ago + 60, f"{MENTION} please ask legal")
    not_so_old = ask_at(lonely, two_hours_ago + 3700, f"{MENTION} please ask legal")
    ask_at(lonely, two_hours_ago + 70, "We chose the MIT licence", first)
    lonely.say("please ask finance", first)
    await back(lonely, first, not_so_old)

    assert lonely.said(old) == []
    assert "58 minutes ago" in lonely.said(not_so_old)[0][1]
    assert speakers(lonely, first) == ["Legal Counsel", "Panelbot", "Finance Partner"]
    router = [lonely.asked(id_) for id_ in lonely.openai.conversations]
    assert any("MIT licence" in str(asked) for asked in router)


async def test_it_can_be_switched_off(lonely: World):
    lonely.environ["PANELBOT_CATCH_UP"] = "0"
    ts = lonely.say(f"{MENTION} please ask legal")
    await lonely.slack.deliverer.settle()
    await lonely.start_bot()
    await asyncio.sleep(1.5)
    await lonely.idle()

    assert lonely.said(ts) == []
    assert await lonely.redis.hgetall("panelbot:listening:T0ACME")  # of the time before


async def test_a_stop_that_nobody_heard_stops_what_was_before_it_and_nothing_else(lonely: World):
    first = lonely.first  # type: ignore[attr-defined]
    lonely.say("and finance?", first)
    lonely.say(f"{MENTION} stop", first)
    other = lonely.say(f"{MENTION} please ask legal")
    await back(lonely, other)
    assert speakers(lonely, first) == ["Legal Counsel"]

    await lonely.stop_bot()
    lonely.say(f"{MENTION} stop", first)
    lonely.say("now finance?", first)
    await back(lonely, first)
    assert speakers(lonely, first) == ["Legal Counsel", "Panelbot", "Finance Partner"]


async def test_of_commands_that_undo_each_other_the_last_counts(lonely: World):
    first = lonely.first  # type: ignore[attr-defined]
    lonely.say(f"{MENTION} mute", first)
    lonely.say("among us", first)
    lonely.say(f"{MENTION} unmute", first)
    await lonely.slack.deliverer.settle()
    await lonely.start_bot()
    await searched(lonely)
    await lonely.idle()

    assert [text for _, text in lonely.said(first) if "quiet" in text] == []
    lonely.say("and finance?", first)
    await lonely.slack.people.wait_for(lambda: "Finance Partner" in speakers(lonely, first))


async def test_slack_may_be_slow_and_refuse_channels(lonely: World, caplog):
    await lonely.start_bot()
    for channel in (PRODUCT, GROUP):
        await answered(lonely, f"{MENTION} please ask legal", channel)
    await lonely.stop_bot()
    lonely.slack.state.scopes.discard("mpim:history")
    lonely.slack.workspace.channels[PRODUCT].members.discard(BOT_USER)
    lonely.slack.hazards.on("conversations.history", hazards.rate_limited(1))
    lonely.slack.hazards.on("conversations.history", hazards.server_error(), times=2)
    ts = lonely.say(f"{MENTION} please ask legal")
    await back(lonely, ts)

    assert speakers(lonely, ts) == ["Panelbot", "Legal Counsel"]
    skipped = {r.channel: r.reason for r in caplog.records if r.msg == "catching_up.skipped"}
    assert set(skipped) == {PRODUCT, GROUP}
    assert "mpim:history" in skipped[GROUP]


async def test_nothing_is_looked_for_at_the_very_first_start(world: World):
    world.slack.hazards.redelivers = False
    ts = world.say(f"{MENTION} please ask legal")
    await world.slack.deliverer.settle()
    await world.start_bot()
    await searched(world)
    await world.idle()

    assert world.said(ts) == []
    assert not [c for c in world.slack.calls if c.method == "conversations.history"]


@pytest.mark.long
async def test_a_connection_that_was_lost_for_a_while_is_a_gap(lonely: World):
    await lonely.start_bot()
    await searched(lonely)
    lonely.slack.hazards.on("apps.connections.open", hazards.error("internal_error"), times=20)
    lonely.slack.sockets.drop()
    await asyncio.sleep(3.2)
    ts = lonely.say(f"{MENTION} please ask legal")
    await lonely.slack.deliverer.settle()
    assert lonely.slack.sockets.connections == 0
    lonely.slack.hazards.clear()
    await lonely.slack.people.wait_for(lambda: len(lonely.said(ts)) == 2, timeout=30)

    assert speakers(lonely, ts) == ["Panelbot", "Legal Counsel"]


@pytest.mark.long
async def test_of_two_processes_one_looks_and_another_takes_over_if_it_dies(lonely: World):
    lonely.slack.hazards.latency["conversations.history"] = 3.0
    ts = lonely.say(f"{MENTION} please ask legal")
    reply = lonely.say(f"{MENTION} please ask finance", lonely.first)  # type: ignore[attr-defined]
    assert reply
    async with lonely.command("web") as doomed:
        await eventually(lambda: lonely.slack.sockets.connections, within=20)
        await asyncio.sleep(0.5)
        doomed.kill()
    lonely.slack.hazards.latency.clear()
    async with lonely.command("web"), lonely.command("run"):
        await lonely.slack.people.wait_for(lambda: len(lonely.said(ts)) == 2, timeout=30)
        await searched(lonely)
        await lonely.idle()

    assert speakers(lonely, ts) == ["Panelbot", "Legal Counsel"]
