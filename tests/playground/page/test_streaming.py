"""A reply as people see it grow: the bot's own stream, on the page."""

import pytest
from playwright.async_api import Page, expect

from bot.adapters.slack.api.identity import identify
from bot.adapters.slack.api.metadata import StampSigner
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.posting.messenger import SlackMessenger
from bot.panel.messaging.messenger import Post
from bot.panel.messaging.rate_limiter import NoRateLimiter
from bot.panel.model import ExpertName, Persona, ThreadRef, TurnId, UserId
from bot.playground.slack.workspace.company import ADA, BOT_USER
from tests.fakes.outbox import FakeOutbox
from tests.fakes.turn_queue import FakeTurnQueue

pytestmark = pytest.mark.asyncio(loop_scope="session")

LEGAL = Persona("Legal Counsel", ":scales:")
BEGUN = "**Yes.** MIT lets you ship it closed.\n\n"


async def test_in_a_direct_message_a_reply_grows_and_then_has_its_buttons(
    page: Page, slack, bot
) -> None:
    identity = await identify(bot.client)
    api, signer = SlackApi(bot.client, NoRateLimiter()), StampSigner(["a-secret-of-at-least-16"])
    messenger = SlackMessenger(api, identity, signer, FakeOutbox(FakeTurnQueue()))
    await page.get_by_role("link", name="Panelbot APP").click()
    direct = slack.workspace.direct_channel(ADA, BOT_USER).id
    field = page.get_by_placeholder("Message Panelbot")  # the channel before has a field, too
    await field.fill("legal: may we?")
    await field.press("Enter")
    await slack.people.wait_for(lambda: list(slack.workspace.messages(direct)))
    (asked,) = slack.workspace.messages(direct)
    thread, turn = ThreadRef("T0ACME", direct, asked.ts), TurnId(f"T0ACME:{direct}:{asked.ts}")
    post = Post(turn, "reply:call_1:0", BEGUN, None, LEGAL, ExpertName("legal"), ends_reply=True)

    ts = await messenger.open_stream(thread, post, UserId(ADA))
    assert ts
    reply = page.get_by_role("article", name="Legal Counsel")
    growing = page.locator(".message.streaming").filter(has=page.locator("strong", has_text="Yes."))
    await expect(growing).to_contain_text("MIT lets you ship it closed.")
    assert await messenger.extend_stream(thread, ts, "- Keep the notice.\n")
    await expect(growing.get_by_role("listitem")).to_have_text("Keep the notice.")
    await expect(growing.get_by_role("button", name="Show work")).to_have_count(0)
    assert await messenger.close_stream(thread, ts, post, "- Tell the others.\n")

    await expect(page.locator(".message.streaming")).to_have_count(0)
    await expect(reply.get_by_role("listitem")).to_have_text(
        ["Keep the notice.", "Tell the others."]
    )
    await expect(reply.get_by_role("button", name="Show work")).to_be_visible()
