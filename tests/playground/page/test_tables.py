"""Tables and long words where there is little room: in a thread, on a phone."""

import pytest
from playwright.async_api import Page, ViewportSize, expect

from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.playground.page.test_reach import expect_no_sideways

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROWS = [
    ["Option", "Yearly cost", "Risk", "What you would have to do first", "Wer haftet?", "年間費用"],
    ["Build in-house", "€1,200,000.00", "High: two seniors for nine months", "Hire", "Wir", "高い"],
    ["Postpone", "€0", "Medium", "Nothing at all", "Geschäftsführung", "二百万円です"],
]
LONG = [
    ["Where", "What"],
    ["https://example.org/" + "path/" * 30, "Look"],
    ["Word", "Donaudampfschiffahrt" * 10],
    ["`" + "code_" * 40 + "`", "漢字" * 80],
]
# Words that stand on two lines, but for those that no column can hold.
BROKEN_WORDS = """table => {
  const texts = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
  const broken = [];
  while (texts.nextNode()) {
    for (const { index, 0: word } of texts.currentNode.data.matchAll(/[^\\s-]+/g)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, index);
      range.setEnd(texts.currentNode, index + word.length);
      const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (lines.size > 1) broken.push(word);
    }
  }
  return broken;
}"""
WIDEST_CELL = "table => Math.max(...[...table.querySelectorAll('th, td')].map(c => c.offsetWidth))"


def markdown(rows: list[list[str]]) -> dict[str, str]:
    head, *rest = ("|" + "|".join(row) + "|\n" for row in rows)
    return {"type": "markdown", "text": head + "|" + "-:|" * len(rows[0]) + "\n" + "".join(rest)}


def block(rows: list[list[str]]) -> dict[str, object]:
    cells = [[{"type": "raw_text", "text": text} for text in row] for row in rows]
    return {"type": "table", "rows": cells}


async def test_cells_wrap_at_words_and_wide_tables_scroll_in_their_box(
    page: Page, slack, bot
) -> None:
    root = slack.people.say(ADA, GENERAL, "root")
    await bot.say(GENERAL, "x", blocks=[markdown(ROWS), markdown(LONG), block(ROWS)])
    await bot.say(GENERAL, "x", blocks=[block(LONG)])
    for rows in (ROWS, LONG):
        await bot.say(GENERAL, "x", thread_ts=root, blocks=[markdown(rows)])
        await bot.say(GENERAL, "x", thread_ts=root, blocks=[block(rows)])
    for width in (1280, 390):
        await page.set_viewport_size(ViewportSize(width=width, height=800))
        for thread in ("", f"/{root}"):
            await page.goto(f"{slack.url}/#/{GENERAL}{thread}")
            tables = page.locator("#replies .table" if thread else "#messages .table")
            await expect(tables).to_have_count(4)
            await expect_no_sideways(page)
            for table in await tables.all():
                room = await table.evaluate("box => box.parentElement.clientWidth")
                assert await table.evaluate("box => box.offsetWidth") <= room
                if await table.get_by_text("Option").count():
                    assert await table.evaluate(BROKEN_WORDS) == []
                else:
                    assert await table.evaluate(WIDEST_CELL) <= max(room * 0.8, 320)


async def test_long_words_and_names_stay_within_the_page(page: Page, slack, bot) -> None:
    word = "Donaudampfschiffahrt" * 10
    root = slack.people.say(ADA, GENERAL, f"{word} `{word}`\n> {word}\n• {word}\n```{word}```")
    text = {"type": "plain_text", "text": word[:70]}
    button = {"type": "button", "action_id": "b", "text": text}
    options = [{"text": text, "value": "v"}]
    menu = {"type": "static_select", "action_id": "s", "placeholder": text, "options": options}
    task = {"type": "task_card", "task_id": "a", "title": word, "status": "complete"}
    blocks = [
        {"type": "header", "text": text},
        {"type": "section", "text": text, "fields": [text, text], "accessory": button},
        {"type": "actions", "elements": [button | {"action_id": "c"}, menu]},
        {"type": "context", "elements": [text, text]},
        {"type": "plan", "title": word, "tasks": [task]},
        {"type": "card", "title": text, "body": text},
        {"type": "alert", "text": text},
    ]
    for thread in (None, root):
        await bot.say(GENERAL, "x", thread_ts=thread, username=word[:70], blocks=blocks)
    for width in (1280, 390):
        await page.set_viewport_size(ViewportSize(width=width, height=800))
        for thread in ("", f"/{root}"):
            await page.goto(f"{slack.url}/#/{GENERAL}{thread}")
            await expect(page.locator(".plan").first).to_be_attached()
            await expect_no_sideways(page)
