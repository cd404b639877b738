"""When and in which order the bot is told."""

import json

import pytest

from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, BEN, BOT_USER, GENERAL

MENTION = f"<@{BOT_USER}> hello"


@pytest.fixture
async def delivered(slack, bot):
    """The kind and the text of the events, in the order in which they came."""
    slack.deliver_to(bot.url)

    async def events(of=slack):
        await of.deliverer.settle()
        bodies = [json.loads(body)["event"] for _, body in bot.requests]
        return [(event["type"], event.get("text")) for event in bodies]

    return events


@pytest.mark.parametrize(
    ("order", "kinds"),
    [
        ("message first", ["message", "app_mention"]),
        ("mention first", ["app_mention", "message"]),
    ],
)
async def test_the_second_copy_of_a_mention_can_come_late(slack, delivered, order, kinds):
    slack.hazards.mention_order = order
    slack.hazards.mention_gap = 0.1

    slack.people.say(ADA, GENERAL, MENTION)
    slack.people.say(BEN, GENERAL, "in between")

    events = await delivered()
    assert [kind for kind, text in events if text == MENTION] == kinds
    assert events[-1] == (kinds[1], MENTION)


async def test_events_can_overtake_each_other(slack, delivered):
    slack.hazards.jitter = 0.1
    texts = [f"message {number}" for number in range(8)]

    for text in texts:
        slack.people.say(ADA, GENERAL, text)

    came = [text for _, text in await delivered()]
    assert sorted(came) == texts
    assert came != texts


async def test_a_share_of_events_comes_again(bot):
    async with SlackPlayground(retry_after=(), seed=7) as slack:
        slack.deliver_to(bot.url)
        slack.hazards.redelivered = 0.5
        for number in range(20):
            slack.people.say(ADA, GENERAL, str(number))
        await slack.deliverer.settle()

    retries = [headers for headers, _ in bot.requests if "X-Slack-Retry-Num" in headers]
    assert 20 + len(retries) == len(bot.requests)
    assert 0 < len(retries) < 20


@pytest.mark.parametrize("mention", [MENTION, f"well, <@{BOT_USER}|panelbot>, hello"])
async def test_a_mention_is_one_wherever_it_stands(slack, delivered, mention):
    slack.people.say(ADA, GENERAL, mention)

    assert sorted(kind for kind, _ in await delivered()) == ["app_mention", "message"]


@pytest.mark.parametrize("text", [f"<@{BOT_USER}2> hello", f"@{BOT_USER} hello", "panelbot?"])
async def test_what_only_looks_like_a_mention_is_none(slack, delivered, text):
    slack.people.say(ADA, GENERAL, text)

    assert await delivered() == [("message", text)]


async def test_a_stream_is_told_of_when_it_begins_and_when_it_is_whole(
    slack, client, bot, delivered
):
    root = slack.people.say(ADA, GENERAL, "go on")
    started = await client.chat_startStream(
        channel=GENERAL,
        thread_ts=root,
        recipient_user_id=ADA,
        recipient_team_id=slack.workspace.team_id,
    )
    for word in ("one ", "two"):
        await client.chat_appendStream(channel=GENERAL, ts=started["ts"], markdown_text=word)
    await client.chat_stopStream(channel=GENERAL, ts=started["ts"])
    await delivered()

    bodies = [json.loads(body)["event"] for _, body in bot.requests]
    changes = [event for event in bodies if event.get("subtype") == "message_changed"]
    assert [event["message"]["text"] for event in changes] == ["one two"]
    assert len(bodies) == 3


async def test_waiting_ends_when_nothing_comes(slack):
    with pytest.raises(TimeoutError):
        await slack.people.wait_for(lambda: False, timeout=0.01)
