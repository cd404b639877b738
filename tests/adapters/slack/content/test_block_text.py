import pytest

from bot.adapters.slack.content import block_text
from bot.adapters.slack.markdown import sanitize
from tests.message_shapes import rich, section, text


def markdown(message):
    return sanitize.from_slack(block_text.all_of(message), {"U1": "Ada"})


def listed(style, *items, indent=0):
    sections = [section(text(item)) for item in items]
    return {"type": "rich_text_list", "style": style, "indent": indent, "elements": sections}


CELLS = [{"type": "raw_text", "text": "a|b"}, rich(section(text("c")))]
TABLE = {"type": "table", "rows": [CELLS, CELLS[::-1]]}
LINK = {"type": "link", "url": "https://mit.example", "text": "MIT"}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"type": "markdown", "text": "**a** &lt; b &amp; c"}, "**a** < b &amp; c"),
        (rich(section(text("a "), text("b", bold=True), text("c", code=True))), "a **b**`c`"),
        (rich(section(LINK)), "MIT (https://mit.example)"),
        (rich(section(LINK | {"text": LINK["url"]})), "https://mit.example"),
        (rich(section({"type": "emoji", "name": "scales"})), ":scales:"),
        (rich(listed("bullet", "a", "b")), "- a\n- b"),
        (rich(listed("ordered", "a", "b", indent=1)), "    1. a\n    2. b"),
        (rich(listed("ordered", "a") | {"offset": 4}), "5. a"),
        (rich({"type": "rich_text_quote", "elements": [text("a\nb")]}), "> a\n> b"),
        (rich({"type": "rich_text_preformatted", "elements": [text("a")]}), "```\na\n```"),
        (rich(section(text("a")), section(text("b"))), "a\n\nb"),
        ({"type": "header", "text": {"type": "plain_text", "text": "Why"}}, "## Why"),
        ({"type": "divider"}, "---"),
        (TABLE, "| a\\|b | c |\n| --- | --- |\n| c | a\\|b |"),
        ({"type": "table", "rows": [[{"type": "raw_number", "value": 7}]]}, "| 7 |\n| --- |"),
        ({"type": "table", "rows": []}, ""),
        ({"type": "actions", "elements": []}, ""),
        (rich(section({"type": "user", "user_id": "U1"})), "@Ada"),
        (rich(section({"type": "user", "user_id": "U1><!channel"})), ""),
        (rich(section({"type": "usergroup", "usergroup_id": "S1"})), "@group"),
        (rich(section({"type": "channel", "channel_id": "C1"})), "#channel"),
        (rich(section({"type": "broadcast", "range": "here"})), "@here"),
        (rich(section({"type": "date", "timestamp": 7, "fallback": "today"})), "today"),
        (rich(section({"type": "color", "value": "#F405B3"})), "#F405B3"),
        (rich(section({"type": "sticker", "text": "hi"})), "hi"),
        (rich(section(text("x < y & z", bold=True, code=True))), "**`x < y & z`**"),
    ],
)  # fmt: skip
def test_each_block_reads_as_markdown(block, expected):
    assert markdown({"blocks": [block]}) == expected


def test_several_blocks_are_paragraphs_and_buttons_say_nothing():
    blocks = [rich(section(text("a"))), {"type": "divider"}, {"type": "actions", "elements": []}]
    assert markdown({"blocks": blocks}) == "a\n\n---"


def test_a_message_without_blocks_says_nothing_here():
    assert markdown({"text": "hello"}) == ""
