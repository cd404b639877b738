"""Mentions and commands as people really write them, and what becomes of edits."""

import asyncio

import pytest

from bot.panel.texts import sentences
from bot.playground.openai.stand_in.brain import Text, WaitFor
from bot.playground.slack.workspace.company import ADA, BEN, BOT_ID, GENERAL
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually

LEGAL = ("Legal Counsel", "Answer 1 of the legal counsel of a technology company")


@pytest.mark.parametrize(("blocks", "order"), [(True, "mention first"), (False, "message first")])
async def test_code_and_quotes_ask_nothing(bot: World, blocks: bool, order: str):
    bot.slack.hazards.blocks = blocks
    bot.slack.hazards.mention_order = order  # type: ignore[assignment]
    written = [
        f"`{MENTION} please ask legal`",
        f"```{MENTION} please ask legal```",
        f"&gt; {MENTION} please ask legal\n<@{BEN}> what do you think?",
    ]
    roots = [bot.say(text) for text in written]
    replies = [bot.slack.people.say(BEN, GENERAL, "legal has time, I think", ts) for ts in roots]
    await bot.idle()

    assert len(replies) == 3
    assert [bot.said(ts) for ts in roots] == [[], [], []]
    assert not bot.brain.asked


@pytest.mark.parametrize("words", ["stop {}", "please {} *stop*!"])
async def test_stop_is_obeyed_wherever_the_mention_is(bot: World, words: str):
    held = asyncio.Event()
    bot.brain.then(WaitFor(held), Text("?"))
    ts = bot.say(f"{MENTION} hello")
    await eventually(lambda: bot.brain.asked)

    bot.say(words.format(MENTION), ts)
    await bot.idle()

    assert bot.said(ts) == [("Panelbot", sentences.stopped([]))]
    assert len(bot.brain.asked) == 1


async def test_a_plain_stop_ends_an_expert_who_was_addressed_and_has_said_nothing_yet(bot: World):
    held = asyncio.Event()
    bot.brain.then(WaitFor(held), Text("?"))
    ts = bot.say(f"{MENTION} legal may we?")
    await eventually(lambda: bot.brain.asked)

    bot.say("stop", ts)
    async with asyncio.timeout(5):
        await bot.idle()

    assert bot.said(ts) == [("Panelbot", sentences.stopped(["Legal Counsel"]))]
    assert len(bot.brain.asked) == 1


async def test_a_quote_and_a_mention_are_a_question_about_it(bot: World):
    ts = bot.say(f"&gt; legal says no\n{MENTION}")
    await bot.idle()

    assert bot.said(ts) == [LEGAL]


@pytest.mark.parametrize("comes", [True, False])
async def test_a_mention_that_is_edited_in_is_answered_once(bot: World, comes: bool):
    bot.slack.hazards.edits_mention = comes
    ts = bot.say("may we?")
    await bot.idle()

    bot.slack.people.edit(ADA, GENERAL, ts, f"{MENTION} may we, legal?")
    await bot.idle()
    bot.slack.people.edit(ADA, GENERAL, ts, f"{MENTION} may we, legal? Really?")
    await bot.idle()

    assert bot.said(ts) == [LEGAL]


async def test_what_is_edited_while_it_is_answered_is_known_at_the_next_question(bot: World):
    held = asyncio.Event()
    bot.brain.then(WaitFor(held), Text("Until May."))
    ts = bot.say(f"{MENTION} how long does the offer of Plover stand?")
    await eventually(lambda: bot.brain.asked)
    bot.slack.people.edit(ADA, GENERAL, ts, f"{MENTION} how long does the offer of Kestrel stand?")
    held.set()
    await bot.idle()

    for words in ("are you sure?", "and what says legal?"):
        bot.say(words, ts)
        await bot.idle()

    read = "\n".join(text for one in bot.openai.conversations for text in bot.asked(one))
    assert len(bot.said(ts)) == 3
    assert read.count('edited="yes"') == read.count("Kestrel") == 1


async def test_a_mention_by_the_id_of_the_bot_is_one(bot: World):
    """Slack's mobile clients are reported to write it so."""
    ts = bot.say(f"<@{BOT_ID}> please ask legal")
    await bot.idle()

    assert bot.said(ts) == [LEGAL]
    read = "\n".join(text for one in bot.openai.conversations for text in bot.asked(one))
    assert BOT_ID not in read


async def test_apps_ask_if_they_are_listed_but_not_in_circles(world: World):
    world.environ["PANELBOT_APPS"] = "A0MONITOR"
    await world.start_bot()
    post = world.slack.people.post_as_app
    ts = post(GENERAL, f"{MENTION} disk full, legal?")
    await world.idle()
    for number in range(4):  # a bot that answers whatever is posted
        post(GENERAL, f"{MENTION} and legal, number {number}?", ts, username="Monitor")
        await world.idle()
    post(GENERAL, "resolved", ts)
    await world.idle()
    assert [who for who, _ in world.said(ts)] == ["Legal Counsel"] * 3

    world.say("legal, is it over?", ts)
    await world.idle()
    post(GENERAL, f"{MENTION} legal, really?", ts)
    await world.idle()

    assert [who for who, _ in world.said(ts)] == ["Legal Counsel"] * 5
    read = "\n".join(text for one in world.openai.conversations for text in world.asked(one))
    assert 'from="Monitor"' in read


async def test_apps_that_are_not_listed_ask_nothing(bot: World):
    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()
    posted = bot.slack.people.post_as_app(GENERAL, f"{MENTION} disk full, legal?")
    bot.slack.people.post_as_app(GENERAL, f"{MENTION} disk full, legal?", ts)
    await bot.idle()

    assert (bot.said(posted), len(bot.said(ts))) == ([], 1)
