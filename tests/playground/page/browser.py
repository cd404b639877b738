"""The Chromium that the tests of the page use."""

import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from shutil import which
from typing import NoReturn

import pytest
from playwright.async_api import Browser, ViewportSize, async_playwright, expect

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
    """Return where a Chromium is, or skip."""
    path = os.environ.get("PANELBOT_CHROMIUM") or next(filter(None, map(which, NAMES)), None)
    if not path:
        skip(f"no Chromium found: install one of {', '.join(NAMES)} or set PANELBOT_CHROMIUM")
    return path


def need_emoji() -> None:
    """Skip if there is no font with emoji: the page then shows their names instead."""
    if fonts := which("fc-list"):
        found = subprocess.run([fonts, ":charset=1f389"], capture_output=True, check=True)  # noqa: S603 - no input
        if not found.stdout:
            skip("no font has emoji: install one (apt-get install fonts-noto-color-emoji)")


def skip(reason: str) -> NoReturn:
    """Skip the test; CI has all there is to have, and fails."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Start a browser."""
    executable = chromium()
    expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        await browser.close()
