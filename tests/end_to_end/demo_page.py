"""The demo as it is, used in the browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page

from bot.demo.run import open_demo
from tests.playground.page.browser import WIDE, open_browser


@asynccontextmanager
async def open_demo_page() -> AsyncIterator[Page]:
    """Start the demo and open its page: #general, as seen by Ada. It must raise no error."""
    errors: list[str] = []
    async with open_browser() as browser, open_demo({}, port=0, pace=0) as demo:
        page = await browser.new_page(viewport=WIDE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(demo.url)
        await page.get_by_role("heading", name="general", exact=True).wait_for()
        yield page
        await page.close()
    assert errors == []


async def send(page: Page, text: str) -> None:
    """Send a message or a command in the open channel."""
    field = page.get_by_label("Message", exact=True)
    await field.fill(text)
    await field.press("Enter")
