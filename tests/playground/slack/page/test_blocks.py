from bot.playground.slack.page.blocks import with_html
from bot.playground.slack.page.mrkdwn import Names

NAMES = Names({"U1": "Ada"})


def test_each_text_gets_the_html_that_we_made() -> None:
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*hi* <@U1>"}},
        {"type": "markdown", "text": "**hi**"},
        {"type": "header", "text": {"type": "plain_text", "text": ":scales: *R&amp;D*"}},
    ]
    section, markdown, header = with_html(blocks, NAMES)
    assert section["text"]["html"].startswith("<p><b>hi</b> ")
    assert markdown["html"] == "<p><strong>hi</strong></p>\n"
    assert header["text"]["plain"] == "⚖️ *R&D*"


def test_html_that_the_app_sends_is_dropped_at_any_depth() -> None:
    evil = "<img src=x onerror=alert(1)>"
    block = {
        "type": "plan",
        "html": evil,
        "tasks": [{"type": "task_card", "html": evil, "details": {"html": evil, "plain": evil}}],
        "text": {"type": "raw_text", "text": "x", "html": evil},
    }
    assert evil not in repr(with_html([block], NAMES))


def test_the_apps_own_blocks_stay_as_they_are() -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
    with_html([block], NAMES)
    assert block == {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
