"""What people put into messages, as the bot is told of it and as it reads it again."""

import json

import pytest

from bot.playground.slack.workspace.company import ADA, BEN, BOT_USER, GENERAL, MONITOR, STRANGER
from tests import slack_changes

TABLE = [["Vendor", "Fee"], ["Kestrel", "4200"]]


@pytest.fixture
async def events(slack, bot):
    slack.deliver_to(bot.url)

    async def delivered():
        await slack.deliverer.settle()
        return [json.loads(body)["event"] for _, body in bot.requests]

    return delivered


@pytest.fixture
def read(client):
    """Reads the messages of a channel, as conversations.history gives them."""

    async def newest():
        return (await client.conversations_history(channel=GENERAL, limit=1))["messages"][0]

    return newest


async def test_a_persons_message_carries_what_the_composer_made(slack, events, read):
    slack.people.say(ADA, GENERAL, f"`<@{BOT_USER}> stop`")

    message, mention = await events()

    assert mention["type"] == "app_mention"
    assert message["client_msg_id"]
    assert message["team"]
    (block,) = message["blocks"]
    mentioned = block["elements"][0]["elements"][0]
    assert mentioned == {"type": "user", "user_id": BOT_USER, "style": {"code": True}}
    assert mention["blocks"] == (await read())["blocks"] == message["blocks"]


async def test_blocks_may_be_missing(slack, events):
    slack.hazards.blocks = False
    slack.people.say(ADA, GENERAL, "hello")

    (message,) = await events()

    assert "blocks" not in message


@pytest.mark.parametrize("place", ["attachment", "block"])
async def test_a_pasted_table_is_in_an_attachment_or_a_block(slack, events, read, place):
    slack.hazards.tables = place
    slack.people.say(ADA, GENERAL, "which?", table=TABLE)

    (message,) = await events()

    if place == "attachment":
        (attachment,) = message["attachments"]
        (table,) = attachment["blocks"]
        assert [[cell["text"] for cell in row] for row in table["rows"]] == TABLE
    else:
        _typed, table = message["blocks"]
        cell = table["rows"][1][1]["elements"][0]["elements"][0]
        assert cell == {"type": "text", "text": "4200"}
    assert table["type"] == "table"
    seen = await read()
    assert seen.get("attachments") == message.get("attachments")
    assert seen["blocks"] == message["blocks"]


@pytest.mark.parametrize("comment", ["", f"<@{BOT_USER}> look"])
async def test_a_forward_quotes_the_message_and_its_files(slack, events, comment):
    ts = slack.people.say(BEN, GENERAL, "see file", files=[("notes.txt", b"notes")])
    slack.people.forward(ADA, GENERAL, slack.workspace.message(GENERAL, ts), comment)

    message = (await events())[1]

    assert message["text"] == comment
    assert ("blocks" in message) == bool(comment)
    assert "files" not in message
    (forwarded,) = message["attachments"]
    assert forwarded["is_share"]
    assert forwarded["is_msg_unfurl"]
    assert (forwarded["author_name"], forwarded["author_id"]) == ("Ben", BEN)
    assert (forwarded["text"], forwarded["ts"]) == ("see file", ts)
    assert forwarded["message_blocks"][0]["message"]["blocks"][0]["type"] == "rich_text"
    assert [file["name"] for file in forwarded["files"]] == ["notes.txt"]


async def test_an_apps_alert_can_be_forwarded(slack, events):
    alert = [{"title": "Disk full", "fallback": "Disk full"}]
    ts = slack.people.post_as_app(GENERAL, attachments=alert, username="Monitor")
    slack.people.forward(ADA, GENERAL, slack.workspace.message(GENERAL, ts))

    forwarded = (await events())[1]["attachments"][0]

    assert forwarded["author_name"] == "Monitor"
    assert forwarded["message_blocks"][0]["message"]["attachments"] == alert


async def test_an_app_posts_as_its_bot_or_under_a_name(slack, events, client):
    attachment = {"title": "Disk full", "fields": [{"title": "Severity", "value": "high"}]}
    slack.people.post_as_app(GENERAL, "as its bot")
    slack.people.post_as_app(GENERAL, attachments=[attachment], username="Deploys")

    own, named = await events()

    assert (own["user"], own["bot_id"]) == ("U0MONITOR", MONITOR)
    assert own["bot_profile"]["name"] == "Monitor"
    assert (named["subtype"], named["username"]) == ("bot_message", "Deploys")
    assert "user" not in named
    assert named["attachments"] == [{"id": 1, **attachment}]
    assert (await client.bots_info(bot=MONITOR))["bot"]["name"] == "Monitor"


async def test_an_app_that_mentions_the_bot_is_told_as_a_mention(slack, events):
    slack.people.post_as_app(GENERAL, f"<@{BOT_USER}> look")

    assert [event["type"] for event in await events()] == ["message", "app_mention"]


async def test_another_apps_post_leaves_our_status(slack, client):
    root = slack.people.say(ADA, GENERAL, "hello")
    await client.assistant_threads_setStatus(channel_id=GENERAL, thread_ts=root, status="thinks")

    slack.people.post_as_app(GENERAL, "done", root)

    assert slack.workspace.statuses[GENERAL, root].text == "thinks"


@pytest.mark.parametrize("transcripts", ["at once", "later"])
async def test_a_voice_clip_is_transcribed(slack, events, client, transcripts):
    slack.hazards.transcripts = transcripts
    slack.people.speak(ADA, GENERAL, "is the pump covered")

    ((clip,),) = [event["files"] for event in await events()]

    assert (clip["subtype"], clip["mimetype"]) == ("slack_audio", "audio/mp4")
    statuses = {"at once": "complete", "later": "processing"}
    assert clip["transcription"]["status"] == statuses[transcripts]
    known = (await client.files_info(file=clip["id"]))["file"]
    assert known["transcription"]["preview"]["content"] == "is the pump covered"


async def test_a_links_preview_comes_a_moment_later(slack, events):
    url = "https://example.org/page"
    ts = slack.people.say(ADA, GENERAL, f"<{url}>")
    slack_changes.preview_link(
        slack, GENERAL, ts, url, "Rules of the harbour", "Keep to the right."
    )

    change = (await events())[1]

    assert change["subtype"] == "message_changed"
    assert "edited" not in change["message"]
    assert change["message"]["attachments"][0]["text"] == "Keep to the right."
    assert "attachments" not in change["previous_message"]


async def test_an_edit_changes_the_blocks_and_keeps_a_table(slack, events):
    slack.hazards.tables = "block"
    ts = slack.people.say(ADA, GENERAL, "old", table=TABLE)
    slack.people.edit(ADA, GENERAL, ts, "new")

    change = (await events())[1]

    typed, table = change["message"]["blocks"]
    assert typed["elements"][0]["elements"] == [{"type": "text", "text": "new"}]
    assert table["type"] == "table"


@pytest.mark.parametrize("comes", [True, False])
async def test_a_mention_edited_in_may_come_as_a_mention_too(slack, events, comes):
    slack.hazards.edits_mention = comes
    ts = slack.people.say(ADA, GENERAL, "hello")
    slack.people.edit(ADA, GENERAL, ts, f"<@{BOT_USER}> hello")

    kinds = [event["type"] for event in await events()]

    assert kinds == ["message", "message", *["app_mention"] * comes]


async def test_strangers_may_be_unknown(slack, events, client):
    slack.hazards.knows_strangers = False
    slack.people.say(STRANGER, GENERAL, "the offer stands")

    (message,) = await events()

    assert message["user_profile"]["display_name"] == "Sam"
    with pytest.raises(Exception, match="user_not_found"):
        await client.users_info(user=STRANGER)
