import pytest

from bot.panel.links import NO_LINKS, ThreadLinks
from bot.panel.model import ConversationId, Message, MessageTs, ThreadRef, Turn, UserId
from bot.panel.threads.thread_history import ThreadHistory
from bot.panel.utterance import Utterance
from tests.fakes.thread_store import FakeThreadStore
from tests.fakes.transcript import FakeTranscript

THREAD = ThreadRef("T1", "C1", "1.0")
OURS = ThreadLinks(router=ConversationId("conv_1"))


def turn(*when: str) -> Turn:
    return Turn.of(THREAD, [Message(MessageTs(ts), UserId("U1"), "well?") for ts in when])


@pytest.mark.parametrize("links", [OURS, NO_LINKS])
@pytest.mark.parametrize("when", [("1.0", "4.0"), ("2.0", "4.0")])
async def test_what_came_between_the_messages_of_a_turn_is_read_with_them_once(when, links):
    threads, transcript = FakeThreadStore(), FakeTranscript()
    transcript.history = [Utterance(MessageTs(ts), "U1", ts) for ts in (*when, "3.0")]
    history, asked = ThreadHistory(transcript, threads), turn(*when)
    await threads.mark_unread(THREAD, MessageTs("3.0"))

    unread = await history.unread(asked, links)
    await history.catch_up(asked, unread.since, unread.edits)

    assert [message.text for message in unread.said] == ["3.0"]
    assert await threads.unread_since(THREAD) is None


async def test_what_came_between_but_was_not_read_is_still_to_be_read():
    threads = FakeThreadStore()
    history, asked = ThreadHistory(FakeTranscript(), threads), turn("2.0", "4.0")

    unread = await history.unread(asked, OURS)
    await threads.mark_unread(THREAD, MessageTs("3.0"))  # its event comes late
    await history.catch_up(asked, unread.since, unread.edits)

    assert await threads.unread_since(THREAD) == "3.0"


async def test_what_came_before_but_was_not_read_is_still_to_be_read():
    threads = FakeThreadStore()
    history, asked = ThreadHistory(FakeTranscript(), threads), turn("5.0")
    await threads.mark_edited(THREAD, MessageTs("1.0"), MessageTs("2.0"))

    unread = await history.unread(asked, OURS)
    await threads.mark_unread(THREAD, MessageTs("3.0"))  # their events come late
    await threads.mark_edited(THREAD, MessageTs("2.0"), MessageTs("4.0"))
    await history.catch_up(asked, unread.since, unread.edits)

    assert await threads.unread_since(THREAD) == "3.0"
    assert await threads.edits(THREAD) == {"2.0": "4.0"}


async def test_what_comes_after_the_turn_is_still_to_be_read_when_that_has_read_something():
    threads, transcript = FakeThreadStore(), FakeTranscript()
    transcript.history = [Utterance(MessageTs(ts), "U1", ts) for ts in ("3.0", "6.0")]
    history = ThreadHistory(transcript, threads)
    await threads.mark_unread(THREAD, MessageTs("3.0"))

    unread = await history.unread(turn("5.0"), OURS)
    await threads.mark_unread(THREAD, MessageTs("6.0"))  # while it is answered
    await history.catch_up(turn("5.0"), unread.since, unread.edits)

    later = await history.unread(turn("7.0"), OURS)
    assert [message.text for message in later.said] == ["6.0"]


async def test_who_is_called_late_has_not_read_the_edits_of_what_came_later():
    threads = FakeThreadStore()
    history, asked = ThreadHistory(FakeTranscript(), threads), turn("5.0")
    for ts in ("2.0", "6.0"):
        await threads.mark_edited(THREAD, MessageTs(ts), MessageTs("7.0"))

    unread = await history.unread(asked, ThreadLinks())
    await history.catch_up(asked, unread.since, unread.edits)

    assert await threads.edits(THREAD) == {"6.0": "7.0"}
