"""The app's home as people see it: after a question, a thumb and a change, in the browser."""

from playwright.async_api import Page, expect

from tests.end_to_end.demo_page import open_demo_page, send


async def test_the_home_shows_the_panel_and_how_it_does_and_changes_with_it():
    async with open_demo_page() as page:
        await judge_an_answer(page)

        await page.get_by_role("link", name="Panelbot APP", exact=True).click()
        await page.get_by_role("link", name="Home", exact=True).click()
        home = page.locator("#home")
        await expect(home).to_contain_text("The default panel of all channels")
        await expect(home.get_by_role("table", name="Questions by expert")).to_contain_text("Legal")
        judged = home.get_by_role("row", name="Legal Counsel 0 1")
        await expect(judged).to_be_visible()
        await expect(home).to_contain_text("1 question ·")

        await describe_an_expert(page)

        await expect(home).to_contain_text("Tax Counsel")
        await expect(home).to_contain_text("Taxes & duties.")
        await remove_it(page)
        await expect(home).not_to_contain_text("Taxes & duties.")


async def judge_an_answer(page: Page) -> None:
    await send(page, "@Panelbot legal: May we use an MIT library?")
    await page.get_by_text("1 reply").first.click()
    await page.get_by_role("button", name="Bad reply of Legal Counsel").click()
    why = page.get_by_role("dialog", name="Tell us why")
    await why.get_by_label("What was wrong with it?").fill("Too short.")
    await why.get_by_role("button", name="Send").click()
    await expect(page.locator("#replies")).to_contain_text("your reason is kept")


async def describe_an_expert(page: Page) -> None:
    await page.get_by_role("button", name="Describe an expert of your own").click()
    form = page.get_by_role("dialog", name="New default expert")
    for label, words in {
        "Name": "tax-law",
        "Display name": "Tax Counsel",
        "Icon": ":receipt:",
        "What it is for": "Taxes & duties.",
        "Instructions": "Count twice.",
    }.items():
        await form.get_by_label(label, exact=True).fill(words)
    await form.get_by_role("button", name="Add").click()
    await expect(form).to_be_hidden()


async def remove_it(page: Page) -> None:
    line = page.locator(".bk-section", has_text="Tax Counsel")
    await line.get_by_label("More actions").click()
    await page.get_by_role("menuitem", name="Remove").click()
    sure = page.get_by_role("dialog", name="Remove expert")
    await sure.get_by_role("button", name="Remove").click()
    await expect(sure).to_be_hidden()
