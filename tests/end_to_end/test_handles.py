"""An expert is asked by the handle that Slack completes."""

from playwright.async_api import expect

from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.end_to_end.conftest import World
from tests.end_to_end.demo_page import open_demo_page, send
from tests.eventually import eventually


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
    async with open_demo_page() as page:
        field = page.get_by_label("Message", exact=True)
        messages = page.locator("#messages")
        await send(page, "/experts handle legal on")
        await expect(messages).to_contain_text("legal answers to @panel-legal in every channel")

        await field.press_sequentially("@panel-l")
        await page.get_by_role("option", name="Panel: Legal Counsel").click()
        await field.press_sequentially("May we use an MIT library?")
        await field.press("Enter")
        await messages.get_by_text("1 reply").click()
        replies = page.locator("#replies")
        await expect(replies.get_by_role("article", name="Legal Counsel")).to_be_visible()

        await send(page, "/experts default remove legal")
        await expect(messages).to_contain_text("removed")
        await field.fill("")
        await field.press_sequentially("@panel")
        await expect(page.get_by_role("option", name="Panelbot")).to_be_visible()
        await expect(page.get_by_role("option", name="Legal")).to_be_hidden()
