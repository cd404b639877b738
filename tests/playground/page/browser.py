"""The Chromium that the tests of the page use."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from shutil import which

import pytest
from playwright.async_api import Browser, ViewportSize, async_playwright

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDE = ViewportSize(width=1280, height=800)


def chromium() -> str:
    """Return where a Chromium is, or skip; CI has one and never skips."""
    path = os.environ.get("PANELBOT_CHROMIUM") or next(filter(None, map(which, NAMES)), None)
    if path:
        return path
    reason = f"no Chromium found: install one of {', '.join(NAMES)} or set PANELBOT_CHROMIUM"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Start a browser."""
    executable = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        await browser.close()
