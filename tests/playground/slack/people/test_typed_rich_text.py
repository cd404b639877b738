"""The block that Slack's composer makes of a typed text."""

import pytest

from bot.playground.slack.people.typed_rich_text import typed_blocks

BOT = {"type": "user", "user_id": "U0PANELBOT"}


def text(content: str, **style: bool) -> dict:
    return {"type": "text", "text": content} | ({"style": style} if style else {})


def elements_of(typed: str) -> list:
    (block,) = typed_blocks(typed, "r1")
    assert (block["type"], block["block_id"]) == ("rich_text", "r1")
    return block["elements"]


def section(*elements: dict) -> dict:
    return {"type": "rich_text_section", "elements": list(elements)}


@pytest.mark.parametrize(
    ("typed", "elements"),
    [
        ("<@U0PANELBOT> hi &lt;b&gt;\nagain", [BOT, text(" hi <b>\nagain")]),
        ("*bold* _it_ ~no~ `a &amp; b`", [
            text("bold", bold=True), text(" "), text("it", italic=True), text(" "),
            text("no", strike=True), text(" "), text("a & b", code=True),
        ]),
        ("`<@U0PANELBOT> stop`", [BOT | {"style": {"code": True}}, text(" stop", code=True)]),
        ("*<@U0PANELBOT> stop*", [BOT | {"style": {"bold": True}}, text(" stop", bold=True)]),
        ("*_both_*", [text("both", bold=True, italic=True)]),
        ("see <https://a.example/?x=1&amp;y=2|here>", [
            text("see "), {"type": "link", "url": "https://a.example/?x=1&y=2", "text": "here"},
        ]),
        ("<#C1|general> <!here> <!subteam^S1|@legal>", [
            {"type": "channel", "channel_id": "C1"}, text(" "),
            {"type": "broadcast", "range": "here"}, text(" "),
            {"type": "usergroup", "usergroup_id": "S1"},
        ]),
        (":tada: at 10:30:45 :nosuch:", [
            {"type": "emoji", "name": "tada"}, text(" at 10:30:45 :nosuch:"),
        ]),
        ("2*3*4 snake_case_name", [text("2*3*4 snake_case_name")]),
    ],
)  # fmt: skip
def test_a_line_is_a_section_of_styled_elements(typed: str, elements: list) -> None:
    assert elements_of(typed) == [section(*elements)]


def test_fences_quotes_and_lists_are_elements_of_their_own() -> None:
    typed = (
        "look:\n```\n<@U0PANELBOT> ask\nx\n```\n&gt; <@U0PANELBOT> old\n&gt; words\n"
        "• one\n    • deeper\n1. first\n2. second\n\nend"
    )
    fence, quote = elements_of(typed)[1:3]
    assert fence["type"] == "rich_text_preformatted"
    assert fence["elements"] == [BOT, text(" ask\nx")]
    assert quote == {"type": "rich_text_quote", "elements": [BOT, text(" old\nwords")]}
    lists = elements_of(typed)[3:6]
    assert [(part["style"], part["indent"]) for part in lists] == [
        ("bullet", 0),
        ("bullet", 1),
        ("ordered", 0),
    ]
    assert lists[2]["elements"] == [section(text("first")), section(text("second"))]
    assert elements_of(typed)[-1] == section(text("\nend"))


def test_no_text_makes_no_block() -> None:
    assert typed_blocks("", "r1") == []
