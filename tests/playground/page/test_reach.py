"""The page for everybody: by keyboard, by ear, on a small screen, in the dark."""

import re

import pytest
from playwright.async_api import Page, ViewportSize, expect

from bot.playground.slack.workspace.company import ADA, BEN, BOT_USER, GENERAL, LEGAL
from tests.playground.page.test_forms import EXPERT

# What the browser tells of the page to those who hear it, where it has no name to tell.
NAMELESS = re.compile(
    r"^ *- (?:button|link|textbox|combobox|checkbox|radio|img|dialog|region|menu|menuitem|listbox"
    r"|option|article|heading|complementary|navigation|main)(?: \[[^]]*\])*:?$",
    re.MULTILINE,
)
# Names on what has no role, ids that are there twice, and references that lead nowhere.
BROKEN = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const ids = all('[id]').map((node) => node.id);
  const roleless = all('div[aria-label]:not([role]), span[aria-label]:not([role])');
  const refs = ['for', ...['controls', 'labelledby', 'describedby', 'activedescendant']
    .map((name) => `aria-${name}`)];
  const lost = refs.flatMap((name) => all(`[${name}]`).flatMap((node) =>
    node.getAttribute(name).split(' ').filter((id) => !ids.includes(id))));
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  return [...roleless.map((node) => node.outerHTML.slice(0, 100)), ...lost, ...twice];
}"""

pytestmark = pytest.mark.asyncio(loop_scope="session")

# The lowest contrast between visible text and what lies behind it.
LOWEST_CONTRAST = """() => {
  const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const parse = (colour) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
  const behind = (node) => {
    const layers = [];
    for (let n = node; n; n = n.parentElement)
      layers.push(parse(getComputedStyle(n).backgroundColor));
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const light = (rgb) => {
    const linear = (c) => (c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    const [r, g, b] = rgb.map((c) => linear(c / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const contrast = (node) => {
    const ground = behind(node);
    const [a, b] = [light(over(parse(getComputedStyle(node).color), ground)), light(ground)];
    return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  };
  const texts = [...document.querySelectorAll('body *')].filter((node) =>
    [...node.childNodes].some((c) => c.nodeType === 3 && c.data.trim())
    && node.checkVisibility({ checkVisibilityCSS: true }) && !node.closest('.for-ears, .skip'));
  const told = (node) => [contrast(node), node.textContent.trim().slice(0, 40), node.className];
  const all = texts.map(told);
  return all.sort((a, b) => a[0] - b[0])[0];
}"""


async def a_lively_thread(slack, bot) -> str:
    ts = slack.people.say(ADA, GENERAL, f"<@{BOT_USER}> `code` and <https://a.example|a link>")
    task = {"type": "task_card", "task_id": "a", "title": "Legal"}
    tasks = [
        task | {"task_id": state, "status": state}
        for state in ("complete", "error", "pending", "in_progress")
    ]
    plan = {"type": "plan", "title": "Asking four experts", "tasks": tasks}
    wide = {
        "type": "markdown",
        "text": "|a|b|c|\n|-|-|-|\n|" + "long " * 20 + "|x|y|\n\n```\n" + "x" * 200 + "\n```",
    }
    button = {
        "type": "button",
        "action_id": "b",
        "style": "primary",
        "text": {"type": "plain_text", "text": "Go"},
    }
    danger = button | {"action_id": "d", "style": "danger"}
    await bot.say(GENERAL, "x", thread_ts=ts, blocks=[plan])
    await bot.say(
        GENERAL, "x" * 300, thread_ts=ts, username="A persona with a very long name indeed"
    )
    await bot.say(
        GENERAL, "x", thread_ts=ts, blocks=[wide, {"type": "actions", "elements": [button, danger]}]
    )
    await bot.say(GENERAL, "Heads up <!channel>")
    await bot.client.assistant_threads_setStatus(
        channel_id=GENERAL, thread_ts=ts, status="is thinking…"
    )
    return ts


async def test_all_can_be_done_with_the_keyboard(page: Page, slack, bot) -> None:
    keys = page.keyboard
    await page.get_by_role("link", name="legal-questions").focus()
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="legal-questions", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Skip to the messages").focus()
    await keys.press("Shift+Tab")
    await expect(page.get_by_role("link", name="Skip to the message field")).to_be_focused()
    await keys.press("Enter")
    await expect(page.get_by_label("Message", exact=True)).to_be_focused()
    await keys.type("Hello @pan")
    await expect(page.get_by_role("option", name="Panelbot")).to_be_visible()
    await keys.press("Enter")
    await keys.type("one")
    await keys.press("Enter")
    await keys.type("second")
    await keys.press("Enter")
    messages = page.locator("#messages .message")
    await expect(messages).to_have_count(2)
    assert len(list(slack.workspace.messages(LEGAL))) == 2
    await keys.press("Shift+Tab")
    await expect(messages.last).to_be_focused()
    await keys.press("ArrowUp")
    await expect(messages.first).to_be_focused()
    await keys.press("Enter")
    await expect(page.get_by_label("Reply", exact=True)).to_be_focused()
    await keys.type("in the thread")
    await keys.press("Enter")
    await expect(page.locator("#replies")).to_contain_text("in the thread")
    await keys.press("Escape")
    await expect(messages.first).to_be_focused()
    await keys.press("Tab")
    await keys.press("Tab")
    await expect(messages.first.get_by_label("Add a reaction")).to_be_focused()
    await keys.press("Enter")
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(messages.first.get_by_role("button", name="eyes, 1")).to_be_visible()
    await messages.first.focus()
    await keys.press("e")
    await keys.type("!")
    await keys.press("Enter")
    await expect(messages.first).to_contain_text("Hello @Panelbot one!(edited)")
    await expect(messages.first).to_be_focused()


async def test_a_small_screen_shows_one_thing_at_a_time(page: Page, slack, bot) -> None:
    await page.set_viewport_size(ViewportSize(width=390, height=844))
    ts = await a_lively_thread(slack, bot)
    sidebar, thread = page.locator("#sidebar"), page.locator("#thread")
    await expect(sidebar).to_be_hidden()
    await page.get_by_role("button", name="Channels and people").click()
    await expect(sidebar).to_be_visible()
    await page.get_by_role("link", name="product").click()
    await expect(sidebar).to_be_hidden()
    await expect(page.get_by_role("heading", name="product", exact=True)).to_be_visible()
    await page.goto(f"{slack.url}/#/{GENERAL}/{ts}")
    await expect(thread).to_contain_text("is thinking…")
    box = await thread.bounding_box()
    assert box
    assert (box["x"], box["width"]) == (0, 390)
    await expect_no_sideways(page)
    await page.get_by_label("Close the thread").click()
    await expect(thread).to_be_hidden()
    await expect_no_sideways(page)


async def expect_no_sideways(page: Page) -> None:
    wide = "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.id || e.tagName)"
    assert await page.locator("html, body, .scroll").evaluate_all(wide) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_text_can_be_read_by_day_and_by_night(page: Page, slack, bot, scheme) -> None:
    await page.emulate_media(color_scheme=scheme)
    ts = await a_lively_thread(slack, bot)
    await page.goto(f"{slack.url}/#/{GENERAL}/{ts}")
    await expect(page.locator("#replies")).to_contain_text("is thinking…")
    contrast, text, where = await page.evaluate(LOWEST_CONTRAST)
    assert contrast >= 4.5, (contrast, text, where)


async def test_new_messages_are_told_to_those_who_listen(page: Page, slack) -> None:
    log = page.get_by_role("log")
    slack.people.say(ADA, GENERAL, "my own words")
    slack.people.say(BEN, GENERAL, "Are you there?")
    await expect(log).to_have_text("Ben: Are you there?")


async def test_a_plan_and_a_table_are_told_in_words(page: Page, bot) -> None:
    task = {"type": "task_card", "task_id": "a", "title": "Legal", "status": "complete"}
    table = {"type": "markdown", "text": "|a|b|\n|-|-|\n|1|2|"}
    button = {"type": "button", "action_id": "b", "text": {"type": "plain_text", "text": "Go"}}
    plan = {"type": "plan", "title": "Asking one expert", "tasks": [task]}
    blocks = [plan, table, {"type": "actions", "elements": [button]}]
    await bot.say(GENERAL, "x", blocks=blocks)
    announced = "Panelbot: Asking one expert 1 of 1 done Legal Done a b 1 2"
    await expect(page.get_by_role("log")).to_have_text(announced)


async def test_everything_has_a_role_and_a_name(page: Page, slack, bot) -> None:
    bot.modal = EXPERT
    ts = await a_lively_thread(slack, bot)
    await page.goto(f"{slack.url}/#/{GENERAL}/{ts}")
    await expect(page.locator("#replies")).to_contain_text("is thinking…")
    await expect_names(page)
    message = page.locator("#messages .message").first
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await expect(page.get_by_role("menuitem").first).to_be_visible()
    await expect_names(page)
    await page.keyboard.press("Escape")
    field = page.get_by_label("Message", exact=True)
    await field.press_sequentially("@pan")
    await expect(page.get_by_role("option", name="Panelbot")).to_be_visible()
    await expect_names(page)
    await field.fill("/experts add")
    await field.press("Enter")
    await expect(page.get_by_role("dialog", name="Add an expert")).to_be_visible()
    await expect_names(page)


async def expect_names(page: Page) -> None:
    assert NAMELESS.findall(await page.locator("body").aria_snapshot()) == []
    assert await page.evaluate(BROKEN) == []


async def test_what_people_hold_stays_when_the_page_is_drawn_anew(page: Page, slack, bot) -> None:
    ts = slack.people.say(ADA, GENERAL, "Hm")
    await page.get_by_role("article", name="Ada").focus()
    await page.get_by_label("Message", exact=True).fill("half a sen")
    await page.get_by_role("article", name="Ada").focus()
    await bot.say(GENERAL, "reply", thread_ts=ts)
    await expect(page.get_by_role("link", name="1 reply")).to_be_visible()
    await expect(page.get_by_role("article", name="Ada")).to_be_focused()
    await expect(page.get_by_label("Message", exact=True)).to_have_value("half a sen")
