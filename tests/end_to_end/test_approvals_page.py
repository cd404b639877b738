"""Approving of a tool in the browser, in the demo as it is."""

from playwright.async_api import expect

from tests.end_to_end.demo_page import open_demo_page, send


async def test_a_ticket_is_opened_once_somebody_approves():
    async with open_demo_page() as page:
        await send(page, "/experts add support")
        said = page.locator("#messages .message")
        await expect(said.last).to_contain_text("Support Lead")
        await send(page, "@Panelbot support: Please open a ticket: the login is slow.")
        approve = page.get_by_role("button", name="Approve: let the expert use it")
        await approve.click()

        await expect(page.get_by_text("says: Ticket 1 is open.").last).to_be_visible()
        await expect(page.get_by_text("Approved by").last).to_contain_text("@Ada")
        await expect(approve).to_have_count(0)
