"""Code in Markdown, wherever it stands; nothing that is appended gets into it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.panel.texts.code import closed, ranges, with_note

PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")

FRAGMENTS = [
    *("```", "````", "~~~", "~~~~~", "```py\n", "\n", "\n\n", " ", "    ", "- ", "1. ", "> "),
    *("a", "word", "`", "``", "\\", "| a | b |\n|---|---|\n", "# ", "* ", "12) ", "\t"),
]
texts = st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join)


def kinds(text: str) -> list[tuple[str, str]]:
    """What a parser makes of each block, with the containers that it stands in."""
    path, found = [], []
    for token in PARSER.parse(text):
        if token.nesting > 0:
            path.append(token.type)
        elif token.nesting < 0:
            path.pop()
        elif token.content:
            found.append((" ".join([*path, token.type]), token.content))
    return found


@given(texts)
def test_a_note_is_a_paragraph_of_its_own(text):
    noted = kinds(with_note(text, "Note."))
    assert noted[-1] == ("paragraph_open inline", "Note.")


@given(texts)
def test_closing_changes_nothing_else_and_happens_once(text):
    assert closed(closed(text)) == closed(text)
    assert closed(text).startswith(text.rstrip())


@pytest.mark.parametrize(
    ("text", "closing"),
    [
        ("```\nx", "```"),
        ("~~~\nx\n```", "~~~"),
        ("`````py\n```\nx\n```", "`````"),
        ("1. one\n\n   ```sh\n   ls", "   ```"),
        ("> quoted\n> ~~~\n> x", "> ~~~"),
        ("- - > ```\n    > x", "    > ```"),
        ("> ```\nlazy\n```\nx", "```"),  # the quote ends, and its code block with it
    ],
)
def test_what_is_open_is_closed_where_it_stands(text, closing):
    assert closed(text) == f"{text}\n{closing}"


@pytest.mark.parametrize(
    "text", ["", "x", "`x", "```\nx\n```", "```\nx\n```\n\ny", "> ```\n\ny", "``` a`b\nx"]
)
def test_what_is_not_open_stays_as_it_is(text):
    assert closed(text) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a `b` c ``d ` e`` f", ["`b`", "``d ` e``"]),
        ("a \\`b` c `d`", ["` c `"]),
        ("a \\``b` c", ["`b`"]),
        ("| `a` | b |\n|---|---|\n| c | `d` |", ["`a`", "`d`"]),
        ("x\n\n~~~\n`a`\n~~~\n\ny", ["~~~\n`a`\n~~~\n"]),
        ("> - ```\n>   a\n\n`b`", ["> - ```\n>   a\n", "`b`"]),
        ("x\n\n    a\n\ny", ["    a\n"]),
        ("a `b\nc` d", ["`b\nc`"]),
    ],
)
def test_code_is_found(text, code):
    assert [text[start:stop] for start, stop in ranges(text)] == code


# Where markdown-it differs from CommonMark and GitHub: it looks for tables before fences and
# indented code, and takes an indented ">" after a quote for more of it.
DOUBTFUL = ("\\|", "\t", "    >")


@given(texts.filter(lambda text: not any(doubt in text for doubt in DOUBTFUL)))
def test_as_many_spans_are_found_as_there_are(text):
    spans = sum(
        child.type == "code_inline"
        for token in PARSER.parse(text)
        for child in token.children or []
    )
    blocks = sum(token.type in {"fence", "code_block"} for token in PARSER.parse(text))
    assert len(ranges(text)) == spans + blocks
