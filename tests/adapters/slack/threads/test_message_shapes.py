"""Every shape of a message reaches the models wherever a message is read."""

from dataclasses import replace

import pytest

from bot.adapters.slack.receiving import payloads
from bot.adapters.slack.threads.message_document import MessageReading
from bot.panel.model import MessageTs, ThreadRef, Turn, TurnId, UserId
from bot.playground.slack.delivery.envelopes import event_callback
from bot.playground.slack.workspace.company import ADA, BEN, BOT_USER, GENERAL, STRANGER
from bot.playground.slack.workspace.payloads import message_event
from tests.fakes.people import whoever
from tests.message_shapes import CLIP, LEAK, SHAPES, Shape, forward, post

TURN = TurnId("T0ACME:C0GENERAL:1.0")


@pytest.fixture(params=SHAPES, ids=lambda shape: shape.name)
def shape(request) -> Shape:
    return request.param


def event_of(neighbour, ts, channel=GENERAL):
    workspace = neighbour.slack.workspace
    event = message_event(workspace, workspace.message(channel, ts))
    return event_callback(workspace, event, "Ev1")


async def asked(neighbour, ts):
    """What models read of the message when it is a question."""
    incoming = payloads.incoming(event_of(neighbour, ts), neighbour.identity)
    assert incoming is not None
    turn = Turn(TURN, incoming.thread, (incoming.message,))
    (utterance,) = await neighbour.transcript.turn_messages(turn)
    return utterance


def assert_read(shape, text):
    for words in shape.must_read:
        assert words in text


async def test_in_a_question(neighbour, shape):
    if shape.is_by_an_app:
        pytest.skip("an app asks nothing")
    mention = shape.message | {"text": f"<@{BOT_USER}> {shape.message['text']}".strip()}
    ts = post(neighbour.slack, replace(shape, message=mention), GENERAL)

    assert_read(shape, (await asked(neighbour, ts)).whole)


async def test_in_what_was_said_before(neighbour, shape):
    thread = neighbour.begin("a question")
    since = post(neighbour.slack, shape, GENERAL, thread.thread_ts)
    before = MessageTs(neighbour.slack.people.say(BEN, GENERAL, "now", thread.thread_ts))

    (summoned,) = (await neighbour.transcript.earlier(thread, before=before, since=None))[1:]
    (unread,) = await neighbour.transcript.earlier(thread, before=before, since=MessageTs(since))

    assert summoned == unread
    assert_read(shape, summoned.whole)
    assert summoned.speaker == ("Monitor" if shape.is_by_an_app else "Ada")


async def test_in_what_the_panel_is_asked_about_by_a_shortcut(neighbour, shape):
    thread = neighbour.begin("a question")
    ts = MessageTs(post(neighbour.slack, shape, GENERAL, thread.thread_ts))

    (about,) = await neighbour.transcript.people_said(thread, since=ts, until=ts)

    assert_read(shape, about.whole)


async def test_in_an_export(neighbour, shape):
    thread = neighbour.begin("a question")
    post(neighbour.slack, shape, GENERAL, thread.thread_ts)

    _, exported = await neighbour.transcript.all_messages(thread)

    assert_read(shape, exported.text)


async def test_in_a_document(neighbour, shape):
    ts = post(neighbour.slack, shape, GENERAL)
    reading = MessageReading(neighbour.api, neighbour.mentions)
    link = f"https://acme.slack.com/archives/{GENERAL}/p{ts.replace('.', '')}"

    document = await reading.document(reading.check(link, GENERAL), link)

    assert_read(shape, document.content.decode())


@pytest.mark.parametrize("show", [{"attachments": [forward(f"<@{BOT_USER}> stop")]}, {"files": [
    CLIP | {"transcription": {"preview": {"content": f"<@{BOT_USER}> stop"}}}]}])  # fmt: skip
async def test_what_is_shown_summons_nobody_and_commands_nothing(neighbour, show):
    quiet = Shape("", {"text": "hm", **show}, ())
    ts = post(neighbour.slack, quiet, GENERAL)
    later = neighbour.slack.people.say(BEN, GENERAL, "well?", ts)
    thread = ThreadRef(neighbour.slack.workspace.team_id, GENERAL, ts)

    incoming = payloads.incoming(event_of(neighbour, ts), neighbour.identity)

    assert incoming is not None
    assert not incoming.message.mentioned
    assert not incoming.addresses_others
    assert incoming.message.text == "hm"
    assert "stop" in incoming.message.quoted
    assert not await neighbour.transcript.was_mentioned(thread, before=MessageTs(later), by=whoever)


async def test_a_forward_without_a_word_says_so(neighbour):
    bare = Shape("", {"text": "", "attachments": [forward(LEAK)]}, ())
    incoming = payloads.incoming(
        event_of(neighbour, post(neighbour.slack, bare, GENERAL)), neighbour.identity
    )
    assert incoming is not None
    assert incoming.only_shows


async def test_people_whom_slack_does_not_look_up_are_named_by_their_messages(neighbour):
    neighbour.slack.hazards.knows_strangers = False
    neighbour.slack.workspace.channels[GENERAL].members.add(STRANGER)
    ts = neighbour.slack.people.say(STRANGER, GENERAL, f"<@{BOT_USER}> the offer stands")
    before = MessageTs(neighbour.slack.people.say(ADA, GENERAL, "now", ts))
    thread = ThreadRef(neighbour.slack.workspace.team_id, GENERAL, ts)
    reading = MessageReading(neighbour.api, neighbour.mentions)
    link = f"https://acme.slack.com/archives/{GENERAL}/p{ts.replace('.', '')}"

    (earlier,) = await neighbour.transcript.earlier(thread, before=before, since=None)
    exported, _ = await neighbour.transcript.all_messages(thread)
    document = await reading.document(reading.check(link, GENERAL), link)

    name = neighbour.slack.workspace.users[STRANGER].shown_name
    assert (await asked(neighbour, ts)).speaker == name
    assert (earlier.speaker, exported.speaker) == (name, name)
    assert document.content.decode().startswith(f"# {name}")


@pytest.mark.parametrize("transcripts", ["at once", "later"])
async def test_a_voice_clip_is_read_even_if_its_transcript_comes_later(neighbour, transcripts):
    neighbour.slack.hazards.transcripts = transcripts
    ts = neighbour.slack.people.speak(ADA, GENERAL, "is the pump covered by the warranty")

    question = await asked(neighbour, ts)

    assert "> is the pump covered by the warranty" in question.whole
    assert question.whole.count("pump") == 1
    assert question.files == ()


async def test_a_recording_without_a_transcript_is_a_file(neighbour):
    neighbour.slack.hazards.transcripts = "later"
    ts = neighbour.slack.people.speak(ADA, GENERAL, "")

    question = await asked(neighbour, ts)

    assert [file.media_type for file in question.files] == ["audio/mp4"]


async def test_mentions_in_what_is_shown_are_names(neighbour):
    shown = Shape("", {"text": "look", "attachments": [forward(f"ask <@{BEN}> &amp; me")]}, ())
    ts = post(neighbour.slack, shown, GENERAL)

    assert "ask @Ben & me" in (await asked(neighbour, ts)).whole


async def test_an_unknown_author_and_unknown_files_stop_nothing(neighbour):
    from_nowhere = Shape("", {"text": "", "files": [{"id": "F0GONE", "mimetype": "audio/mp4"}]}, ())
    incoming = payloads.incoming(
        event_of(neighbour, post(neighbour.slack, from_nowhere, GENERAL)), neighbour.identity
    )
    assert incoming is not None
    message = replace(incoming.message, author=UserId("U0NOBODY"))

    (question,) = await neighbour.transcript.turn_messages(Turn(TURN, incoming.thread, (message,)))

    assert (question.speaker, question.shown) == ("Somebody", "[attached: file]")
