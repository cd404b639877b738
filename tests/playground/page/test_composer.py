"""What helps people to write: emoji by their names, text that is not lost, and a clear view."""

import pytest
from playwright.async_api import Page, expect

from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.playground.page.browser import WIDE, need_emoji

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Whether the toast lies over any of what people have just read or written.
COVERED = """() => {
  const toast = document.getElementById('toast').getBoundingClientRect();
  const parts = '.composer, .message:last-child, #thread, #messages, #sidebar, dialog[open]';
  return [...document.querySelectorAll(parts)].filter((node) => node.checkVisibility())
    .map((node) => [node.id || node.className, node.getBoundingClientRect()])
    .filter(([, box]) => box.bottom > toast.top + 1 && box.top < toast.bottom)
    .map(([name]) => name);
}"""


async def test_an_emoji_is_completed_by_its_name(page: Page, slack) -> None:
    need_emoji()
    field = page.get_by_label("Message", exact=True)
    await field.press_sequentially("Done :ta")
    await expect(page.get_by_role("option").first).to_have_text("🎉:tada:")
    await field.press("Enter")
    await expect(field).to_have_value("Done :tada: ")
    await expect(page.get_by_role("option")).to_have_count(0)
    await field.press_sequentially("at 10:30 :party")
    await field.press("ArrowDown")
    await field.press("Tab")
    await field.press("Enter")
    await expect(page.get_by_role("article", name="Ada")).to_contain_text("Done 🎉 at 10:30")
    (posted,) = slack.workspace.messages(GENERAL)
    assert posted.text.startswith("Done :tada: at 10:30 :")


async def test_what_is_not_sent_yet_is_there_after_a_reload(page: Page, slack) -> None:
    ts = slack.people.say(ADA, GENERAL, "Hm")
    field, reply = (page.get_by_label(name, exact=True) for name in ("Message", "Reply"))
    await field.fill("half a sen")
    await page.goto(f"{slack.url}/#/{GENERAL}/{ts}")
    await reply.fill("half a reply")
    await page.reload()
    await expect(reply).to_have_value("half a reply")
    await expect(field).to_have_value("half a sen")
    await page.get_by_role("link", name="product").click()
    await expect(field).to_have_value("")
    await page.get_by_role("link", name="general").click()
    await expect(field).to_have_value("half a sen")
    await field.press("End")
    await field.press_sequentially("tence")
    await field.press("Enter")
    await expect(page.get_by_role("article", name="Ada").last).to_contain_text("half a sentence")
    await page.reload()
    await expect(field).to_have_value("")


async def test_a_toast_covers_nothing(page: Page, slack) -> None:
    for i in range(20):
        ts = slack.people.say(ADA, GENERAL, f"line {i}")
    field, toast = page.get_by_label("Reply", exact=True), page.get_by_role("alert")
    for width in (1280, 800, 390):
        await page.set_viewport_size({**WIDE, "width": width})
        await page.goto(f"{slack.url}/#/{GENERAL}/{ts}")
        await field.fill("/experts")
        await field.press("Enter")
        await expect(toast).to_contain_text("not supported in threads")
        assert await page.evaluate(COVERED) == []
        await expect(field).to_be_in_viewport(ratio=1)
        await page.get_by_label("Close the thread").click()
        assert await page.evaluate(COVERED) == []
        await expect(page.get_by_role("article", name="Ada").last).to_be_in_viewport(ratio=1)
        assert await page.evaluate("document.body.getBoundingClientRect().bottom") < WIDE["height"]
