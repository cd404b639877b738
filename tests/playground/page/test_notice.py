"""What the server says of the whole playground."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from bot.playground.slack.page.routes import add_page
from bot.playground.slack.server import SlackPlayground
from tests.playground.page.conftest import MANIFEST

NOTICE = "Rules answer here, & no <b>AI</b>."

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncIterator[SlackPlayground]:
    """A workspace whose page has a notice."""
    slack = SlackPlayground(retry_after=())
    add_page(slack.app, slack, MANIFEST, NOTICE)
    async with slack:
        yield slack


async def test_a_notice_is_shown_until_it_is_closed(page: Page) -> None:
    notice = page.get_by_role("note")
    await expect(notice).to_contain_text(NOTICE)

    close = notice.get_by_role("button", name="Close this notice")
    await close.focus()
    await page.keyboard.press("Enter")
    await expect(notice).to_be_hidden()
    await expect(page.get_by_label("Message", exact=True)).to_be_focused()

    await page.reload()
    await page.get_by_role("heading", name="general", exact=True).wait_for()
    await expect(notice).to_be_hidden()


async def test_a_notice_takes_one_line_and_fits_a_phone(page: Page) -> None:
    notice = page.get_by_role("note")
    box = await notice.bounding_box()
    assert box is not None
    assert box["height"] <= 40

    await page.set_viewport_size({"width": 390, "height": 800})
    box = await notice.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390
