"""Teaching an expert and opening its sources, in the browser."""

from playwright.async_api import async_playwright, expect

from bot.demo.demo import open_demo
from tests.playground.page.conftest import FLAGS, WIDE, chromium

NOTES = {
    "name": "notes.md",
    "mimeType": "text/markdown",
    "buffer": b"Zebras are striped, and may be kept with a permit only.",
}


async def test_a_file_is_taught_cited_and_opened_in_the_browser():
    executable = chromium()
    async with open_demo({}, port=0, pace=0) as demo, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        page = await browser.new_page(viewport=WIDE)
        await page.goto(demo.url)
        await page.get_by_role("heading", name="general", exact=True).wait_for()
        field = page.get_by_label("Message", exact=True)

        await field.fill("/experts teach legal")
        await field.press("Enter")
        form = page.get_by_role("dialog", name="Teach an expert")
        await form.get_by_label("Files").set_input_files(NOTES)
        await form.get_by_role("button", name="Teach").click()
        said = page.locator("#messages .message")
        await expect(said.last).to_contain_text("Legal Counsel documents to look things up in")

        await field.fill("@Panelbot legal: May we keep zebras?")
        await field.press("Enter")
        await page.get_by_text("1 reply").first.click()
        await expect(
            page.get_by_role("listitem").filter(has_text="“Zebras are striped")
        ).to_be_visible()
        await page.get_by_role("button", name="Sources: the passages").click()
        sources = page.get_by_role("dialog", name="Sources")
        await expect(sources).to_contain_text("notes.md")
        await expect(sources).to_contain_text("with a permit only")
        await browser.close()
