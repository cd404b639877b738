"""A picture of a real thread: the demo is asked a question, and its page photographed.

``python -m docsgen.screenshot`` needs the group ``dev``, a Chromium (``PANELBOT_CHROMIUM`` names
one) and a font with emoji, such as Debian's fonts-noto-color-emoji.
"""

import asyncio
import os
from io import BytesIO
from pathlib import Path
from shutil import which
from typing import Literal

from PIL import Image
from playwright.async_api import Browser, ViewportSize, async_playwright

from bot.demo.run import open_demo

QUESTION = "Can we use this MIT library in a closed product, and what would it cost to support?"
FOLDER = Path(__file__).parent.parent / "docs" / "images"
SIZE = ViewportSize(width=860, height=1300)
COLOURS = 128
WIDE = "#thread { position: fixed; inset: 0; width: 100%; max-width: none }"


async def main() -> None:
    """Ask the question, and write the pictures."""
    async with open_demo(os.environ, port=0, pace=0) as demo, async_playwright() as playwright:
        shown = await demo.ask(QUESTION)
        thread = f"{demo.url}#/{shown.thread.channel_id}/{shown.thread.thread_ts}"
        chromium = os.environ.get("PANELBOT_CHROMIUM") or which("chromium")
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        await photograph(browser, thread, "light", FOLDER / "thread.png")
        await photograph(browser, thread, "dark", FOLDER / "thread-dark.png")
        await browser.close()


async def photograph(
    browser: Browser, url: str, scheme: Literal["light", "dark"], path: Path
) -> None:
    """Write a picture of the thread at *url*, small enough for a README."""
    context = await browser.new_context(
        color_scheme=scheme, viewport=SIZE, device_scale_factor=1.25, bypass_csp=True
    )
    page = await context.new_page()
    await page.goto(url)
    await page.get_by_text("Legal Counsel").first.wait_for()
    await page.add_style_tag(content=WIDE)
    await page.wait_for_timeout(500)
    picture = Image.open(BytesIO(await page.locator("#thread").screenshot()))
    picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)
    await context.close()


if __name__ == "__main__":
    asyncio.run(main())
