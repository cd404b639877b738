import pytest

from bot.adapters.slack.threads.message_text import markdown


def text(said, **style):
    return {"type": "text", "text": said} | ({"style": style} if style else {})


def rich(*elements):
    return {"type": "rich_text", "elements": list(elements)}


def section(*parts):
    return {"type": "rich_text_section", "elements": list(parts)}


def listed(style, *items, indent=0):
    sections = [section(text(item)) for item in items]
    return {"type": "rich_text_list", "style": style, "indent": indent, "elements": sections}


CELLS = [{"type": "raw_text", "text": "a|b"}, rich(section(text("c")))]
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
        (rich(listed("ordered", "a", indent=1)), "    1. a"),
        (rich({"type": "rich_text_quote", "elements": [text("a\nb")]}), "> a\n> b"),
        (rich({"type": "rich_text_preformatted", "elements": [text("a")]}), "```\na\n```"),
        (rich(section(text("a")), section(text("b"))), "a\n\nb"),
        ({"type": "header", "text": {"type": "plain_text", "text": "Why"}}, "## Why"),
        ({"type": "divider"}, "---"),
        ({"type": "table", "rows": [CELLS, CELLS[::-1]]}, "a\\|b | c\n--- | ---\nc | a\\|b"),
        ({"type": "actions", "elements": []}, ""),
        (rich(section({"type": "user", "user_id": "U1"})), ""),
    ],
)  # fmt: skip
def test_each_block_reads_as_markdown(block, expected):
    assert markdown({"blocks": [block]}) == expected


def test_several_blocks_are_paragraphs_and_buttons_say_nothing():
    blocks = [rich(section(text("a"))), {"type": "divider"}, {"type": "actions", "elements": []}]
    assert markdown({"blocks": blocks}) == "a\n\n---"


def test_a_message_without_blocks_says_nothing_here():
    assert markdown({"text": "hello"}) == ""
