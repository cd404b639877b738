"""Where a list of messages stands: at its end while one reads there, else where one was."""

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, ViewportSize, expect

from bot.playground.slack.workspace.company import ADA, BEN, GENERAL, PRODUCT

pytestmark = pytest.mark.asyncio(loop_scope="session")

LINES = 15
NARROW = ViewportSize(width=390, height=700)
PILL = "New messages"

# Whether the middle of an element is what one sees there, and inside the window.
SEEN = """node => {
  const { left, top, width, height } = node.getBoundingClientRect();
  const shown = document.elementFromPoint(left + width / 2, top + height / 2);
  return Boolean(shown && node.contains(shown));
}"""
FROM_END = "list => Math.round(list.scrollHeight - list.scrollTop - list.clientHeight)"
LATE_IMAGES = """lists => lists.forEach(list => {
  const image = document.createElement('canvas');
  image.height = 700;
  list.querySelector('.message:nth-last-of-type(2) .content').append(image);
})"""
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest_asyncio.fixture(loop_scope="session")
async def root(page: Page, slack) -> str:
    """A channel and a thread in it, both longer than the window; the page shows both."""
    root = str(slack.people.say(ADA, GENERAL, "root"))
    for i in range(LINES):
        slack.people.say(BEN, GENERAL, f"line {i} " + "of many words " * 24)
        slack.people.say(BEN, GENERAL, f"reply {i} " + "of many words " * 12, root)
    await page.goto(f"{slack.url}/#/{GENERAL}/{root}")
    await expect(page.locator("#replies")).to_contain_text(f"reply {LINES - 1} ")
    return root


def pane(page: Page, name: str) -> Locator:
    return page.locator({"channel": "#messages", "thread": "#replies"}[name])


def pill(page: Page, name: str) -> Locator:
    return page.locator("#channel" if name == "channel" else "#thread").get_by_role(
        "button", name=PILL
    )


async def expect_end(page: Page, *names: str) -> None:
    """The last message is seen, and the list stands at its end."""
    for name in names or ("channel", "thread"):
        await page.evaluate(SETTLED)
        assert await pane(page, name).evaluate(FROM_END) <= 1, name
        assert await pane(page, name).locator(".message").last.evaluate(SEEN), name


async def scroll_up(page: Page, name: str) -> int:
    """Scroll as with a wheel; returns where the list stands then."""
    box = await pane(page, name).bounding_box()
    assert box
    await page.mouse.move(box["x"] + 80, box["y"] + 80)
    await page.mouse.wheel(0, -400)
    await page.wait_for_function(
        f"selector => ({FROM_END})(document.querySelector(selector)) > 300",
        arg="#messages" if name == "channel" else "#replies",
    )
    await page.evaluate(SETTLED)
    top: int = await pane(page, name).evaluate("list => Math.round(list.scrollTop)")
    return top


async def test_ones_own_message_is_seen_wherever_one_was(page: Page, root) -> None:
    for name, label in (("channel", "Message"), ("thread", "Reply")):
        await scroll_up(page, name)
        field = page.get_by_label(label, exact=True)
        await field.fill("my own words")
        await field.press("Enter")
        await expect(pane(page, name).locator(".message").last).to_contain_text("my own words")
        await expect_end(page, name)
        await expect(pill(page, name)).to_be_hidden()


async def test_who_reads_elsewhere_stays_there_and_a_pill_leads_down(
    page: Page, slack, root
) -> None:
    for name, thread in (("channel", None), ("thread", root)):
        await expect_end(page, name)
        top = await scroll_up(page, name)
        slack.people.say(BEN, GENERAL, "something new", thread)
        await expect(pill(page, name)).to_be_visible()
        assert await pill(page, name).evaluate(SEEN)
        assert await pane(page, name).evaluate("list => Math.round(list.scrollTop)") == top
        await pill(page, name).click()
        await expect_end(page, name)
        await expect(pill(page, name)).to_be_hidden()
        slack.people.say(BEN, GENERAL, "even newer", thread)
        await expect(pane(page, name)).to_contain_text("even newer")
        await expect_end(page, name)
        await expect(pill(page, name)).to_be_hidden()


async def test_the_pill_goes_when_one_scrolls_to_the_end_or_elsewhere(
    page: Page, slack, root
) -> None:
    for leave in (
        "document.querySelector('#messages').scrollTop = 1e9",
        "location.hash = '#/C0PRODUCT'",
    ):
        await scroll_up(page, "channel")
        slack.people.say(BEN, GENERAL, "something new")
        await expect(pill(page, "channel")).to_be_visible()
        await page.evaluate(leave)
        await expect(pill(page, "channel")).to_be_hidden()


async def test_an_open_list_keeps_its_end_whatever_changes_its_size(
    page: Page, slack, root
) -> None:
    await page.get_by_label("Close the thread").click()
    await expect_end(page, "channel")
    await page.goto(f"{slack.url}/#/{GENERAL}/{root}")
    await expect(page.locator("#thread")).to_be_visible()
    await expect_end(page)
    for size in (
        NARROW,
        ViewportSize(width=1100, height=500),
        ViewportSize(width=1280, height=800),
    ):
        await page.set_viewport_size(size)
        await expect_end(page, "thread")
    await expect_end(page)
    for label in ("Message", "Reply"):
        await page.get_by_label(label, exact=True).press_sequentially("\n".join("abcdefgh"))
    await expect_end(page)


async def test_neither_late_images_nor_fonts_nor_typing_hide_the_end(page: Page, root) -> None:
    await page.locator(".messages").evaluate_all(LATE_IMAGES)
    await expect_end(page)
    await page.evaluate("document.documentElement.style.fontSize = '21px'")
    await expect_end(page)
    await page.evaluate("document.documentElement.style.fontSize = ''")
    await expect_end(page)
    field = page.get_by_label("Message", exact=True)
    await field.fill("one\ntwo\nthree\nfour")
    await field.press_sequentially(" more")
    await expect_end(page)


async def test_a_growing_answer_does_not_hold_a_reader_back(page: Page, bot, root) -> None:
    ts = await bot.say(GENERAL, "growing", thread_ts=root)
    top = await scroll_up(page, "thread")
    for i in range(5):
        await bot.client.chat_update(channel=GENERAL, ts=ts, text="growing\n" * (i + 2) + f"{i}")
        await expect(pane(page, "thread").locator(".message").last).to_contain_text(f"{i}")
        assert await pane(page, "thread").evaluate("list => Math.round(list.scrollTop)") == top
    await expect(pill(page, "thread")).to_be_hidden()


async def test_what_one_opens_stays_under_the_pointer(page: Page, bot, root) -> None:
    long = {"type": "plain_text", "text": "words " * 600}
    section = {"type": "section", "text": long}
    box = {"type": "container", "title": long | {"text": "More"}, "child_blocks": [section]}
    await bot.say(GENERAL, "x", blocks=[box | {"is_collapsible": True, "default_collapsed": True}])
    summary = page.locator("#messages summary")
    await summary.click()
    await page.evaluate(SETTLED)
    assert await summary.evaluate(SEEN)
    await summary.click()
    await expect_end(page, "channel")


async def test_a_short_list_stands_above_the_composer(page: Page, slack) -> None:
    slack.people.say(BEN, GENERAL, "alone")
    last = page.locator("#messages .message").last
    await expect(last).to_contain_text("alone")
    message, composer = (
        await last.bounding_box(),
        await page.locator("#main-composer").bounding_box(),
    )
    assert message
    assert composer
    assert 0 <= composer["y"] - message["y"] - message["height"] < 40


async def test_a_line_says_what_is_new_until_one_answers_or_leaves(page: Page, slack) -> None:
    line = page.get_by_role("separator", name="New messages")
    await page.get_by_role("link", name="product").click()
    await expect(page.get_by_role("heading", name="product", exact=True)).to_be_visible()
    slack.people.say(BEN, PRODUCT, "seen as it came")
    await expect(page.locator("#messages")).to_contain_text("seen as it came")
    await expect(line).to_have_count(0)
    await page.get_by_role("link", name="general").click()
    slack.people.say(BEN, PRODUCT, "first new")
    slack.people.say(BEN, PRODUCT, "second new")
    await expect(page.get_by_role("link", name="product")).to_contain_text("2 unread")
    await page.get_by_role("link", name="product").click()
    after = "line => line.nextElementSibling.textContent"
    assert "first new" in await line.evaluate(after)
    slack.people.say(BEN, PRODUCT, "third new")
    await expect(page.locator("#messages")).to_contain_text("third new")
    assert "first new" in await line.evaluate(after)
    slack.people.say(ADA, PRODUCT, "an answer")
    await expect(line).to_have_count(0)


async def test_what_comes_while_one_reads_above_is_new(page: Page, slack, root) -> None:
    line = page.locator("#replies").get_by_role("separator", name="New messages")
    await scroll_up(page, "thread")
    slack.people.say(BEN, GENERAL, "something new", root)
    await expect(pill(page, "thread")).to_be_visible()
    assert "something new" in await line.evaluate("line => line.nextElementSibling.textContent")
