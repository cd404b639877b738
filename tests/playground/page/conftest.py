"""A Chromium, a workspace with its page, and a bot small enough to read."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.json_types import Json
from bot.playground.slack.page.routes import add_page
from bot.playground.slack.server import SlackPlayground
from tests.playground.page.browser import WIDE, open_browser

MANIFEST: Any = {
    "features": {
        "agent_view": {
            "suggested_prompts": [{"title": "Weigh a decision", "message": "Build or buy?"}]
        },
        "slash_commands": [
            {"command": "/experts", "usage_hint": "[add NAME]", "description": "The panel"}
        ],
        "shortcuts": [{"name": "Ask the panel", "type": "message", "callback_id": "ask"}],
    }
}


@dataclass
class Bot:
    """Answers what `answers` holds, and does what a test sets before it does."""

    client: AsyncWebClient
    received: list[Json] = field(default_factory=list)
    answers: dict[str, Json] = field(default_factory=dict)  # by kind of payload
    modal: Json | None = None  # opened by a command

    async def receive(self, request: web.Request) -> web.Response:
        """Take a delivery."""
        body = await request.text()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        payload = json.loads(form.get("payload", body)) if not form.get("command") else form
        self.received.append(payload)
        if self.modal and "command" in payload:
            await self.client.views_open(trigger_id=payload["trigger_id"], view=self.modal)
        return web.json_response(self.answers.get(payload.get("type", "command"), {}))

    def received_of(self, kind: str) -> list[Json]:
        """Return the payloads of one kind."""
        return [payload for payload in self.received if payload.get("type", "command") == kind]

    async def say(self, channel: str, text: str, **more: Any) -> str:
        """Post; returns the ts."""
        answer = await self.client.chat_postMessage(channel=channel, text=text, **more)
        return str(answer["ts"])


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests."""
    async with open_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncIterator[SlackPlayground]:
    """A workspace with its page."""
    slack = SlackPlayground(retry_after=())
    add_page(slack.app, slack, MANIFEST)
    async with slack:
        yield slack


@pytest_asyncio.fixture(loop_scope="session")
async def bot(slack: SlackPlayground) -> AsyncIterator[Bot]:
    """A bot that hears over HTTP and speaks through Slack's own client."""
    async with aiohttp.ClientSession() as session:
        bot = Bot(AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session))
        app = web.Application()
        app.router.add_post("/", bot.receive)
        async with TestServer(app) as server:
            slack.deliver_to(str(server.make_url("/")))
            yield bot


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def window(browser: Browser) -> AsyncIterator[Page]:
    """One window for all tests: each has a server, and so an origin, of its own."""
    context = await browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(20_000)
    yield await context.new_page()
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(window: Page, slack: SlackPlayground) -> AsyncIterator[Page]:
    """The page, seen by Ada in #general; whatever it complains about fails the test."""
    complaints: list[str] = []

    def complain(line: ConsoleMessage) -> None:
        if line.type == "error" and "status of 400" not in line.text:  # a refusal is an answer
            complaints.append(line.text)

    def fail(error: Error) -> None:
        complaints.append(str(error))

    window.on("pageerror", fail)
    window.on("console", complain)
    await window.set_viewport_size(WIDE)
    await window.goto(slack.url)
    await window.get_by_role("heading", name="general", exact=True).wait_for()
    yield window
    await window.goto("about:blank")
    window.remove_listener("pageerror", fail)
    window.remove_listener("console", complain)
    assert complaints == []
