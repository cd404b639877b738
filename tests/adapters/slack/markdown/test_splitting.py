import itertools
import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.adapters.slack.markdown.sanitize import markdown
from bot.adapters.slack.markdown.splitting import split

PARSER = MarkdownIt("commonmark").enable("table")

FRAGMENTS = [
    *("`", "``", "```", "```py\n", "~~~\n", "\n", "\n\n", " ", "    ", "- ", "1. ", "> ", "# "),
    *(
        "a",
        "word ",
        "A sentence. ",
        "漢字。",
        "🎉",
        "👩\u200d💻",
        "e\u0301",
        "&lt;",
        "<",
        "\\",
        "|",
    ),
    *("[x](https://evil.com)", "](", "| a | b |\n|---|---|\n| c | d |\n", "\n```\n", "**", "]: x"),
]
texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=30), max_size=60).map("".join)


class Document:
    """A text of blocks in which each word, row and line of code is found only once."""

    def __init__(self) -> None:
        self.names = itertools.count()

    def words(self, kind: str, count: int) -> str:
        return " ".join(f"{kind}{next(self.names)}." for _ in range(count))

    def block(self, kind: str, length: int) -> str:
        match kind:
            case "heading":
                return f"## {self.words('t', 2)}"
            case "list":
                return "\n".join(f"- {self.words('t', 3)}" for _ in range(length))
            case "nested":
                item = "- {}\n    - {}\n      ```sh\n      {}\n      ```"
                kinds = ("t", "t", "c")
                lines = (item.format(*(self.words(k, 2) for k in kinds)) for _ in range(length))
                return "\n".join(lines)
            case "step":
                lines = (f"     {self.words('c', 2)}\n" for _ in range(length))
                return f"1. - ```\n{''.join(lines)}     ```"
            case "fence":
                return f"```python\n{self.code(length)}\n```"
            case "quote":
                return "\n".join(f"> {line}" for line in self.block("fence", length).split("\n"))
            case "table":
                rows = "\n".join(f"| {self.words('r', 1)} | `x` |" for _ in range(length))
                return f"| name | use |\n|---|---|\n{rows}"
        return self.words("t", length)

    def code(self, length: int) -> str:
        return "\n".join(f"    {self.words('c', 2)}\n" for _ in range(length))


kinds = st.sampled_from(
    ["heading", "list", "nested", "step", "fence", "quote", "table", "paragraph"]
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    document = Document()
    wanted = draw(st.lists(st.tuples(kinds, st.integers(1, 12)), min_size=1, max_size=12))
    return "\n\n".join(document.block(kind, length) for kind, length in wanted)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def code_words(text: str) -> Iterator[str]:
    for token in PARSER.parse(text):
        if token.type == "fence":
            yield from re.findall(r"c\d+\.", token.content)


def table_words(text: str) -> Iterator[str]:
    in_table = False
    for token in PARSER.parse(text):
        in_table = token.type == "table_open" or (in_table and token.type != "table_close")
        if in_table and token.type == "inline":
            yield from re.findall(r"r\d+\.", token.content)


def open_fences(text: str) -> list[str]:
    tokens = PARSER.parse(text)
    lines = text.split("\n")
    fences = [token for token in tokens if token.type == "fence" and token.map]
    return [f.content for f in fences if f.map and lines[f.map[1] - 1].strip(" >") != "```"]


@given(documents(), st.integers(100, 400))
def test_documents_are_split_without_loss_and_code_stays_code(text: str, limit: int) -> None:
    pieces = split(text, limit)
    every = re.findall(r"[tcr]\d+\.", text)
    assert re.findall(r"[tcr]\d+\.", "\n".join(pieces)) == every
    assert [word for piece in pieces for word in code_words(piece)] == list(code_words(text))
    assert [word for piece in pieces for word in table_words(piece)] == list(table_words(text))
    for piece in pieces:
        assert piece.strip()
        assert not piece.startswith("\n")
        assert units(piece) <= limit
        assert not open_fences(piece)


def is_within(short: str, long: str) -> bool:
    rest = iter(long)
    return all(character in rest for character in short if character.isalpha())


@given(texts, st.integers(40, 200))
@example("```" + "i" * 300 + "\ncode\n```\n", 100)
@example("`" * 200, 40)
@example("e" + "\u0301" * 200, 40)
@example("| " + "h" * 100 + " |\n|---|\n" + "| `[x](https://evil.com)` |\n" * 20, 60)
@example("`" + "[x](https://evil.com) " * 20 + "`", 60)
@example("```py " + "i" * 60 + "\n" + "[x](https://evil.com)\n" * 10 + "```", 60)
@example("> - ```\n>   " + "[x](https://evil.com)\n>   " * 20 + "```", 60)
def test_whatever_the_text_nothing_is_lost_and_nothing_comes_to_life(text: str, limit: int) -> None:
    safe = markdown(text)
    pieces = split(safe, limit)
    assert is_within(safe, "".join(pieces))
    for piece in pieces:
        assert piece.strip()
        assert units(piece) <= limit
        assert markdown(piece) == piece


@given(st.text(max_size=40))
def test_a_short_text_is_one_piece_as_it_is(text: str) -> None:
    assert split(text, 80) == ([text] if text.strip() else [])


def paragraphs(*lengths: int) -> list[str]:
    return [("word " * length).strip() + "." for length in lengths]


def test_a_heading_is_a_better_border_than_a_paragraph() -> None:
    one, two, three = paragraphs(10, 2, 8)
    text = f"{one}\n\n## Next\n\n{two}\n\n{three}"
    assert split(text, 90) == [one, f"## Next\n\n{two}\n\n{three}"]


def test_a_heading_stays_with_what_it_heads() -> None:
    one, two = paragraphs(16, 9)
    assert split(f"{one}\n\n## Next\n\n{two}", 100) == [one, f"## Next\n\n{two}"]


def test_a_heading_is_left_alone_only_where_nothing_else_fits() -> None:
    table = "| a |\n|---|\n" + "| b |\n" * 14
    one = "word " * 8 + "word."
    assert split(f"## Next\n\n{table}", 100) == ["## Next", table]
    assert split(f"{one}\n\n## Next\n\n{table}", 100) == [one, "## Next", table]


def test_a_message_is_filled_though_a_better_border_came_early() -> None:
    long = "It is allowed, as far as I know. " * 4
    first, *_ = split(f"Yes.\n\n{long}", 80)
    assert first == f"Yes.\n\n{long[:65]}"


def test_a_line_of_code_is_not_cut_to_fill_a_message() -> None:
    one, two = "a " * 20, "b " * 40
    pieces = split(f"```\n{one}\n{two}\n```", 100)
    assert pieces == [f"```\n{one}\n```", f"```\n{two}\n```"]


def test_a_fence_with_a_long_title_is_opened_again_without_it() -> None:
    pieces = split("```py " + "i" * 400 + "\n" + "line of code\n" * 40 + "```", 300)
    assert all(piece.startswith("```\n") for piece in pieces[1:])
    assert all(piece.endswith("\n```") for piece in pieces)


def test_a_paragraph_is_a_better_border_than_a_line() -> None:
    one, two, three = paragraphs(10, 4, 4)
    assert split(f"{one}\n\n{two}\n{three}", 80) == [one, f"{two}\n{three}"]


def test_a_list_is_cut_between_its_items() -> None:
    item = "- first line\n  second line"
    assert split("\n".join([item] * 4), 70) == [f"{item}\n{item}", f"{item}\n{item}"]


def test_a_long_paragraph_is_cut_after_a_sentence() -> None:
    sentence = "It is allowed, as far as I know."
    text = " ".join([sentence] * 4)
    assert split(text, 80) == [f"{sentence} {sentence}", f"{sentence} {sentence}"]


def test_a_long_sentence_is_cut_after_a_word() -> None:
    assert split("lengthy " * 8, 42) == ["lengthy lengthy lengthy lengthy lengthy", "lengthy " * 3]


def test_a_sentence_without_spaces_is_cut_at_its_full_stop() -> None:
    assert split("漢字漢字。" * 20, 42) == ["漢字漢字。" * 8, "漢字漢字。" * 8, "漢字漢字。" * 4]


def test_no_cut_makes_a_list_of_a_sentence() -> None:
    text = "The answer came in nineteen hundred and 1. FC Union was 2. in that year as it was"
    assert all(not re.match(r"\d+\.", piece) for piece in split(text, 42))


@pytest.mark.parametrize(
    "character",
    [
        "👩\u200d💻",
        "e\u0301",
        "🇩🇪",
        "👍🏽",
        "&lt;",
        "\\*",
        "🏴\U000e0067\U000e0062\U000e007f",
        "각",
    ],
)
@pytest.mark.parametrize("shift", range(4))
def test_a_character_is_not_torn(character: str, shift: int) -> None:
    text = "x" * shift + character * 40
    for piece in split(text, 43):
        assert not piece.removeprefix("x" * shift).replace(character, "")


def test_characters_outside_the_basic_plane_count_twice() -> None:
    assert [len(piece) for piece in split("🎉" * 60, 50)] == [25, 25, 10]


def test_a_fence_that_fits_is_not_divided() -> None:
    fence = "```py\n" + "x = 1\n" * 20 + "```"
    assert split(f"Look:\n\n{fence}\n\nThat is all.", 135) == ["Look:", fence, "That is all."]


@pytest.mark.parametrize("indent", ["", "  "])
def test_a_fence_too_long_is_closed_and_opened_again(indent: str) -> None:
    lines = [f"{indent}line {number:02}\n" for number in range(12)]
    text = f"{indent}```py title\n{''.join(lines)}{indent}```"
    pieces = split(text, 80)
    for piece in pieces:
        assert piece.startswith(f"{indent}```py title\n{indent}line")
        assert piece.endswith(f"\n{indent}```")
    inner = [piece.split("\n")[1:-1] for piece in pieces]
    assert [f"{line}\n" for part in inner for line in part] == lines


def test_blank_lines_of_code_are_kept_where_it_is_cut() -> None:
    text = "```\n" + "a\n\n\n\n" * 12 + "```"
    pieces = split(text, 40)
    assert "".join(piece[len("```\n") : -len("```")] for piece in pieces) == "a\n\n\n\n" * 12


def test_a_table_too_long_repeats_its_header() -> None:
    header, rows = "| a | b |\n|---|---|\n", [f"| {n:03} | x |" for n in range(12)]
    pieces = split(header + "\n".join(rows), 60)
    assert all(piece.startswith(header) for piece in pieces)
    assert [row for piece in pieces for row in piece.split("\n")[2:]] == rows


def test_a_line_of_code_too_long_is_cut_inside_its_fence() -> None:
    pieces = split("```json\n" + "x" * 100 + "\n```", 60)
    assert pieces == [
        f"```json\n{'x' * 48}\n```",
        f"```json\n{'x' * 48}\n```",
        "```json\nxxxx\n```",
    ]


def test_a_code_span_too_long_is_closed_and_opened_again() -> None:
    pieces = split(f"`{'x' * 100}`", 60)
    assert pieces == [f"`{'x' * 58}`", f"`{'x' * 42}`"]


def test_a_deep_list_does_not_become_code_in_the_next_message() -> None:
    text = "- one\n" + "".join(f"    - a nested item {n}\n" for n in range(6)) + "- two\n"
    for piece in split(text, 60):
        assert "code_block" not in {token.type for token in PARSER.parse(piece)}


def test_a_long_reply_fits_slacks_limit_by_default() -> None:
    pieces = split("\n\n".join(paragraphs(*[200] * 60)))
    assert len(pieces) == 6
    assert all(10_000 < len(piece) <= 11_500 for piece in pieces[:-1])


def test_pieces_too_small_to_hold_a_fence_are_refused() -> None:
    with pytest.raises(ValueError, match="39 characters are too small"):
        split("text", 39)


def test_empty_code_blocks_are_blocks_like_any_other() -> None:
    pieces = split("```\n```\n\n" * 1_500)
    assert len(pieces) > 1
    assert all(piece.count("```") % 2 == 0 for piece in pieces)


@pytest.mark.parametrize("line", ["***&lt;", "|", "=", "#x", "    -"])
def test_lines_that_look_like_markers_are_cut_all_the_same(line: str) -> None:
    for lead in range(12):
        pieces = split("x" * lead + f"\n{line}" * 300, 200)
        assert all(0 < units(piece) <= 200 for piece in pieces)


def test_items_without_text_at_the_beginning_are_not_left_out() -> None:
    assert "\n".join(split("-\n" * 100, 60)).count("-") == 100
