"""Teaching an expert and opening its sources, in the browser."""

from playwright.async_api import expect

from tests.end_to_end.demo_page import open_demo_page, send

NOTES = {
    "name": "notes.md",
    "mimeType": "text/markdown",
    "buffer": b"Zebras are striped, and may be kept with a permit only.",
}


async def test_a_file_is_taught_cited_and_opened_in_the_browser():
    async with open_demo_page() as page:
        await send(page, "/experts teach legal")
        form = page.get_by_role("dialog", name="Teach an expert")
        await form.get_by_label("Files").set_input_files(NOTES)
        await form.get_by_role("button", name="Teach").click()
        said = page.locator("#messages .message")
        await expect(said.last).to_contain_text("Legal Counsel documents to look things up in")

        await send(page, "@Panelbot legal: May we keep zebras?")
        await page.get_by_text("1 reply").first.click()
        await expect(
            page.get_by_role("listitem").filter(has_text="“Zebras are striped")
        ).to_be_visible()
        await page.get_by_role("button", name="Sources: the passages").click()
        sources = page.get_by_role("dialog", name="Sources")
        await expect(sources).to_contain_text("notes.md")
        await expect(sources).to_contain_text("with a permit only")
