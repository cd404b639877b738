"""The page is safe to open, whatever was said, and can be found one's way in."""

import base64
import hashlib
import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from bot.operations.export.as_html import page
from bot.panel.language_model.conversations.thread_archive import Talk, ThreadArchive
from bot.panel.language_model.exchange import UserSaid
from bot.panel.model import ConversationId, ThreadRef
from tests.operations.export.archives import ARCHIVE, CALL, EXPERT, LEGAL, PERMALINK, ROUTER, evil

VOID = {"meta", "br", "hr", "img"}


class Reader(HTMLParser):
    """Reads a page: its elements, its text, and whether everything is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


def test_readers_get_the_thread_and_every_conversation():
    read = Reader(page(ARCHIVE))

    for expected in (
        "Ada 20 Nov, 20:40:34 UTC", "May we use <MIT>?", "a < b", "Called Legal Counsel",
        "Got Legal Counsel's answer", "Licences.", "Used a tool: web_search", "law.pdf",
        "conv_legal", "It is gone", "20 November 2025",
    ):  # fmt: skip
        assert expected in read.text
    assert {"strong", "table", "details", "time"} <= set(read.tags)
    assert PERMALINK in read.all("href")
    assert "https://mit.example/?a=1&b=2" in read.all("href")


def test_nothing_that_was_said_is_live():
    read = Reader(page(evil()))

    assert not {"script", "img", "b", "iframe", "object", "form"} & set(read.tags)
    assert [name for name, _ in read.attributes if name.startswith("on")] == []
    harmless = ("#", "https://", "data:application/octet-stream;base64,")
    assert [url for url in read.all("href") if not url.startswith(harmless)] == []
    assert read.tags.count("style") == 1
    assert read.all("src") == []


def test_the_policy_allows_its_own_style_and_nothing_else():
    html = page(ARCHIVE)
    style = html.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:\"" in html
    assert "style" not in [name for name, _ in Reader(html).attributes]


def test_headings_go_down_step_by_step():
    read = Reader(page(ARCHIVE))
    levels = [int(tag[1]) for tag in read.tags if tag[0] == "h" and tag[1:].isdigit()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_every_link_within_the_page_leads_somewhere_and_ids_are_unique():
    read = Reader(page(ARCHIVE))
    ids = read.all("id")
    assert len(ids) == len(set(ids))
    assert {url[1:] for url in read.all("href") if url.startswith("#")} <= set(ids)
    assert "#asked-call_1" in read.all("href")


@pytest.mark.parametrize("talks", [(), ARCHIVE.talks])
def test_a_thread_that_cannot_be_seen_any_more_has_a_page(talks):
    Reader(page(ThreadArchive(ThreadRef("T1", "C1", "1.0"), PERMALINK, (), talks)))


def test_images_that_experts_made_are_seen_and_other_files_can_be_saved():
    read = Reader(page(ARCHIVE))
    assert read.tags.count("img") == 1
    assert read.all("alt") == ["Costs by year"]
    assert read.all("src") == ["data:image/png;base64,iVBORw0KGgo="]
    assert read.all("download") == ["costs.csv"]
    assert "data:application/octet-stream;base64,YSxi" in read.all("href")
    assert "gone.csv" in read.text


def test_a_question_that_came_twice_has_one_anchor_and_what_no_page_may_have_is_left_out():
    again = UserSaid(f'<message ref="{CALL}">\nMay we?\n\x00\x1b[31m\ufffe\U0001ffff\x85</message>')
    twice = Talk(ConversationId("conv of legal"), LEGAL, (again, replace(again)))
    read = Reader(text := page(replace(ARCHIVE, talks=(ROUTER, EXPERT, twice))))

    ids = read.all("id")
    assert len(ids) == len(set(ids))
    assert not [one for one in ids if " " in one]
    assert not re.search("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\U0001ffff]", text)
