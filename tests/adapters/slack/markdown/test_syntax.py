import pytest

from bot.adapters.slack.markdown.inline_parts import parts
from bot.adapters.slack.markdown.syntax import code
from bot.panel.texts.block_scanner import structure


def stretches(source: str) -> list[str]:
    return [source[start:stop] for start, stop in code(source)]


def test_fences_and_spans_are_found_where_they_stand() -> None:
    source = "a `b` c\n\n> - ```\n>   d\n>   ```\n\n| `e\\|f` |\n|---|\n"
    assert stretches(source) == ["`b`", "> - ```\n>   d\n>   ```", "`e\\|f`"]


@pytest.mark.parametrize(
    "odd",
    [
        "~~~\ncode\n~~~",
        "````\ncode\n````",
        "```\nnever closed",
        "```\ncode ``` code\n```",
        "a ` alone",
        "an escaped \\` one",
        "``two ` ticks``",
        "`over\ntwo lines`",
    ],
)
def test_where_readers_could_differ_nothing_counts_as_code(odd: str) -> None:
    assert code(f"`clear`\n\n{odd}") == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("# a [b](c) #", ["[b](c)"]),
        ("- [b\n  d](c)", ["[b\n  d](c)"]),
        ("> x\n> [b\n> d](c)", ["[b\n> d](c)"]),
        ("| [b\\|](c) | [b](c) |\n|-|-|", ["[b\\|](c)", "[b](c)"]),
        ("1. 1. [b](c)", ["[b](c)"]),
        ("a\n \t b <ab:c> \\<", ["<ab:c>", "\\<"]),
        ("![a [b](c) `d`](e)", ["![a [b](c) `d`](e)", "[b](c)", "`d`"]),
    ],
)
def test_inline_parts_are_found_inside_any_block(source: str, found: list[str]) -> None:
    whole = sorted(parts(structure(source)), key=lambda part: part.start)
    assert [source[part.start : part.stop] for part in whole] == found
