import pytest

from bot.export.words import title_of
from bot.panel.archive import Spoken, ThreadArchive
from bot.panel.model import MessageTs
from tests.export.archives import PERMALINK, THREAD


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
