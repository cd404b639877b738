"""Answers link only to the domains that are allowed; everything else is shown as plain text."""

import re

import pytest

from bot.adapters.slack.markdown import sanitize
from bot.adapters.slack.markdown.link_domains import LinkDomains
from bot.adapters.slack.markdown.syntax import code

LINKS = LinkDomains(frozenset({"example.com", "Docs.Python.org"}))
_ADDRESS = re.compile(r"[a-z+]+:[/\\]|\w\.(?:example|com|org|io)\b|\w@\w", re.IGNORECASE)


def shown(text: str) -> str:
    return LINKS.restrict(sanitize.markdown(text))


def live(markdown: str) -> list[str]:
    """The addresses outside code."""
    bare = markdown
    for start, stop in reversed(code(markdown)):
        bare = bare[:start] + " " + bare[stop:]
    return _ADDRESS.findall(bare)


@pytest.mark.parametrize(
    "text",
    [
        "See https://example.com/a?b=c and http://www.example.com:8080/.",
        "[docs](https://docs.python.org/3/) and **https://EXAMPLE.com**",
        "Write to me@example.com, or mailto:me@mail.example.com",
        "`https://evil.example` is code, e.g. and/or 3.5 http",
    ],
)
def test_allowed_links_and_other_words_stay(text):
    assert shown(text) == sanitize.markdown(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/?q=secret",
        "[docs](https://evil.example)",
        "![x](https://evil.example/x.png)",
        "<https://evil.example|here>",
        "<https://evil.example>",
        "**https://evil.example**",
        "| a | https://evil.example |\n|---|---|\n| https://evil.example | b |",
        "evil.example/x",
        "www.evil.io",
        "me@evil.example",
        "mailto:me@evil.example",
        "https://example.com@evil.example/",
        "https://example.com\\@evil.example/",
        "https:\\\\evil.example",
        "https&#58;//evil.example",
        "https&colon;//evil&period;example",
        "https:\\/\\/evil\\.example",
        "https://example.com.evil.example",
        "https://evilexample.com",
        "https://ex\u0430mple.com",
        "https://example.com,https://evil.example",
        "https://example.com/?to=https://evil.example",
        "ftp://evil.example slack://evil",
        "[a]: https://evil.example\n\n[a]",
        "`code`https://evil.example`code`",
        "` https://evil.example",
        "`` ` https://evil.example ``` `",
        "```\nopen https://evil.example",
        "~~~\nhttps://evil.example",
        "1. [x](https://evil.example)¹\n\n**Sources**\n\n1. Page: https://evil.example",
    ],
)
def test_other_links_are_plain_text(text):
    restricted = shown(text)
    assert live(restricted) == []
    assert LINKS.restrict(sanitize.markdown(restricted)) == restricted


def test_they_can_still_be_read():
    assert shown("See [docs](https://evil.example/a), please.") == (
        "See docs (`https://evil.example/a`), please."
    )


def test_a_label_does_not_pass_for_its_address():
    assert shown("[https://example.com](https://evil.example)") == (
        "https://example.com (`https://evil.example`)"
    )


def test_without_domains_all_links_stay():
    text = "https://evil.example me@evil.example"
    assert LinkDomains().restrict(text) == text


def test_links_in_views_are_texts():
    def link(url: str) -> dict[str, str]:
        return {"type": "link", "url": url}

    view = {"blocks": [{"elements": [link("https://example.com/"), link("https://evil.example/")]}]}
    assert LINKS.restrict_view(view) == {
        "blocks": [
            {
                "elements": [
                    link("https://example.com/"),
                    {"type": "text", "text": "https://evil.example/"},
                ]
            }
        ]
    }


def test_long_texts_take_no_long_time():
    assert len(shown("a.b@c:// " * 5_000)) > 40_000
    assert len(shown("." * 25_000 + "a.b" * 12_000)) > 40_000
