"""Blocks are found where a parser of CommonMark finds them, and stand where they stand to it."""

import random
import re
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.adapters.slack.markdown.leaves import Leaf, cells, leaves
from bot.panel.texts.block_scanner import structure
from bot.panel.texts.blocks import Kind
from tests.adapters.slack.markdown.documents import Generator

FRAGMENTS = [
    *("```", "````", "~~~", "```py", "\n", "\n", "\n\n", " ", "  ", "   ", "    ", "- ", "1. "),
    *("2) ", "> ", ">", "a", "word", "# ", "* * *", "---", "===", "+ ", "`", "7. ", "- [x] "),
    *("\na|b\n-|-\n", "| c | d |\n", "\n> a|b\n> -|-\n> c|d\n", "- x\n\n  a|b\n  -|-\n", "-\n"),
]
texts = st.lists(st.sampled_from(FRAGMENTS), max_size=20).map("".join)
PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable("table")
PARSER.disable("reference")

# What markdown-it reads otherwise than CommonMark: a table in a marker's line, lines after an empty
# item or quote, lazy lines with four spaces.
ODD = re.compile(
    r"^.*(?:[-+*>#`~]|\d[.)]).*\|.*\n[-> ]*-\|-|(?:[-+*>]|\d[.)])[ \t]*\n[ >\t]*\n"
    r"|(?:[-+*>]|\d[.)])[^\n]*\n[ >]* {3}",
    re.MULTILINE,
)
Found = tuple[Kind, tuple[str, ...], str]
_KINDS = {"paragraph": Kind.TEXT, "heading": Kind.HEADING, "hr": Kind.RULE, "fence": Kind.FENCE}
_KINDS |= {"code_block": Kind.CODE, "table": Kind.TABLE}


def squeezed(text: str) -> str:
    return "".join(text.split())


class Reader:
    """What markdown-it finds: each block with its containers and what it says."""

    def __init__(self, source: str) -> None:
        self._path: list[str] = []
        self._numbers: list[int] = []
        self._tables: list[str] = []
        self._tokens = PARSER.parse(source)

    def blocks(self) -> Iterator[Found]:
        kind = Kind.TEXT
        in_table: list[str] | None = None
        for token in self._tokens:
            name = token.type.removesuffix("_open")
            self._walk(token)
            if token.type == "table_open":
                in_table = []
            elif token.type == "table_close" and in_table is not None:
                yield Kind.TABLE, tuple(self._path), "".join(in_table)
                in_table = None
            elif in_table is not None:
                in_table.append(squeezed(token.content))
            elif token.type in {"paragraph_open", "heading_open"}:
                kind = _KINDS[name]
            elif token.type in {"hr", "fence", "code_block", "inline"}:
                yield _KINDS.get(token.type, kind), tuple(self._path), self._content(token)

    def _walk(self, token: Token) -> None:
        match token.type:
            case "ordered_list_open" | "bullet_list_open":
                self._numbers.append(int(token.attrs.get("start", 1)))
            case "ordered_list_close" | "bullet_list_close":
                self._numbers.pop()
            case "list_item_open":
                number = self._numbers[-1] if token.info else ""
                self._path.append(f"{number}{token.markup}")
                self._numbers[-1] += 1
            case "blockquote_open":
                self._path.append(">")
            case "list_item_close" | "blockquote_close":
                self._path.pop()

    @staticmethod
    def _content(token: Token) -> str:
        if token.type == "fence":
            return f"{token.markup}{token.info.strip()}\n{token.content.expandtabs()}".rstrip()
        return token.content.expandtabs() if token.type == "code_block" else squeezed(token.content)


def _shown(leaf: Leaf) -> str:
    if leaf.kind is Kind.FENCE:
        code = "".join(f"{line}\n" for line in leaf.lines).expandtabs()
        return f"{leaf.markup}{leaf.info.strip()}\n{code}".rstrip()
    if leaf.kind is Kind.CODE:
        return "".join(f"{line.removeprefix('    ')}\n" for line in leaf.lines).expandtabs()
    if leaf.kind is Kind.RULE:
        return ""
    return squeezed("".join(leaf.lines))


def found(source: str) -> Sequence[Found]:
    structured, rows = structure(source), []
    for leaf, block in zip(leaves(source), structured.blocks, strict=True):
        shown = _shown(leaf)
        scopes = block.scopes(structured.flat)
        if leaf.kind is Kind.HEADING:
            shown = "".join(squeezed(structured.flat[s.start : s.stop]) for s in scopes)
        if leaf.kind is Kind.TABLE:  # markdown-it leaves out the cells that have no header
            rows_of_cells = [cells(line)[: leaf.columns] for line in leaf.lines]
            shown = squeezed(
                "".join(c for row in [rows_of_cells[0], *rows_of_cells[2:]] for c in row)
            )
        if leaf.kind is not Kind.NOTHING:
            path = (">" if c.is_quote else c.marker.strip() for c in leaf.path)
            rows.append((leaf.kind, tuple(path), shown))
    return rows


def alike(blocks: Sequence[Found]) -> Sequence[Found]:
    """Without the marks of a heading and the empty cells that markdown-it adds to a row."""
    return [(k, p, s.strip("#") if k is Kind.HEADING else s) for k, p, s in blocks]


@given(texts)
def test_code_and_text_are_told_apart_as_commonmark_does(text: str) -> None:
    assert_alike(text)


@pytest.mark.parametrize(
    "seeds", [range(150), pytest.param(range(150, 600), marks=pytest.mark.long)]
)
def test_generated_documents_are_read_as_commonmark_reads_them(seeds: range) -> None:
    for seed in seeds:
        text = Generator(seed).document(6)
        assert alike(found(text)) == alike([*Reader(text).blocks()]), repr(text)


@pytest.mark.parametrize(
    "seeds", [range(500), pytest.param(range(500, 3_000), marks=pytest.mark.long)]
)
def test_whatever_the_order_of_marks_blocks_are_found_where_they_are(seeds: range) -> None:
    for seed in seeds:
        choice = random.Random(seed)  # noqa: S311 - repeatable, no secret
        assert_alike("".join(choice.choices(FRAGMENTS, k=choice.randint(1, 14))))


def assert_alike(text: str) -> None:
    if not ODD.search(text):
        assert alike(found(text)) == alike([*Reader(text).blocks()]), repr(text)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("| a | b\\|c |\n|---|---|\n| d |\n\ne", [" a ", " b\\|c ", " d "]),
        ("> a|b\n> -|-\n> c|d\ne", ["a", "b", "c", "d"]),
        ("- x\n  | a |\n  |---|\n- y", [" a "]),
        ("a | b\n---", []),
        ("|\n- ", []),
    ],
)
def test_cells_are_texts_of_their_own(text: str, cells: list[str]) -> None:
    scopes = [scope for scope in structure(text).scopes if scope.kind is Kind.CELL]
    assert [text[scope.start : scope.stop] for scope in scopes] == cells


def test_tabs_in_code_keep_their_width() -> None:
    fence, code = leaves("- ```\n\tx\n  \ty\n  ```\n\n\tno code\n\n\t\t  code")[0::2]
    assert [line.expandtabs() for line in fence.lines] == ["  x", "  y"]
    assert code.lines == ["        code"]


def test_what_is_nested_too_deep_is_text() -> None:
    assert structure("> " * 100 + "a").too_deep
    assert len(structure("> " * 100_000 + "a").scopes) == 1
