"""What of a text that is still being written is shown: never an address, never anything live."""

import re
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.slack.markdown.sanitize import markdown
from bot.adapters.slack.markdown.stream_text import (
    StreamedText,
    fits_one_message,
    last_chunk,
)

SIMPLE_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
ADDRESS = re.compile(r"https?:/|\w\.com\b|\w@\w")

FRAGMENTS = [
    *("One. ", "Two! ", "a", "word ", "\n", "\n\n", "- ", "1. ", "# ", "> ", "`", "``", "```\n"),
    *("**", "_", "[", "](", "<", ">", "\\", "|", "|---|\n", "~~~\n", "    ", "e.g. ", "漢字。"),
    *("https://evil.com", "good.com", "a@b.c", "[x](https://evil.com) ", "[r]", "<!channel>"),
    *(
        "\n\n[r]: https://evil.com\n\n",
        "```py\nprint()\n```\n",
        "`code`. ",
        "\u200d",
        "\r\n",
        "\r",
        "\u2028",
    ),
]
pieces = st.lists(st.sampled_from(FRAGMENTS), max_size=40)
PROSE = ["One. ", "Two! ", "Is it `so`? ", "word ", "\n\n", "\n- ", "\n1. ", "**bold** ", "(3.5) "]
prose = st.lists(st.sampled_from(PROSE), max_size=40)


def next_chunk(shown: str, text: str) -> str:
    """What is shown besides of a text that was not read before."""
    return StreamedText().next_chunk(shown, text)


def steps(written: list[str]) -> list[str]:
    """What is shown after each piece."""
    shown, all_shown, growing = "", [], StreamedText()
    for text in accumulate(written):
        shown += growing.next_chunk(shown, text)
        all_shown.append(shown)
    return all_shown


@given(pieces)
def test_a_text_that_grows_shows_no_less_than_if_it_were_read_anew_each_time(
    written: list[str],
) -> None:
    shown, growing = "", StreamedText()
    for text in accumulate(written):
        chunk, anew = growing.next_chunk(shown, text), next_chunk(shown, text)
        assert chunk.startswith(anew)
        shown += chunk


@given(pieces)
def test_nothing_that_is_shown_acts_or_is_an_address(written: list[str]) -> None:
    for shown in set(steps(written)):
        assert markdown(shown) == shown
        assert "<" not in shown
        assert "](" not in SIMPLE_CODE.sub("", shown)
        assert not ADDRESS.search(SIMPLE_CODE.sub("", shown))


@given(pieces)
def test_what_is_shown_and_the_rest_are_what_would_have_been_posted(written: list[str]) -> None:
    text = "".join(written)
    for shown in set(steps(written)):
        left = last_chunk(shown, text)
        assert left is None or shown + left == markdown(text)


@given(prose)
def test_prose_is_never_taken_back_and_always_has_an_end_to_come(written: list[str]) -> None:
    text = "".join(written)
    for shown in set(steps(written)) - {""}:
        left = last_chunk(shown, text)
        assert left is not None
        assert left.strip()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It is", ""),
        ("It is so. ", ""),  # what follows could be a part of it
        ("It is so. And", "It is so. "),
        ("It is so. `", ""),  # "```" would open a code block in the next message
        ("It is so. `And", "It is so. "),
        ("It is so. 3", ""),  # "3." would begin a list in the next message
        ("It costs **3. Or", ""),
        ("It is so.\n\nAnd", "It is so.\n\n"),
        ("# Title\n\nIt", "# Title\n\n"),
        ("- one\n- two\n- th", "- one\n- two\n"),
        ("- one\n    - inner\n    - in", ""),  # a message cannot begin with an inner item
        ("So:\n\n```\na\nb\n", "So:\n\n"),
        ("So:\n\n```\na\nb\n```\n\nN", "So:\n\n```\na\nb\n```\n\n"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", ""),
        ("Look. There is [a li", "Look. "),
        ("Look. There is <!chan", "Look. "),
        ("Look. At `https://e.co`. It", "Look. At `https://e.co`. "),
        ("First.\n\nSee https://e.co. And\n\nmore.\n\nEnd", "First.\n\n"),
        ("First.\n\nWrite to ann@e.co. And\n\nmore", "First.\n\n"),
        ("First.\n\nSee evil&#46;com. And\n\nmore", "First.\n\n"),
        ("First.\n\nSee evil\\.com. And\n\nmore", "First.\n\n"),
        ("It is 1 < 2. So", ""),
        ("> quoted\n\nSo", "> quoted\n\n"),
        ("> quoted\n\n> as well\n", "> quoted\n\n"),
        ("- one\n\nSo:\n\n> quoted", "- one\n\nSo:\n\n"),
    ],
)
def test_as_much_is_shown_as_is_sure(text: str, shown: str) -> None:
    assert next_chunk("", text) == shown


def test_what_does_not_begin_alike_is_not_added() -> None:
    assert next_chunk("No. ", "Yes. That is so. And") == ""
    assert last_chunk("No. ", "Yes. That is so.") is None


def test_a_reference_that_is_defined_later_withdraws_the_text() -> None:
    text = "See [it][r].\n\nThat.\n\n[r]: https://e.co"
    assert next_chunk("", text[:20]) == "See [it][r].\n\n"
    assert last_chunk("See [it][r].\n\n", text) is None


@pytest.mark.parametrize(
    ("more", "may"),
    [("end.", True), ("See https://e.co", False), ("`https://e.co`", True), ("x" * 11_500, False)],
)
def test_an_address_or_too_much_is_for_another_message(more: str, may: bool) -> None:
    assert fits_one_message("Yes. ", more) is may
