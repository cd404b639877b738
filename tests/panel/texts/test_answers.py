"""What counts as an answer, and how much of one is used."""

import pytest

from bot.panel.texts.answers import LONGEST, limited, says_nothing, shortened
from bot.panel.texts.sentences import answer_cut


@pytest.mark.parametrize(
    "nothing",
    [
        *(
            "",
            " \n\t",
            "\u200b",
            "\ufeff\u2060",
            "\u00a0",
            "\x00\x1b",
            "\u202e\u2066",
            "\u3164",
            "\u2800",
        ),
        *(
            "```\n```",
            "```python\n\n```",
            "~~~\n~~~",
            "> ```\n> ```",
            "**",
            "# ",
            "---",
            "- ",
            "1. ",
        ),
        *(
            "> ",
            "| | |\n|---|---|",
            "<br>",
            "<p></p>",
            "<!-- note -->",
            "&nbsp;&#8203;",
            "[]()",
            "\\",
        ),
        *("...", "\ue200cite\ue202turn0\ue201", "【4†source】", "\ufe0f", "\u0301"),
    ],
)
def test_what_nobody_sees_is_no_answer(nothing: str) -> None:
    assert says_nothing(nothing)


@pytest.mark.parametrize(
    "something",
    [
        "42",
        "👍",
        "?",
        "✓",
        "はい",
        "نعم",
        "```\nx\n```",
        "**Yes**",
        "1. Yes",
        "a < b",
        "`x`",
        "€",
        "```x```",
    ],
)
def test_what_people_see_is_an_answer(something: str) -> None:
    assert not says_nothing(something)


@pytest.mark.parametrize("character", ["\u200b", " ", "`", "~", "<", "&", "【", "\n", "[", "<b"])
def test_a_long_text_is_looked_at_in_no_time(character: str) -> None:
    text = character * (200_000 // len(character))
    assert says_nothing(text) == (character != "<b")


@pytest.mark.parametrize(
    ("end", "kept"), [("\n\n", ""), ("\n", ""), (". ", "."), ("。", "。"), (" ", "")]
)
def test_an_answer_is_cut_where_something_ends(end: str, kept: str) -> None:
    beginning = "x" * (LONGEST - 100)
    assert shortened(f"{beginning}{end}{'y' * 500}") == beginning + kept


def test_an_unbroken_answer_is_cut_at_its_length() -> None:
    assert shortened("x" * LONGEST) == "x" * LONGEST
    assert shortened("x" * (LONGEST + 1)) == "x" * LONGEST


def test_a_cut_answer_says_so_outside_its_code() -> None:
    note = answer_cut(LONGEST)
    assert "100,000 characters" in note
    assert limited("short") == "short"
    assert limited("```\n" + "x\n" * LONGEST).endswith(f"x\n```\n\n{note}")
