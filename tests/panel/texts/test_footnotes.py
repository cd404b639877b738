from collections.abc import Sequence

import pytest

from bot.panel.model import Citation, DocumentId
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
