import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.panel.citations import Citation
from bot.panel.model import DocumentId
from bot.panel.texts import footnotes

TEXT = "Everybody has thirty days. Laptops last four years."


def under(text: str, citations: Sequence[Citation]) -> str:
    return footnotes.under(text, citations, "Sources")


def cited(name: str, at: int | None = None) -> Citation:
    return Citation(DocumentId(f"file-{name}"), name, at)


def test_a_text_that_cites_nothing_stays_as_it_is():
    assert under(TEXT, ()) == TEXT


def test_each_document_is_numbered_once_in_the_order_of_the_text():
    citations = (cited("handbook.md", 26), cited("assets.pdf", 51), cited("handbook.md", 51))
    assert under(TEXT, citations) == (
        "Everybody has thirty days.¹ Laptops last four years.¹\u202f²\n\n"
        "**Sources**\n\n1. `handbook.md`\n2. `assets.pdf`"
    )


@pytest.mark.parametrize("at", [None, 999])
def test_without_a_place_in_the_text_there_is_only_the_list(at: int | None):
    assert under("Yes.", (cited("a.md", at),)) == "Yes.\n\n**Sources**\n\n1. `a.md`"


def test_a_mark_never_splits_a_word():
    assert under(TEXT, (cited("a.md", 4),)).startswith("Everybody¹ has")


@pytest.mark.parametrize("text", ["Run ``` \nrm -r x\n``` now", "Say `let it be` twice"])
def test_no_mark_gets_into_code(text: str):
    at = text.index("r x") if "r x" in text else text.index("it")
    assert under(text, (cited("a.md", at),)).startswith(text)


def test_a_documents_name_is_never_live():
    assert "1. `x' <!here>.md`" in under("Yes.", (cited("x`\n<!here>.md"),))


def test_the_eleventh_document_has_two_digits():
    citations = tuple(cited(f"{number}.md", 26) for number in range(11))
    assert "\u202f¹⁰\u202f¹¹ Laptops" in under(TEXT, citations)


@pytest.mark.parametrize(
    "leftover", ["\ue200filecite\ue202turn0file1\ue201", "【4:0†handbook.md】"]
)
def test_what_the_model_writes_for_itself_is_left_out(leftover: str):
    assert under(f"Thirty days{leftover}.", ()) == "Thirty days."


def page(at: int | None, since: int | None = None) -> Citation:
    url = "https://a.example/x"
    return Citation(DocumentId(url), "A `page`", at, url, since)


def test_a_page_is_told_with_its_address():
    assert under("Yes. And no.", [page(4)]) == (
        "Yes.¹ And no.\n\n**Sources**\n\n1. `A 'page'` https://a.example/x"
    )


def test_a_mark_takes_the_place_of_a_link_to_the_page():
    text = "Yes ([a.example](https://a.example/x?from=1)). No."
    assert under(text, [page(45, 4)]).startswith("Yes¹. No.\n")


def test_words_that_are_no_link_stay():
    assert under("Yes, says A. No.", [page(11, 5)]).startswith("Yes, says A¹. No.\n")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "slack://x", ""])
def test_what_is_no_web_address_is_not_shown_as_one(url: str):
    odd = Citation(DocumentId("x"), "X", 3, url)
    assert under("Yes.", [odd]).endswith("1. `X`")


def test_documents_and_pages_are_numbered_together():
    assert under(TEXT, [cited("handbook.md", 26), page(51)]).endswith(
        "1. `handbook.md`\n2. `A 'page'` https://a.example/x"
    )


def test_links_into_the_models_own_sandbox_are_words():
    text = "See ![the chart](sandbox:/mnt/data/a.png) and [data](sandbox:/mnt/data/a.csv)."
    assert under(text, ()) == "See the chart and data."


@pytest.mark.parametrize("code", ["~~~\nrm -r x\n~~~", "````\n```\nrm -r x\n```\n````", "    r x"])
def test_no_mark_gets_into_any_kind_of_code(code: str):
    text = f"Run this:\n\n{code}\n\nThat is all."
    assert under(text, (cited("a.md", text.index("r x")),)).startswith(text)


@pytest.mark.parametrize("text", ["So:\n```\nx", "So:\n~~~~\n```\nx", "- So:\n  ```\n  x"])
def test_footnotes_are_not_part_of_code_that_was_left_open(text: str):
    fence = text.split("\n")[1].rstrip("x")
    assert under(text, (cited("a.md"),)).startswith(f"{text}\n{fence}\n\n**Sources**")


@pytest.mark.parametrize("at", [-1, -5, 10**30])
def test_a_place_outside_the_text_is_none(at: int):
    assert under("Yes.", (cited("a.md", at),)) == "Yes.\n\n**Sources**\n\n1. `a.md`"


@pytest.mark.parametrize(
    ("marked", "inside"),
    [
        ("See https://a.example/x?a=b&c=d¹ for more", "ple/x"),
        ("See [A page](https://a.example/x)¹ for more", "ple/x"),
        ("See [A page](https://a.example/x)¹ for more", "page"),
        ("Rock &amp;¹ roll", "mp;"),
        ("Yes :white_check_mark:¹ sir", "check"),
        ("Cafe\u0301¹ au lait", "\u0301"),
        ("Good \U0001f44d\U0001f3fd¹ day", "\U0001f3fd"),
        ("The \U0001f468\u200d\U0001f469\u200d\U0001f467¹ family", "\u200d\U0001f467"),
    ],
)
def test_no_mark_breaks_what_it_gets_into(marked: str, inside: str):
    text = marked.replace("¹", "")
    start = text.index(inside)
    for at in range(start, start + len(inside)):
        assert under(text, (cited("a.md", at),)).partition("\n")[0] == marked


def test_a_link_to_another_page_stays():
    text = "Yes ([a.example](https://b.example/y)). No."
    assert under(text, [page(38, 4)]).startswith("Yes ([a.example](https://b.example/y))¹. No.")


def test_a_document_under_two_ids_is_one_footnote():
    one, other = Citation(DocumentId("file-1"), "a.md", 26), Citation(DocumentId("file-2"), "a.md")
    assert under(TEXT, (one, other, cited("b.md", 51))) == (
        "Everybody has thirty days.¹ Laptops last four years.²\n\n"
        "**Sources**\n\n1. `a.md`\n2. `b.md`"
    )


def test_a_document_that_is_named_only_once_has_that_name():
    odd, named = Citation(DocumentId("file-1"), "…"), Citation(DocumentId("file-1"), "a.md")
    twin, other = Citation(DocumentId("file-2"), "a.md"), Citation(DocumentId("file-3"), "…")
    assert under("Yes.", (odd, other, named, twin)).endswith("\n1. `a.md`\n2. `…`")


def test_an_address_of_one_page_is_one_footnote_however_it_was_found():
    urls = ("https://a.example/x?utm_source=openai", "https://a.example/x#:~:text=yes",
            "https://a.example/x")  # fmt: skip
    citations = [Citation(DocumentId(url), "A", None, url) for url in urls]
    assert under("Yes.", citations).count("https://") == 1
    other = Citation(DocumentId("https://a.example/x?p=1"), "A", None, "https://a.example/x?p=1")
    assert under("Yes.", [*citations, other]).endswith("\n2. `A` https://a.example/x?p=1")


def test_there_are_a_hundred_footnotes_at_most():
    citations = [cited(f"{number}.md", 26) for number in range(1_000)]
    lines = under(TEXT, citations).splitlines()
    assert lines[-1] == "100. `99.md`"
    assert len(lines) == 104


TEXTS = st.text(
    "ab 1\n`*_~[]()<>&;:#!|\\é\u0301\u200d\U0001f44d【†】", max_size=60
) | st.sampled_from(
    ["See [a](https://a.example/x?utm_source=openai).", "([a](https://a.example))[b](x)", "```\nx"]
)
PLACES = st.none() | st.integers(-3, 70) | st.integers()
CITATIONS = st.builds(
    Citation,
    st.sampled_from([DocumentId(f"file-{n}") for n in range(3)]),
    st.sampled_from(["a.md", "b.md", "…", "", "`\n"]),
    PLACES,
    st.sampled_from(["", "https://a.example", "https://a.example/x", "javascript:x", "x"]),
    PLACES,
)


@given(TEXTS, st.lists(CITATIONS, max_size=6))
def test_whatever_is_cited_wherever_all_of_the_text_is_there(text: str, citations: list[Citation]):
    """Of the text, only links that footnotes replace may be gone, and blanks before them."""
    plain = under(text, ()).rstrip()
    before, heading, rest = under(text, citations).rpartition("**Sources**")
    body = before if heading else rest
    left = re.sub(r"[⁰¹²³⁴-⁹]", "", body)
    gone = re.sub(r"\(?\[[^\]\n]*\]\(https://a\.example[^)\s]*\)\)?", "", plain)
    assert _letters(gone) <= _letters(left) <= _letters(plain)


def _letters(text: str) -> int:
    return len(re.sub(r"[\s`~>]", "", text))
