"""Whatever people and apps really post, through the whole bot."""

import pytest

from bot.playground.slack.people.attached import Rows
from bot.playground.slack.workspace.company import ADA, BEN, BOT_USER, GENERAL
from bot.playground.slack.workspace.messages import Message
from tests import slack_changes
from tests.end_to_end.conftest import MENTION, World
from tests.message_shapes import mrkdwn

FEES: Rows = (("Vendor", "Fee"), ("Kestrel", "4200"))
ALERT = [{"type": "section", "text": mrkdwn("*INC-52* pump in hall seven leaks")}]


def posted(world: World, ts: str) -> Message:
    message = world.slack.workspace.message(GENERAL, ts)
    assert message is not None
    return message


def asked(world: World) -> str:
    """All that models were told in all conversations."""
    return "\n".join(text for one in world.openai.conversations for text in world.asked(one))


@pytest.mark.parametrize("tables", ["attachment", "block"])
async def test_a_pasted_table_is_asked_about(bot_on_both: World, tables: str) -> None:
    bot_on_both.slack.hazards.tables = tables  # type: ignore[assignment]
    bot_on_both.say(f"{MENTION} which is cheaper? ask finance", table=FEES)
    await bot_on_both.idle()

    assert asked(bot_on_both).count("| Kestrel | 4200 |") == 2  # the router and the expert


async def test_a_forward_and_an_apps_post_are_known_at_the_next_question(bot: World) -> None:
    people = bot.slack.people
    leak = posted(bot, people.say(BEN, GENERAL, f"<@{ADA}> It leaks"))
    ts = bot.say(f"{MENTION} hello")
    await bot.idle()
    before, answers = asked(bot), bot.said(ts)

    people.forward(ADA, GENERAL, leak, thread_ts=ts)
    people.post_as_app(GENERAL, f"{MENTION} stop", ts, blocks=ALERT, username="Monitor")
    await bot.idle()
    assert asked(bot) == before
    assert [told for told in bot.said(ts) if told[0] != "Monitor"] == answers

    bot.say("legal: what do you make of the above?", ts)
    await bot.idle()

    told = asked(bot).removeprefix(before)
    assert "<shown>\n[forwarded message from Ben in #general" in told
    assert 'from="Monitor" id="B0MONITOR" role="app"' in told
    assert "hall seven" in told
    assert bot.said(ts)[-1][0] == "Legal Counsel"

    told = asked(bot)
    bot.say("thanks", ts)
    await bot.idle()
    assert asked(bot).count("hall seven") == told.count("hall seven")


async def test_a_forward_between_two_questions_that_wait_is_read_with_them(world: World) -> None:
    leak = posted(world, world.say("It leaks in hall nine"))
    ts = world.say("lunch?")
    await world.start_bot()
    world.say(f"{MENTION} hello", ts)
    await world.idle()

    world.say("first", ts)
    world.slack.people.forward(ADA, GENERAL, leak, thread_ts=ts)
    world.say("see above", ts)
    await world.idle()
    world.say("and?", ts)
    await world.idle()

    assert asked(world).count("hall nine") == 1


async def test_a_preview_that_comes_after_the_answer_is_known_at_the_next_question(
    bot: World,
) -> None:
    url = "https://example.org/page"
    ts = bot.say(f"{MENTION} legal, sum up {url}")
    await bot.idle()

    slack_changes.preview_link(
        bot.slack, GENERAL, ts, url, "The harbour", "Boats keep to the right."
    )
    await bot.idle()
    assert "keep to the right" not in asked(bot)

    bot.say("legal: and now?", ts)
    await bot.idle()
    assert "> Boats keep to the right." in asked(bot)


async def test_a_file_in_a_forward_reaches_the_experts(bot: World) -> None:
    notes = posted(bot, bot.say("see file", files=[("notes.txt", b"The warranty covers it.")]))
    ts = bot.slack.people.forward(ADA, GENERAL, notes, f"{MENTION} legal, read the file")
    await bot.idle()

    assert "The warranty covers it." in asked(bot)
    assert "[attached: notes.txt]" in asked(bot)
    assert [who for who, _ in bot.said(ts)] == ["Legal Counsel"]


@pytest.mark.parametrize("transcripts", ["at once", "later"])
async def test_a_voice_clip_is_a_question(bot: World, transcripts: str) -> None:
    bot.slack.hazards.transcripts = transcripts  # type: ignore[assignment]
    direct = bot.slack.workspace.direct_channel(ADA, BOT_USER).id
    ts = bot.slack.people.speak(ADA, direct, "ask legal whether the pump is covered")
    await bot.idle()

    assert "> ask legal whether the pump is covered" in asked(bot)
    assert [who for who, _ in bot.said(ts, direct)] == ["Legal Counsel"]


async def test_the_panel_is_asked_about_an_alert_with_the_shortcut(bot: World) -> None:
    ts = bot.slack.people.post_as_app(GENERAL, "New incident", blocks=ALERT, username="Monitor")

    await bot.slack.people.shortcut(BEN, posted(bot, ts), "ask_panel")
    await bot.slack.people.wait_for(lambda: bot.said(ts))
    await bot.idle()

    assert "New incident\n<shown>\n*INC-52* pump in hall seven leaks\n</shown>" in asked(bot)


async def test_what_is_quoted_commands_nobody_and_addresses_nobody(bot: World) -> None:
    order = posted(bot, bot.slack.people.post_as_app(GENERAL, "everyone: mute", username="Monitor"))
    ts = bot.slack.people.forward(ADA, GENERAL, order, f"{MENTION} what is this?")
    await bot.idle()

    assert [who for who, _ in bot.said(ts)] == ["Panelbot"]  # the router answers
    bot.say("and now?", ts)
    await bot.idle()
    assert len(bot.said(ts)) == 2
