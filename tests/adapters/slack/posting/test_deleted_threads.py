"""What Slack posts for a deleted thread, it posts in the channel: nothing of it stays there."""

from dataclasses import replace

import pytest

from bot.panel.errors import MessengerRefused, MessengerUnavailable, ThreadGone
from bot.panel.messaging.messenger import Post
from bot.panel.model import ExpertName, Persona, ThreadRef, TurnId, UserId
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests import slack_faults as hazards
from tests.adapters.slack.conftest import Neighbour

LEGAL = Persona("Legal Counsel", ":scales:")


@pytest.fixture
async def thread(neighbour: Neighbour) -> ThreadRef:
    """A thread whose root is deleted, where Slack posts for it all the same."""
    thread = neighbour.begin()
    neighbour.slack.hazards.deleted_threads = "posted in the channel"
    neighbour.slack.people.delete(ADA, GENERAL, thread.thread_ts)
    return thread


def reply(thread: ThreadRef) -> Post:
    turn = TurnId(f"{thread.team_id}:{thread.channel_id}:{thread.thread_ts}")
    return Post(turn, "reply:c:0", "Yes.", persona=LEGAL, expert=ExpertName("legal"))


def in_channel(neighbour: Neighbour) -> list[str]:
    return [m.text for m in neighbour.slack.workspace.messages(GENERAL) if m.bot_id]


async def test_it_is_deleted_at_once(neighbour, thread):
    with pytest.raises(ThreadGone):
        await neighbour.messenger.post(thread, reply(thread))

    assert in_channel(neighbour) == []
    assert [c.method for c in neighbour.slack.calls[-2:]] == ["chat.postMessage", "chat.delete"]


async def test_a_stream_is_deleted_before_it_grows(neighbour, thread):
    with pytest.raises(ThreadGone):
        await neighbour.messenger.open_stream(thread, reply(thread), UserId(ADA))

    assert in_channel(neighbour) == []


async def test_a_stream_whose_place_could_not_be_looked_at_is_deleted_at_its_end(neighbour, thread):
    neighbour.slack.hazards.on("conversations.replies", hazards.error("missing_scope"))
    post = reply(thread)
    ts = await neighbour.messenger.open_stream(thread, post, UserId(ADA))
    assert ts

    with pytest.raises(ThreadGone):
        await neighbour.messenger.close_stream(thread, ts, post, " Really.")

    assert in_channel(neighbour) == []


async def test_a_stream_that_began_without_an_answer_is_deleted_by_its_persona(neighbour, thread):
    neighbour.slack.hazards.on("chat.startStream", hazards.reset(after_effect=True))
    await neighbour.responder.api.write("chat.postMessage", channel=GENERAL, text="Announced.")
    with pytest.raises(MessengerUnavailable):
        await neighbour.messenger.open_stream(thread, reply(thread), UserId(ADA))
    assert len(in_channel(neighbour)) == 2

    await neighbour.messenger.withdraw_stream(thread, None, reply(thread), ())
    own = replace(reply(thread), persona=None, expert=None)
    await neighbour.messenger.withdraw_stream(thread, None, own, ())

    assert in_channel(neighbour) == ["Announced."]


async def test_a_stream_in_a_thread_stays_where_its_answers_do_not_say_where_they_are(neighbour):
    thread = neighbour.begin()
    post = reply(thread)
    ts = await neighbour.messenger.open_stream(thread, post, UserId(ADA))

    assert await neighbour.messenger.close_stream(thread, ts, post, " Really.")
    assert len(neighbour.replies(thread)) == 1


async def test_what_could_not_be_deleted_is_deleted_later(neighbour, thread):
    neighbour.slack.hazards.on("chat.delete", hazards.error("restricted_action"))
    with pytest.raises(ThreadGone):
        await neighbour.messenger.post(thread, reply(thread))
    assert len(in_channel(neighbour)) == 1

    await neighbour.messenger.delete_strays(thread, reply(thread).turn)

    assert in_channel(neighbour) == []


async def test_what_was_posted_without_an_answer_is_deleted_too(neighbour, thread):
    neighbour.slack.hazards.on("chat.postMessage", hazards.reset(after_effect=True))
    with pytest.raises(ThreadGone):
        await neighbour.messenger.post(thread, reply(thread))
    assert len(in_channel(neighbour)) == 1

    await neighbour.messenger.delete_strays(thread, reply(thread).turn)

    assert in_channel(neighbour) == []


async def test_only_strays_of_the_turn_are_deleted(neighbour, thread):
    kept = neighbour.begin()
    elsewhere = replace(reply(kept), text="In a thread.")
    await neighbour.messenger.post(kept, elsewhere)
    await neighbour.responder.api.write("chat.postMessage", channel=GENERAL, text="Announced.")

    await neighbour.messenger.delete_strays(thread, reply(thread).turn)
    await neighbour.messenger.delete_strays(kept, elsewhere.turn)

    assert len(in_channel(neighbour)) == 2


@pytest.mark.parametrize("code", ["invalid_thread_ts", "not_allowed_token_type"])
async def test_a_status_that_is_refused_for_another_reason_ends_nothing(neighbour, code):
    thread = neighbour.begin()
    neighbour.slack.hazards.on("assistant.threads.setStatus", hazards.error(code))

    await neighbour.messenger.show_status(thread, "is thinking…")


async def test_nor_does_one_whose_thread_cannot_be_looked_at(neighbour):
    thread = neighbour.begin()
    neighbour.slack.hazards.on("assistant.threads.setStatus", hazards.error("invalid_thread_ts"))
    neighbour.slack.hazards.on("conversations.replies", hazards.rate_limited(99))

    await neighbour.messenger.show_status(thread, "is thinking…")


@pytest.mark.parametrize(
    "fault", [hazards.rate_limited(99), hazards.rate_limited_in_body(), hazards.server_error()]
)
async def test_what_slack_is_too_busy_to_delete_is_left_to_the_outbox(neighbour, thread, fault):
    neighbour.slack.hazards.on("chat.delete", fault, times=9)
    with pytest.raises(ThreadGone):
        await neighbour.messenger.post(thread, reply(thread))
    assert len(in_channel(neighbour)) == 1
    neighbour.slack.hazards.clear()

    outgoing = await neighbour.outbox.claim()
    await neighbour.messenger.send(outgoing.state)

    assert in_channel(neighbour) == []


async def test_a_refused_delete_is_an_error(neighbour):
    thread = neighbour.begin()
    neighbour.slack.hazards.on("chat.delete", hazards.error("cant_delete_message"))

    with pytest.raises(MessengerRefused):
        await neighbour.messenger.delete(thread, "1.0")
