"""*Show work* as people see it: the bot's own button and modal, on the page."""

from dataclasses import replace
from decimal import Decimal

import pytest
from playwright.async_api import Page, expect

from bot.adapters.slack.blocks import messages
from bot.adapters.slack.buttons import reply_buttons, trace_view
from bot.panel.language_model.exchange import Source
from bot.panel.messaging.messenger import Post
from bot.panel.model import CallId, Persona, TurnId
from bot.panel.reports.turn_trace import ExpertTrace, RequestMetrics, TurnTrace
from bot.panel.usage import Usage
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.eventually import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

LEGAL = Persona("Legal Counsel", ":scales:")
POST = Post(TurnId("T1:C1:1.0"), "reply:call_1:0", "Yes.", persona=LEGAL, ends_reply=True)
BILL = RequestMetrics("gpt-6.1-terra", 3.25, Usage(1_200, 600, 80), Decimal("0.00103"))
SOURCE = Source("The licence", "https://mit.example/licence")
PART = ExpertTrace(
    CallId("call_1"), "Legal Counsel", "Licences.", "Look at MIT.", ("web_search",), (SOURCE,), BILL
)
WORK = TurnTrace((PART,), seconds=4.5, choosing=BILL, prices_as_of="2026-11-20")


async def test_a_click_shows_who_was_asked_why_and_what_it_took(page: Page, slack, bot) -> None:
    ts = slack.people.say(ADA, GENERAL, "May we?")
    shown = messages.reply(POST.text, reply_buttons.row(POST))
    await bot.say(GENERAL, thread_ts=ts, username=LEGAL.name, icon_emoji=LEGAL.icon, **shown)
    await page.get_by_role("link", name="1 reply").click()

    await page.get_by_role("button", name="Show work").click()
    await eventually(lambda: bot.received_of("block_actions"))
    (clicked,) = bot.received_of("block_actions")
    trigger = clicked["trigger_id"]
    opened = await bot.client.views_open(trigger_id=trigger, view=trace_view.loading())
    dialog = page.get_by_role("dialog", name="Show work")
    await expect(dialog).to_contain_text("Looking up")
    view = trace_view.modal(WORK, PART.call_id)
    await bot.client.views_update(view_id=opened["view"]["id"], view=view)

    await expect(dialog.get_by_role("heading", name="Legal Counsel")).to_be_visible()
    for words in ("Licences.", "Look at MIT.", "web search", "gpt-6.1-terra", "$0.0010", "4.5 s"):
        await expect(dialog).to_contain_text(words)
    link = dialog.get_by_role("link", name=SOURCE.url)
    await expect(link).to_have_attribute("href", SOURCE.url)


async def test_nothing_that_a_model_wrote_acts_in_the_modal(page: Page, slack, bot) -> None:
    evil = "<!channel> <@U0ADA> *b* <https://evil.example|safe> <img src=x onerror=alert(1)>"
    part = ExpertTrace(
        CallId("call_1"), evil, evil, evil, (evil,), (Source(evil, "javascript:1"),), BILL
    )
    bot.modal = trace_view.modal(replace(WORK, parts=(part,)), None)
    field = page.get_by_label("Message", exact=True)
    await field.fill("/experts")
    await field.press("Enter")

    dialog = page.get_by_role("dialog", name="Show work")
    await expect(dialog).to_contain_text("Who was asked")
    for live in (".mention", "img"):
        await expect(dialog.locator(live)).to_have_count(0)
    for link in await dialog.locator("a").all():  # the reader sees where it leads
        assert await link.get_attribute("href") == await link.inner_text()
