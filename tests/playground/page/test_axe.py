"""What axe-core finds wrong with the page: nothing, in any state and in all the ways to see it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.resources import files
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from bot.playground.slack.page.routes import add_page
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, BEN, BOT_USER, GENERAL
from bot.playground.slack.workspace.other_companies import GLOBEX, globex_workspace
from tests.playground.page.browser import WIDE
from tests.playground.page.conftest import MANIFEST, Bot
from tests.playground.page.test_forms import EXPERT
from tests.playground.page.test_posting import choose
from tests.playground.page.test_reach import a_lively_thread

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
RUN = """async () => (await axe.run({ resultTypes: ['violations'] })).violations.flatMap(
  ({ id, nodes }) => nodes.map((n) => `${id}: ${n.html.slice(0, 150)} ${n.failureSummary}`))"""
TRIES = [{"title": "Ask", "user": ADA, "channel": GENERAL, "messages": [{"text": "Hm?"}]}]
PHONE = {**WIDE, "width": 390}
VIEWS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "phone": {},
}

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncIterator[SlackPlayground]:
    """A workspace whose page has all that pages can have."""
    slack = SlackPlayground(retry_after=())
    slack.add_workspace(globex_workspace())
    slack.registration.redirect_urls = ["http://127.0.0.1:1/"]
    shown = add_page(slack.app, slack, MANIFEST, "Rules answer here.")
    shown.offer(TRIES)
    shown.offer_installation("http://127.0.0.1:1/")
    async with slack:
        yield slack


@pytest_asyncio.fixture(loop_scope="session")
async def view(page: Page) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """Chooses one of `VIEWS`, and the usual one at the end."""

    async def choose(name: str) -> None:
        await page.set_viewport_size(PHONE if name == "phone" else WIDE)
        await page.emulate_media(**VIEWS[name])

    yield choose
    await page.emulate_media(color_scheme="light", forced_colors="none")


@pytest.mark.parametrize(
    "name",
    ["light", *(pytest.param(name, marks=pytest.mark.long) for name in VIEWS if name != "light")],
)
async def test_axe_finds_nothing_wrong(page: Page, slack, bot: Bot, view, name: str) -> None:
    found: list[str] = []

    async def look(state: str) -> None:
        await page.evaluate(AXE)
        found.extend(f"{state}: {one}" for one in await page.evaluate(RUN))

    await view(name)
    await look("an empty channel")
    bot.modal = EXPERT
    ts = await a_lively_thread(slack, bot)
    await everything(slack, bot, ts)
    await page.goto(f"{slack.url}/#/{GENERAL}/{ts}")
    await expect(page.locator("#replies")).to_contain_text("is thinking…")
    await look("a thread")
    reply = page.locator("#replies .message:not(.ephemeral)").last
    await reply.hover()
    await reply.get_by_role("button", name="Add a reaction").click()
    await look("a menu")
    await page.keyboard.press("Escape")
    said = page.locator("#replies").get_by_role("article", name="Ben").last
    await choose(page, said, "Forward")
    await look("a message to forward")
    await page.get_by_role("button", name="Cancel").click()
    await reply.get_by_role("button", name="No", exact=True).click()
    await look("a question that a button asks first")
    await page.get_by_role("button", name="Keep", exact=True).click()
    await page.get_by_role("button", name="Close the thread").click()
    await look("a channel")
    field = page.get_by_label("Message", exact=True)
    await field.press_sequentially("@pan")
    await expect(page.get_by_role("option", name="Panelbot")).to_be_visible()
    await look("suggestions")
    await field.fill("/nothing")
    await field.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("not a valid command")
    await look("a refusal")
    if name == "phone":
        await page.get_by_role("button", name="Channels and people").click()
        await look("the drawer")
        await page.keyboard.press("Escape")
    await field.fill("/experts add")
    await field.press("Enter")
    form = page.get_by_role("dialog", name="Add an expert")
    await form.get_by_role("button", name="Add").click()
    await look("a form with errors")
    await form.get_by_role("button", name="Close", exact=True).click()
    await bot.client.views_publish(user_id=ADA, view=HOME)
    await page.goto(f"{slack.url}/#/{slack.workspace.direct_channel(ADA, BOT_USER).id}/home")
    await expect(page.get_by_text("Panels")).to_be_visible()
    await look("the app's home")
    assert found == [], "\n".join(found)


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _button(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": name, "text": _plain(name.title()), **more}


SURE = {name: _plain(name.title()) for name in ("title", "text", "confirm")}
SURE["deny"] = _plain("Keep")
THUMBS = {
    "type": "feedback_buttons",
    "action_id": "feedback",
    "positive_button": {"text": _plain("Good"), "value": "good"},
    "negative_button": {"text": _plain("Bad"), "value": "bad"},
}
MENU = {
    "type": "overflow",
    "action_id": "menu",
    "options": [{"text": _plain("Again"), "value": "again"}],
}
SELECT = {
    "type": "static_select",
    "action_id": "select",
    "placeholder": _plain("Which?"),
    "options": [{"text": _plain("This"), "value": "this"}],
}
HOME = {
    "type": "home",
    "blocks": [
        {"type": "header", "text": _plain("Panels")},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*general*"}, "accessory": SELECT},
        {"type": "actions", "elements": [_button("open"), _button("drop", style="danger"), MENU]},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "As of today"}]},
    ],
}


async def everything(slack: SlackPlayground, bot: Bot, ts: str) -> None:
    """Post each kind of thing that the page can show."""
    slack.people.say(BEN, GENERAL, "See *this*", ts, files=[("notes.txt", b"notes")])
    slack.people.say(BEN, GENERAL, "Numbers", ts, table=[["Vendor", "Fee"], ["Kestrel", "4200"]])
    slack.people.speak(BEN, GENERAL, "is the pump covered", ts)
    root = slack.workspace.message(GENERAL, ts)
    assert root
    slack.people.forward(BEN, GENERAL, root, "look <#C0PRODUCT> <!here>", ts)
    slack.people.react(ADA, GENERAL, ts, "tada")
    no = _button("no", style="danger", confirm=SURE)
    actions = [_button("go", style="primary"), no, MENU, SELECT]
    blocks = [
        {"type": "header", "text": _plain("Answer")},
        {"type": "markdown", "text": "# One\n> quoted\n\n- a `b`\n\n1. c\n\n---\n```\ncode\n```"},
        {"type": "actions", "elements": actions},
        {"type": "context_actions", "elements": [THUMBS]},
    ]
    answer = await bot.say(GENERAL, "x", thread_ts=ts, username="Legal", blocks=blocks)
    message = slack.workspace.message(GENERAL, answer)
    assert message
    await slack.people.click(ADA, message, "feedback", "good")
    await bot.client.chat_postEphemeral(channel=GENERAL, user=ADA, thread_ts=ts, text="Thanks!")
    await bot.client.assistant_threads_setStatus(
        channel_id=GENERAL, thread_ts=ts, status="is thinking…"
    )


@pytest.mark.parametrize("name", VIEWS)
async def test_nor_where_the_app_is_missing_and_installed(
    page: Page, slack: SlackPlayground, view: Callable[[str], Awaitable[None]], name: str
) -> None:
    await view(name)
    addresses = {
        f"/?team={GLOBEX}": "general",
        "/oauth/v2/authorize?client_id=111.222&scope=chat:write": "Install Panelbot",
    }
    for address, heading in addresses.items():
        await page.goto(f"{slack.url}{address}")
        await page.get_by_role("heading", name=heading, exact=True).wait_for()
        await page.evaluate(AXE)
        assert await page.evaluate(RUN) == []
