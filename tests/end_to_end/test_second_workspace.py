"""The demo's second workspace installs the app through its own pages, and is answered there."""

from playwright.async_api import expect

from tests.end_to_end.demo_page import open_demo_page, send


async def test_another_workspace_installs_the_app_and_asks() -> None:
    async with open_demo_page() as page:
        await page.get_by_role("button", name="Playground: all of it").click()
        await page.get_by_role("menuitemradio", name="Globex").click()
        async with page.context.expect_page() as opened:
            await page.get_by_role("link", name="Install Panelbot here").click()
        installing = await opened.value
        await expect(installing.get_by_role("combobox")).to_have_value("T0GLOBEX/U0FAY")
        await installing.get_by_role("button", name="Allow").click()
        done = installing.get_by_role("heading", name="Panelbot is installed in Globex")
        await expect(done).to_be_visible()
        await installing.get_by_role("link", name="Open Slack").click()
        await expect(installing.get_by_role("button", name="You are: Fay")).to_be_visible()

        await send(page, "@panelbot legal: What do you look at first?")
        await page.locator(".thread-link").click()
        thread = page.get_by_role("region", name="Messages in this thread")
        await expect(thread).to_contain_text("Legal Counsel")
