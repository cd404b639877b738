import pytest

from bot.operations.export.names import Names, title_of
from bot.panel.language_model.conversations.thread_archive import Spoken, Talk, ThreadArchive
from bot.panel.model import ConversationId, ExpertName, MessageTs
from tests.operations.export.archives import MESSAGES, PERMALINK, THREAD


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("May we\nuse it?", "May we use it?"),
        ("word " * 30, ("word " * 15).strip() + " …"),
        ("x" * 200, "x" * 80 + "…"),
    ],
)
def test_a_thread_is_called_by_how_it_began(said, title):
    message = Spoken(MessageTs("1.0"), "Ada", said)
    assert title_of(ThreadArchive(THREAD, PERMALINK, (message,), ())) == title


def test_a_conversation_tells_who_asked_the_expert():
    talk = Talk(ConversationId("conv_1"), ExpertName("legal/tax/pay"), ())
    names = Names(ThreadArchive(THREAD, PERMALINK, MESSAGES, (talk,)))
    assert names.owner(talk) == "pay (asked by tax, asked by Legal Counsel)"
