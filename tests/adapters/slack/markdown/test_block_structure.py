"""Blocks are found where a parser of CommonMark finds them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.adapters.slack.markdown.block_structure import Kind, structure

FRAGMENTS = [
    *(
        "```",
        "````",
        "~~~",
        "```py",
        "\n",
        "\n",
        "\n\n",
        " ",
        "  ",
        "   ",
        "    ",
        "- ",
        "1. ",
        "2) ",
    ),
    *("> ", ">", "a", "word", "# ", "* * *", "---", "===", "+ ", "`"),
]
texts = st.lists(st.sampled_from(FRAGMENTS), max_size=20).map("".join)
PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).disable("reference")


def squeezed(text: str) -> str:
    return "".join(text.split()).strip("#")


@given(texts)
def test_code_and_text_are_told_apart_as_commonmark_does(text: str) -> None:
    text = text.rstrip()
    fences, scopes = [], []
    for token in PARSER.parse(text):
        if token.type == "fence":
            fences.append((token.map[0], token.map[1] - 1, token.markup))
        if token.type == "inline" and squeezed(token.content):
            scopes.append(squeezed(token.content))
    found = structure(text)
    lines = [(text.count("\n", 0, f.start), text.count("\n", 0, f.stop)) for f in found.fences]
    assert [(*at, f.markup) for at, f in zip(lines, found.fences, strict=True)] == fences
    seen = [squeezed(found.flat[scope.start : scope.stop]) for scope in found.scopes]
    assert [words for words in seen if words] == scopes


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("| a | b\\|c |\n|---|---|\n| d |\n\ne", [" a ", " b\\|c ", " d "]),
        ("> a|b\n> -|-\n> c|d\ne", ["a", "b", "c", "d"]),
        ("- x\n  | a |\n  |---|\n- y", [" a "]),
        ("a | b\n---", []),
    ],
)
def test_cells_are_texts_of_their_own(text: str, cells: list[str]) -> None:
    scopes = [scope for scope in structure(text).scopes if scope.kind is Kind.CELL]
    assert [text[scope.start : scope.stop] for scope in scopes] == cells


def test_what_is_nested_too_deep_is_text() -> None:
    assert structure("> " * 100 + "a").too_deep
    assert len(structure("> " * 100_000 + "a").scopes) == 1
