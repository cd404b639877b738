"""The tools of a message: where the pointer or the focus is, in view, and for fingers too."""

import pytest
from playwright.async_api import Page, expect

from bot.playground.slack.workspace.company import ADA, BEN, GENERAL
from tests.playground.page.browser import need_emoji
from tests.playground.page.test_scrolling import SEEN

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_tools_are_in_view_at_the_message_under_the_pointer(page: Page, slack) -> None:
    need_emoji()
    slack.people.say(BEN, GENERAL, "first")
    slack.people.say(ADA, GENERAL, "a line\n" * 80)
    first, long = page.get_by_role("article").nth(0), page.get_by_role("article").nth(1)
    await expect(long).to_be_visible()
    tools = page.locator(".tools:visible")
    await expect(tools).to_have_count(0)
    await long.hover(position={"x": 200, "y": 1500})
    await expect(tools).to_have_count(1)
    assert await long.get_by_label("Reply in thread").evaluate(SEEN)
    await long.get_by_label("React with 👀").click()
    await expect(long.get_by_role("button", name="eyes, 1")).to_be_visible()
    await first.hover()
    await expect(tools).to_have_count(1)
    assert await first.get_by_label("Add a reaction").evaluate(SEEN)


async def test_the_tools_stay_while_their_menu_is_open(page: Page, slack) -> None:
    slack.people.say(BEN, GENERAL, "first")
    message = page.get_by_role("article")
    await message.focus()
    for _ in range(3):
        await page.keyboard.press("Tab")
    more = message.get_by_label("More actions")
    await expect(more).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem").first).to_be_focused()
    await expect(more).to_have_attribute("aria-expanded", "true")
    await expect(more).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(more).to_be_focused()
    await expect(more).to_have_attribute("aria-expanded", "false")
