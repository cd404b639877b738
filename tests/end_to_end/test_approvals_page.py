"""Approving of a tool in the browser, in the demo as it is."""

from playwright.async_api import async_playwright, expect

from bot.demo.demo import open_demo
from tests.playground.page.conftest import FLAGS, WIDE, chromium


async def test_a_ticket_is_opened_once_somebody_approves():
    executable = chromium()
    async with open_demo({}, port=0, pace=0) as demo, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        page = await browser.new_page(viewport=WIDE)
        await page.goto(demo.url)
        await page.get_by_role("heading", name="general", exact=True).wait_for()
        field = page.get_by_label("Message", exact=True)

        await field.fill("/experts add support")
        await field.press("Enter")
        said = page.locator("#messages .message")
        await expect(said.last).to_contain_text("Support Lead")
        await field.fill("@Panelbot support: Please open a ticket: the login is slow.")
        await field.press("Enter")
        await page.get_by_text("1 reply").first.click()
        approve = page.get_by_role("button", name="Approve: let the expert use it")
        await approve.click()

        await expect(page.get_by_text("says: Ticket 1 is open.").last).to_be_visible()
        await expect(page.get_by_text("Approved by").last).to_contain_text("@Ada")
        await expect(approve).to_have_count(0)
        await browser.close()
