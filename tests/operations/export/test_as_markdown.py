import itertools

import pytest
from markdown_it import MarkdownIt

from bot.operations.export.as_markdown import document
from bot.panel.language_model.conversations.thread_archive import Spoken, ThreadArchive
from bot.panel.model import MessageTs
from tests.operations.export.archives import ARCHIVE, PERMALINK, THREAD, evil


def rendered(archive: ThreadArchive) -> str:
    return MarkdownIt("commonmark", {"html": False}).render(document(archive))


def headings(archive: ThreadArchive) -> list[str]:
    """The document's own headings, not those in what was said."""
    tokens = MarkdownIt("commonmark").parse(document(archive))
    return [
        inline.content
        for token, inline in itertools.pairwise(tokens)
        if token.type == "heading_open" and token.level == 0
    ]


def test_readers_get_the_thread_and_every_conversation():
    text = document(ARCHIVE)

    for expected in (
        PERMALINK, "**Ada** · 2025-11-20 20:40:34 UTC", "> May we use \\<MIT>?  \n> And at",
        "> **You may**", "**Called Legal Counsel** (`call_1`)", "_reason_: Licences.",
        "**Used a tool**: web\\_search", "- Source: law.pdf", "`conv_legal`", "It is gone",
        "**Wanted to use open\\_ticket of shop**, with approval", "**Approved**: Ann approves",
        "- Made a file: chart.png (Costs by year)",
    ):  # fmt: skip
        assert expected in text


def test_what_was_said_cannot_leave_its_quote():
    said = "# Not a heading of ours\n```\nnever closed\n<!-- nor this"
    spoken = Spoken(MessageTs("1763671234.000100"), "Ada", said, is_markdown=True)
    archive = ThreadArchive(THREAD, PERMALINK, (spoken, spoken), ARCHIVE.talks)

    assert headings(archive)[1:] == [
        "The thread",
        "Router's conversation",
        "legal's conversation",
        "tax's conversation",
    ]


def test_reading_it_fetches_nothing():
    assert "<img" not in rendered(evil())


def test_names_are_no_markup():
    assert "**\\<" in document(evil())
    assert len(headings(evil())) == 3


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("<img src=x onerror=alert(1)>", r"\<img src=x onerror=alert(1)>"),
        (r"\\<b>", r"\\\<b>"),
        (r"\<b>", r"\<b>"),
        ("[go](javascript:alert(1))", r"[go\](javascript:alert(1))"),
        ("[go]( <&#106;avascript:alert(1)>)", r"[go\]( <&#106;avascript:alert(1)>)"),
        ("[a]\n\n[a]: data:text/html,x", "[a]\n\n[a\\]: data:text/html,x"),
        ("`<b>` is a tag, 1 < 2", "`<b>` is a tag, 1 < 2"),
        ("```html\n<b>\n```\n<i>", "```html\n<b>\n```\n\\<i>"),
        ("[docs](https://a.example/?b=1) <https://b.example>", None),
    ],
)
def test_nothing_that_was_said_is_live_in_markdown(said: str, written: str | None):
    spoken = Spoken(MessageTs("1763671234.000100"), "Ada", said, is_markdown=True)
    text = document(ThreadArchive(THREAD, PERMALINK, (spoken,), ()))

    lines = [line for line in text.splitlines() if line.startswith(">")]
    assert "\n".join(line[2:] for line in lines) == (written or said)
