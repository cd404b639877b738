import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.slack.page.markdown import markdown_html
from bot.playground.slack.page.mrkdwn import Names, mrkdwn_html, plain_html
from bot.playground.slack.page.rich_text import rich_text_html

NAMES = Names({"U1": "Ada"}, {"C1": "general"})
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<https://ok.example" onmouseover="alert(1)|x>',
    "<javascript:alert(1)|click me>",
    "<JaVaScRiPt:alert(1)>",
    "<data:text/html,x|y>",
    "<@U1|<b>x</b>>",
    '<#C1" onclick="x|y>',
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,AAAA)",
    "![x](http://evil.example/x.png)",
    "<http://a\n|b>",
    "`<script>`",
    "```<script>alert(1)</script>```",
    "> <svg onload=alert(1)>",
    "| <b> |\n|---|\n| <i onclick=x> |",
    '<!date^1^{date}"><script>|f>',
    "<!subteam^S1|@<img src=x>>",
]
TAGS = {"p", "br", "b", "i", "s", "u", "strong", "em", "code", "pre", "blockquote", "hr"}
TAGS |= {"ul", "ol", "li", "a", "span", "time", "div", "table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"href", "title", "target", "rel", "class", "role", "tabindex", "start"}
ATTRIBUTES |= {"aria-label", "data-user", "datetime", "data-format"}


class Audit(HTMLParser):
    """Fails on anything that could run, fetch or disguise."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert name in ATTRIBUTES, name
            if name == "href":
                assert re.match(r"(https?|mailto):|#/", value or ""), value


def audit(html: str) -> None:
    parser = Audit(convert_charrefs=True)
    parser.feed(html)
    parser.close()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_becomes_nothing_that_runs(text: str) -> None:
    audit(mrkdwn_html(text, NAMES))
    audit(markdown_html(text, NAMES))
    audit(plain_html(text))


@given(st.text(alphabet="<>@#!|`*_~&;:/\"'()[]-\nahtps. \\1^U", max_size=80))
def test_no_text_at_all_becomes_something_that_runs(text: str) -> None:
    audit(mrkdwn_html(text, NAMES))
    audit(markdown_html(text, NAMES))
    audit(plain_html(text))


@pytest.mark.parametrize("draw", [mrkdwn_html, markdown_html])
def test_live_mentions_are_shown_as_live_in_code_too(draw) -> None:
    for text in ("<!channel>", "`<!channel>`", "```\n<!channel>\n```"):
        assert 'class="mention broadcast"' in draw(text, NAMES)
    assert '<span class="mention" data-user="U1">@Ada</span>' in draw("hi <@U1>", NAMES)


@pytest.mark.parametrize("draw", [mrkdwn_html, markdown_html])
def test_a_group_is_shown_by_its_handle(draw) -> None:
    names = Names(groups={"S1": "panel-legal"})

    assert ">@panel-legal</span>" in draw("<!subteam^S1> may we?", names)
    assert ">@others</span>" in draw("<!subteam^S2|@others> may we?", names)


@pytest.mark.parametrize("draw", [mrkdwn_html, markdown_html])
def test_neutralised_mentions_are_plain_text(draw) -> None:
    html = draw("&lt;!channel&gt; and &lt;@U1&gt;", NAMES)
    assert "mention" not in html
    assert "&lt;!channel&gt; and &lt;@U1&gt;" in html


def test_entities_are_decoded_once() -> None:
    assert mrkdwn_html("&amp;lt;b&gt;", NAMES) == "<p>&amp;lt;b&gt;</p>"
    assert plain_html("R&amp;D") == "R&amp;D"


def test_code_shows_what_was_encoded() -> None:
    assert "<code>a &lt; b</code>" in markdown_html("`a &lt; b`", NAMES)
    assert "<code>if (a &lt; b)\n</code>" in markdown_html("```\nif (a &lt; b)\n```", NAMES)
    assert "<code>x &lt; &lt;b&gt;\n</code>" in mrkdwn_html("```\nx &lt; <b>\n```", NAMES)


def test_mrkdwn_has_styles_quotes_lists_and_links() -> None:
    text = "*b* _i_ ~s~ `c`\n&gt; said\n• one\n2. two\nsnake_case_name 2*3*4"
    html = mrkdwn_html(text, NAMES)
    assert "<b>b</b> <i>i</i> <s>s</s> <code>c</code>" in html
    assert "<blockquote>said</blockquote>" in html
    assert '<ul><li>one</li></ul><ol start="2"><li>two</li></ol>' in html
    assert "snake_case_name 2*3*4" in html


def test_links_tell_where_they_go() -> None:
    html = mrkdwn_html("<https://evil.example/|https://good.example>", NAMES)
    assert 'href="https://evil.example/" title="https://evil.example/"' in html
    assert 'rel="noopener noreferrer"' in html


def test_markdown_has_tables_headings_and_no_images() -> None:
    html = markdown_html("# T\n\n|a|b|\n|-|-:|\n|1|~~2~~|\n\n![pic](http://e.example/p.png)", NAMES)
    assert '<p class="heading h1">T</p>' in html
    assert '<th class="align-left"><div class="cell">a</div></th>' in html
    assert '<th class="align-right"><div class="cell">b</div></th>' in html
    assert "<s>2</s>" in html
    assert "Image not loaded: pic (e.example)" in html
    assert "<img" not in html


def test_emoji_have_names_for_those_who_hear_the_page() -> None:
    html = mrkdwn_html("ok :scales: :no_such_thing:", NAMES)
    assert '<span class="emoji" role="img" aria-label="scales">⚖️</span> :no_such_thing:' in html


def test_rich_text_is_literal_and_safe() -> None:
    parts = [
        {"type": "text", "text": "<b>&lt;", "style": {"bold": True}},
        {"type": "link", "url": "javascript:alert(1)", "text": "x"},
        {"type": "broadcast", "range": "channel"},
        {"type": "user", "user_id": "U1"},
        {"type": '<script>"'},
    ]
    html = rich_text_html([{"type": "rich_text_section", "elements": parts}], NAMES)
    audit(html)
    assert "<b>&lt;b&gt;&amp;lt;</b>" in html
    assert "mention broadcast" in html
    assert "@Ada" in html


def test_many_delimiters_do_not_make_it_slow() -> None:
    for text in ("*a" * 20_000, "`" * 40_000, "<" * 40_000, "_ " * 20_000, "<!" * 20_000):
        assert unescape(re.sub(r"<[^>]*>", "", mrkdwn_html(text, NAMES)))
