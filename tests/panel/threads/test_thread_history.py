from bot.panel.links import ThreadLinks
from bot.panel.model import ConversationId, Message, MessageTs, ThreadRef, Turn, UserId
from bot.panel.threads.thread_history import ThreadHistory
from bot.panel.utterance import Utterance
from tests.fakes.thread_store import FakeThreadStore
from tests.fakes.transcript import FakeTranscript

THREAD = ThreadRef("T1", "C1", "1.0")
OURS = ThreadLinks(router=ConversationId("conv_1"))


def turn(*when: str) -> Turn:
    return Turn.of(THREAD, [Message(MessageTs(ts), UserId("U1"), "well?") for ts in when])


async def test_what_came_between_the_messages_of_a_turn_is_read_with_them_once():
    threads, transcript = FakeThreadStore(), FakeTranscript()
    transcript.history = [Utterance(MessageTs(ts), "U1", ts) for ts in ("2.0", "3.0", "4.0")]
    history, asked = ThreadHistory(transcript, threads), turn("2.0", "4.0")
    await threads.mark_unread(THREAD, MessageTs("3.0"))

    earlier = await history.earlier(asked, OURS)
    await history.catch_up(asked, earlier)

    assert [message.text for message in earlier] == ["3.0"]
    assert await threads.unread_since(THREAD) is None


async def test_what_came_between_but_was_not_read_is_still_to_be_read():
    threads = FakeThreadStore()
    history, asked = ThreadHistory(FakeTranscript(), threads), turn("2.0", "4.0")

    earlier = await history.earlier(asked, OURS)
    await threads.mark_unread(THREAD, MessageTs("3.0"))  # its event comes late
    await history.catch_up(asked, earlier)

    assert await threads.unread_since(THREAD) == "3.0"
