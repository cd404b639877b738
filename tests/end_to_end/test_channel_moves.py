"""A private channel is shared with another organisation: Slack gives it another id, for good."""

import asyncio

import pytest

from bot.adapters.slack.buttons import thumbs
from bot.playground.slack.delivery.delivery import Attempt, Delivery
from bot.playground.slack.workspace.company import ADA, GENERAL, PRIVATE
from bot.playground.slack.workspace.messages import Message
from tests.end_to_end.conftest import MENTION, World
from tests.end_to_end.test_feedback import thumb

LEGAL = "the legal counsel of a technology company"
SHARED, AGAIN = "C0SHARED", "C0AGAIN"


def last_reply(world: World, ts: str, channel: str) -> Message:
    replies = [m for m in world.thread(ts, channel) if m.bot_id and m.blocks[0]["type"] != "plan"]
    return replies[-1]


async def asked(world: World, text: str, channel: str, thread_ts: str | None = None) -> str:
    ts = world.slack.people.say(ADA, channel, text, thread_ts)
    await world.idle()
    return ts


async def test_threads_panel_and_commands_go_on_under_the_new_id(bot: World):
    await bot.slack.people.slash(ADA, PRIVATE, "/experts", "remove finance")
    ts = await asked(bot, f"{MENTION} please ask legal", PRIVATE)
    bot.slack.people.share(PRIVATE, SHARED)

    await asked(bot, "and what says legal now?", SHARED, ts)
    assert [text for _, text in bot.said(ts, SHARED)] == [
        f"Answer 1 of {LEGAL}",
        f"Answer 2 of {LEGAL}",
    ]
    shown = await bot.slack.people.slash(ADA, SHARED, "/experts")
    assert "Finance" not in str(shown)
    code, out, _ = await bot.panelbot("links", "show", f"{SHARED}/{ts}")
    assert (code, "legal  conv_" in out) == (0, True)
    again = await bot.panelbot("links", "show", f"{PRIVATE}/{ts}")
    assert again[:2] == (code, out)
    code, out, _ = await bot.panelbot("export", f"{SHARED}/{ts}")
    assert (code, f"/archives/{SHARED}/" in out) == (0, True)
    code, out, _ = await bot.panelbot("experts", "export")
    assert SHARED in out
    assert PRIVATE not in out
    code, out, _ = await bot.panelbot("forget", f"<#{SHARED}|board>", "--yes")
    assert (code, "1 thread with 2 conversations" in out) == (0, True)
    assert len(bot.conversations()) == 0


async def test_a_turn_that_is_running_ends_in_the_channel_as_it_is_called_now(bot: World):
    bot.slack.hazards.latency["chat.postMessage"] = 0.3
    ts = bot.slack.people.say(ADA, PRIVATE, f"{MENTION} please ask legal and finance")
    await bot.slack.people.wait_for(lambda: bot.thread(ts, PRIVATE))
    bot.slack.people.share(PRIVATE, SHARED)
    await bot.idle()

    said = bot.said(ts, SHARED)
    assert sorted(who for who, _ in said) == ["Finance Partner", "Legal Counsel", "Panelbot"]


async def test_what_waited_is_answered_after_a_restart_and_two_changes(world: World):
    await world.start_bot()
    ts = await asked(world, f"{MENTION} please ask legal", PRIVATE)
    world.slack.hazards.extra_deliveries = 2
    world.slack.people.share(PRIVATE, SHARED)
    world.slack.people.share(SHARED, AGAIN)
    await world.idle()
    await world.stop_bot()
    await world.start_bot()

    await asked(world, "legal, and then?", AGAIN, ts)

    said = [text for _, text in world.said(ts, AGAIN)]
    assert said == [f"Answer 1 of {LEGAL}", f"Answer 2 of {LEGAL}"]


async def test_a_thread_is_found_again_without_redis_and_without_the_event(bot: World):
    ts = await asked(bot, f"{MENTION} please ask legal", PRIVATE)
    bot.slack.workspace.rename_channel(PRIVATE, SHARED)
    await bot.redis.flushdb()

    await asked(bot, "legal, and then?", SHARED, ts)
    await asked(bot, "legal, is that all?", SHARED, ts)

    assert [text[:8] for _, text in bot.said(ts, SHARED)] == ["Answer 1", "Answer 2", "Answer 3"]
    assert len(bot.conversations()) == 2


async def test_a_button_on_an_old_reply_works(bot: World):
    ts = await asked(bot, f"{MENTION} please ask legal", PRIVATE)
    bot.slack.people.share(PRIVATE, SHARED)
    await bot.idle()

    thumb = next(
        element["action_id"]
        for block in last_reply(bot, ts, SHARED).blocks
        for element in block.get("elements", ())
        if element.get("type") == "button"
    )
    await bot.slack.people.click(ADA, last_reply(bot, ts, SHARED), thumb)
    await bot.idle()
    views = list(bot.slack.workspace.views.values())
    assert views or bot.said(ts, SHARED)


async def test_a_thumb_on_an_old_reply_counts_and_leads_to_the_thread_as_it_is_now(bot: World):
    ts = await asked(bot, f"{MENTION} please ask legal", PRIVATE)
    bot.slack.people.share(PRIVATE, SHARED)
    await bot.idle()

    reply = last_reply(bot, ts, SHARED)
    pressed = thumb(reply, "positive_button")
    await bot.slack.people.click(ADA, reply, thumbs.FEEDBACK, pressed)
    await bot.idle()

    code, out, _ = await bot.panelbot("feedback", "export")
    assert code == 0
    assert f"/archives/{SHARED}/p{ts.replace('.', '')}" in out
    assert PRIVATE not in out


async def test_a_move_in_another_workspace_is_not_ours(bot: World):
    moved = {"old_channel_id": GENERAL, "new_channel_id": SHARED, "event_ts": "1.0"}
    body = {
        "type": "event_callback",
        "team_id": "T0OTHER",
        "event": {"type": "channel_id_changed", **moved},
        "authorizations": [{"team_id": "T0OTHER"}],
    }
    await bot.slack.deliverer.carrier.carry(Delivery("events_api", body), Attempt())

    assert await bot.redis.keys("panelbot:moves:*") == []


@pytest.mark.parametrize(
    "odd",
    [
        {"old_channel_id": PRIVATE, "new_channel_id": PRIVATE, "event_ts": "1.0"},
        {"old_channel_id": PRIVATE, "new_channel_id": "../x", "event_ts": "1.0"},
        {"old_channel_id": None, "new_channel_id": SHARED, "event_ts": "1.0"},
        {"old_channel_id": PRIVATE, "new_channel_id": SHARED},
        {"old_channel_id": "C0X", "new_channel_id": "C0Y", "event_ts": "1.0"},
        {"old_channel_id": {"id": PRIVATE}, "new_channel_id": [SHARED], "event_ts": 7},
    ],
)
async def test_an_odd_event_does_no_harm(bot: World, odd: dict[str, object]):
    bot.slack.people.tell({"type": "channel_id_changed", **odd})
    await asyncio.sleep(0.05)

    ts = await asked(bot, f"{MENTION} please ask legal", PRIVATE)

    assert [text for _, text in bot.said(ts, PRIVATE)] == [f"Answer 1 of {LEGAL}"]
