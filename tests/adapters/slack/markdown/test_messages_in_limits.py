"""Each message is within what Slack takes, and goes on where the last one ended."""

import random
import re
import sys

import pytest

from bot.adapters.slack.markdown.limits import (
    LONGEST_CELLS,
    MOST_COLUMNS,
    MOST_PARTS,
    MOST_ROWS,
)
from bot.adapters.slack.markdown.sanitize import markdown
from bot.adapters.slack.markdown.splitting import fits, split
from tests.adapters.slack.markdown.documents import WORD, Facts, Generator, facts, parts, tables


def table(rows: int, columns: int = 2, cell: str = "c", first: int = 0) -> str:
    header = "|" + " h |" * columns
    lines = [f"| w{n}x" + f" | {cell}" * (columns - 1) + " |" for n in range(first, first + rows)]
    return "\n".join([header, "|" + "---|" * columns, *lines])


SHAPES = {
    "many tables": "\n\n".join(table(1, first=n) for n in range(55)),
    "many rows": table(150),
    "rows of several tables": "\n\n".join(table(40, first=100 * n) for n in range(4)),
    "many columns": table(5, 25),
    "much in cells": table(40, 3, "x" * 140),
    "a row too long": table(3, 3, "x" * 6_000),
    "headings and rules": "\n\n".join(f"# w{n}x\n\n---" for n in range(60)),
    "lines with rules": "\n".join(f"w{n}x\n\n***" for n in range(60)),
    "tables in a list": "\n".join(f"- w{n}y\n\n  | w{n}x |\n  |---|\n" for n in range(50)),
    "tables in a quote": "\n>\n".join(f"> | w{n}x |\n> |---|" for n in range(50)),
    "quotes": "\n\n".join(f"> w{n}x" for n in range(60)),
    "a list, and quotes": "- w0x\n\n" + "\n\n".join(f"> w{n}x" for n in range(1, 60)),
    "code blocks": "\n".join(f"```\nw{n}x\n```" for n in range(60)),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_message_is_one_that_slack_takes(shape: str) -> None:
    pieces = split(markdown(SHAPES[shape]))

    assert [word for piece in pieces for word in WORD.findall(piece)] == WORD.findall(SHAPES[shape])
    for piece in pieces:
        assert fits(piece)
        found = list(tables(piece))
        assert sum(rows for rows, _, _ in found) <= MOST_ROWS
        assert all(columns <= MOST_COLUMNS for _, columns, _ in found)
        assert sum(characters for _, _, characters in found) <= LONGEST_CELLS
        assert parts(piece) <= MOST_PARTS


@pytest.mark.parametrize("shape", SHAPES)
def test_what_slack_does_not_take_as_one_message_is_known_before(shape: str) -> None:
    assert not fits(markdown(SHAPES[shape]))


def test_a_long_table_goes_on_under_its_header() -> None:
    header = "| h | h |\n|---|---|\n"
    first, second = split(table(150))
    assert first == table(99)
    assert second == header + table(51, first=99).removeprefix(header)


def test_a_wide_table_becomes_code_with_columns_as_far_as_they_are_not_too_wide() -> None:
    wide = "|" + " h |" * 21 + "\n|" + "-|" * 21 + "\n|" + " 10 |" * 21
    (piece,) = split(wide)
    rows = [" | ".join([cell] * 21) for cell in ("h ", "--", "10")]
    assert piece.split("\n") == ["```", *(row.rstrip() for row in rows), "```"]
    (piece,) = split(table(1, 21, "long cells"))
    assert piece.split("\n")[2] == "w0x" + " | long cells" * 20


def test_a_wide_table_in_a_list_stays_there_and_its_code_cannot_end_early() -> None:
    (piece,) = split("- So:\n\n" + "\n".join(f"  {li}" for li in table(1, 21, "```").split("\n")))
    assert piece.startswith("- So:\n\n  ````\n  h | h")
    assert piece.endswith("\n  ````")


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("limit", [500, 1_500])
def test_every_word_keeps_its_list_its_number_its_quote_and_its_kind(seed: int, limit: int) -> None:
    text = markdown(Generator(seed).document(12))

    pieces = split(text, limit)

    shown: Facts = {}
    for piece in pieces:
        assert len(piece) <= limit
        shown |= facts(piece)
    assert shown == facts(text)
    words = dict.fromkeys(word for piece in pieces for word in WORD.findall(piece))
    assert list(words) == WORD.findall(text)


@pytest.mark.parametrize("seed", range(8))
def test_what_comes_after_a_place_is_what_would_have_come(seed: int) -> None:
    text = markdown(Generator(seed).document(12))
    original = facts(text)
    flush = [
        match.start()
        for match in re.finditer(r"^(?:[-*]|\d+\.)? ?(?:\[x\] )?(w\d+x)", text, re.MULTILINE)
        if original[match[1]][1] == "paragraph_open"
    ]
    start = random.Random(seed).choice([*flush, 1])  # noqa: S311 - repeatable, no secret
    rest = WORD.findall(text[start:])

    shown: Facts = {}
    for piece in split(text, 11_500, start):
        shown |= facts(piece)

    assert all(shown[word] == original[word] for word in rest)


@pytest.mark.parametrize(
    ("text", "limit", "second"),
    [
        ("1. one two three four\n1. five six seven eight\n1. nine ten", 45, "3. nine ten"),
        ("98. a long item of text\n98. another long one\n98. b", 45, "100. b"),
        (
            "- outer item\n  - one that is inner\n  - inner two of it",
            40,
            "- …\n  - inner two of it",
        ),
        ("3. one two three four five. Six seven eight nine", 40, "3. … Six seven eight nine"),
        ("- [x] one two three four five six. Seven eight", 40, "- [x] … Seven eight"),
        ("> one two three four five six. Seven eight nine", 40, "> Seven eight nine"),
        (
            "1. one two three four five six\n\n   seven eight nine",
            40,
            "1. …\n\n   seven eight nine",
        ),
        ("- > one two three four five six. Seven eight", 40, "- …\n  > Seven eight"),
        ("1. - one two three four five six\n   - seven eight", 40, "1. …\n   - seven eight"),
        (
            "2. ```\n   one two three four five six\n   seven",
            48,
            "2. …\n   ```\n   seven\n   ```",
        ),
    ],
)
def test_a_message_says_what_it_goes_on_with(text: str, limit: int, second: str) -> None:
    assert split(text, limit)[1:] == [second]


@pytest.mark.parametrize(
    "text", ["```\nx", "~~~~\n```\nx", "- So:\n  ```py\n  x", "> ```\n> x", "1. - ~~~\n     x"]
)
def test_code_that_was_left_open_is_closed_in_the_last_message(text: str) -> None:
    (piece,) = split(text)
    assert piece.startswith(text + "\n")
    assert piece.endswith(("```", "~~~"))
    assert split(piece) == [piece]


def test_a_list_of_sources_keeps_its_heading() -> None:
    notes = "**Sources**\n\n1. a.pdf\n2. b.pdf"
    assert split("word " * 16 + f"\n\n{notes}", 100)[-1] == notes


ADVERSARIAL = {
    "brackets": "[",
    "tags": "&lt;td&gt;x&lt;/td&gt;",
    "table": "| x | x |\n",
    "items": "- item\n",
    "lazy numbers": "1. item\n",
    "quotes": "> > x\n",
    "lazy lines": "> x\ny\n",
    "lines": "word word\n",
    "paragraphs": "word\n\n",
    "backticks": "`a``",
    "fences": "```\nx\n",
    "spaces": " ",
    "stars": "*",
    "one long word": "x",
    "marks": "e\u0301",
}


@pytest.mark.parametrize("shape", ADVERSARIAL)
def test_the_work_is_proportional_to_the_length(shape: str) -> None:
    lead = "| a | b |\n|---|---|\n" if shape == "table" else ""
    short, long = (
        lead + ADVERSARIAL[shape] * (n // len(ADVERSARIAL[shape])) for n in (3_000, 12_000)
    )
    assert calls(long) < 5.5 * calls(short)


def calls(text: str) -> int:
    """Count the functions that are called to split *text*."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        split(text, 1_000)
    finally:
        sys.setprofile(None)
    return count
