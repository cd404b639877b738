"""What people see on phones, by touch, in forced colours, and in scripts from right to left."""

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from bot.playground.slack.workspace.company import ADA, BEN, BOT_USER, GENERAL
from tests.playground.page.test_reach import expect_no_sideways

PHONE = ViewportSize(width=390, height=800)
# Texts in the colour of the ground: in forced colours, Chromium paints that ground behind them.
UNSEEN = """() => {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = 'Canvas';
  const ground = getComputedStyle(probe).color;
  probe.remove();
  return [...document.querySelectorAll('body *')].filter((node) => {
    const { color, forcedColorAdjust } = getComputedStyle(node);
    return color === ground && forcedColorAdjust !== 'none' && node.textContent.trim();
  }).map((node) => node.className);
}"""
FIGURES = [
    ["Figure", "Value", "From"],
    ["Cost", "open", "to be estimated"],
    ["Total cost of ownership", "open", "to be estimated"],
]

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_header_of_the_app_has_its_name_on_one_line_on_a_phone(page: Page, slack) -> None:
    await page.set_viewport_size(PHONE)
    app = slack.workspace.direct_channel(ADA, BOT_USER).id
    await page.goto(f"{slack.url}/#/{app}/home")
    title = page.get_by_role("heading", name="Panelbot")
    await expect(title).to_be_visible()
    assert await title.evaluate("e => e.clientHeight") < 40
    await expect_no_sideways(page)


async def test_a_tap_opens_a_thread_without_a_keyboard_over_it(
    browser: Browser, slack, bot
) -> None:
    ts = slack.people.say(ADA, GENERAL, "What about the licence?")
    await bot.say(GENERAL, "Fine", thread_ts=ts)
    phone = await browser.new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    await phone.goto(slack.url)
    await phone.get_by_role("link", name="1 reply").tap()
    await expect(phone.locator("#replies")).to_be_focused()
    await phone.close()


async def test_counts_and_pills_are_seen_in_forced_colours(page: Page, slack, bot) -> None:
    ts = slack.people.say(ADA, GENERAL, "What about the licence?")
    await bot.say(GENERAL, "Fine", thread_ts=ts)
    for i in range(40):
        slack.people.say(BEN, GENERAL, f"And {i}?")
    await expect(page.locator("#messages").get_by_text("And 39?")).to_be_in_viewport()
    await page.locator("#messages").hover()
    await page.mouse.wheel(0, -2000)
    slack.people.say(BEN, GENERAL, "Well?")
    await page.emulate_media(forced_colors="active")
    await expect(page.get_by_role("button", name="New messages")).to_be_visible()
    await expect(page.get_by_text("1 new")).to_be_visible()
    assert await page.evaluate(UNSEEN) == []
    await page.emulate_media(forced_colors="none")


async def test_a_table_of_three_short_columns_fits_on_a_phone(page: Page, bot) -> None:
    rows = [[{"type": "raw_text", "text": text} for text in row] for row in FIGURES]
    await page.set_viewport_size(PHONE)
    await bot.say(GENERAL, "x", blocks=[{"type": "table", "rows": rows}])
    table = page.locator("#messages .table")
    await expect(table).to_be_visible()
    assert await table.evaluate("box => box.scrollWidth - box.clientWidth") == 0


async def test_texts_begin_on_the_side_of_their_script(page: Page, slack) -> None:
    slack.people.say(ADA, GENERAL, "هل يمكننا استخدام هذه المكتبة.")
    text = page.locator("#messages .text p")
    await expect(text).to_be_visible()
    sides = """p => {
      const range = document.createRange();
      range.selectNodeContents(p);
      const [words, box] = [range.getBoundingClientRect(), p.getBoundingClientRect()];
      return [words.left - box.left, box.right - words.right];
    }"""
    left, right = await text.evaluate(sides)
    assert left > 100 > right


async def test_a_thread_without_replies_counts_none(page: Page, slack) -> None:
    ts = slack.people.say(ADA, GENERAL, "What about the licence?")
    await page.goto(f"{slack.url}/#/{GENERAL}/{ts}")
    await expect(page.locator("#replies .message")).to_be_visible()
    await expect(page.locator("#replies .divider")).to_have_count(0)


async def test_what_only_shows_text_is_scrolled_with_the_keyboard(page: Page, bot) -> None:
    text = {"type": "mrkdwn", "text": "Long. " * 400}
    title = {"type": "plain_text", "text": "Show work"}
    last = {"type": "mrkdwn", "text": "The end."}
    blocks = [{"type": "section", "text": each} for each in (text, text, text, last)]
    bot.modal = {"type": "modal", "title": title, "blocks": blocks}
    field = page.get_by_label("Message", exact=True)
    await field.fill("/experts")
    await field.press("Enter")
    await expect(page.get_by_role("dialog", name="Show work")).to_be_visible()
    await page.keyboard.press("End")
    await expect(page.get_by_text("The end.")).to_be_in_viewport()
    await page.keyboard.press("Escape")


async def test_a_thread_from_before_a_restart_is_not_called_deleted(page: Page, slack) -> None:
    await page.goto(f"{slack.url}/#/{GENERAL}/1700000000.000100")
    await expect(page.locator("#replies")).to_contain_text("or the playground began anew")
