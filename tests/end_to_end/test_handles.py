"""An expert is asked by the handle that Slack completes."""

from playwright.async_api import async_playwright, expect

from bot.demo.demo import open_demo
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.end_to_end.conftest import World
from tests.eventually import eventually
from tests.playground.page.conftest import FLAGS, WIDE, chromium


async def test_a_handle_asks_its_expert_past_the_router(bot: World):
    groups = bot.slack.workspace.user_groups
    await bot.slack.people.slash(ADA, GENERAL, "/experts", "handle legal on")
    await eventually(lambda: bool(groups))
    await eventually(lambda: bool(bot.slack.workspace.ephemeral(ADA)))  # it has said so

    ts = bot.say(f"<!subteam^{next(iter(groups))}|@panel-legal> may we?")
    foreign = bot.say("<!subteam^S2|@lawyers> may we?")
    await bot.idle()

    assert [who for who, _ in bot.said(ts)] == ["Legal Counsel"]
    assert bot.said(foreign) == []


async def test_people_find_the_handle_while_they_type_and_it_goes_with_its_expert():
    executable = chromium()
    async with open_demo({}, port=0, pace=0) as demo, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        page = await browser.new_page(viewport=WIDE)
        await page.goto(demo.url)
        field = page.get_by_label("Message", exact=True)
        messages = page.locator("#messages")
        await field.fill("/experts handle legal on")
        await field.press("Enter")
        await expect(messages).to_contain_text("legal answers to @panel-legal in every channel")

        await field.press_sequentially("@panel-l")
        await page.get_by_role("option", name="Panel: Legal Counsel").click()
        await field.press_sequentially("May we use an MIT library?")
        await field.press("Enter")
        await messages.get_by_text("1 reply").click()
        replies = page.locator("#replies")
        await expect(replies.get_by_role("article", name="Legal Counsel")).to_be_visible()

        await field.fill("/experts default remove legal")
        await field.press("Enter")
        await expect(messages).to_contain_text("removed")
        await field.fill("")
        await field.press_sequentially("@panel")
        await expect(page.get_by_role("option", name="Panelbot")).to_be_visible()
        await expect(page.get_by_role("option", name="Legal")).to_be_hidden()
        await browser.close()
