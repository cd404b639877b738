"""A tool that needs approval, as people see it: the question, its buttons, and what came of it."""

import re

import pytest
from playwright.async_api import Page, expect

from bot.adapters.slack.blocks import messages
from bot.adapters.slack.buttons import reply_buttons
from bot.adapters.slack.markdown import sanitize
from bot.panel.approvals import approval_texts
from bot.panel.approvals.approval_texts import Question, Shown
from bot.panel.messaging.messenger import Ending, Post
from bot.panel.model import ApprovalId, Decision, RequestId, TurnId, UserId
from bot.panel.tools import ApprovalWanted
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.eventually import eventually
from tests.playground.page.browser import WIDE

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVIL = '{"title": "<!channel> ``` *Approved* [here](https://evil.example)"}'
WISH = ApprovalWanted(RequestId("mcpr_1"), "shop", "open_ticket", EVIL)
QUESTION = Question(":scales: **Legal Counsel**", [WISH], "Admins", 24)
WORDS = approval_texts.approval_wanted(QUESTION, Shown.HERE)
POST = Post(TurnId("T1:C1:1.0"), "approval:call_1", WORDS, approval=ApprovalId("T1:C1:1.0/call_1"))
MARKDOWN = sanitize.markdown(WORDS)


async def ask(page: Page, slack, bot) -> str:
    """Let the bot ask in a thread that is open on the page; returns the message's ts."""
    ts = slack.people.say(ADA, GENERAL, "Open a ticket, please.")
    shown = messages.reply(MARKDOWN, reply_buttons.row(POST))
    asked: str = await bot.say(GENERAL, thread_ts=ts, **shown)
    await page.get_by_role("link", name="1 reply").click()
    return asked


async def test_the_buttons_say_what_they_do_and_give_way_to_the_decision(
    page: Page, slack, bot
) -> None:
    ts = await ask(page, slack, bot)
    decline = page.get_by_role("button", name="Decline: do not let the expert use it")
    approve = page.get_by_role("button", name="Approve: let the expert use it")
    await expect(decline).to_be_visible()

    await approve.click()

    await eventually(lambda: bot.received_of("block_actions"))
    (clicked,) = bot.received_of("block_actions")
    assert clicked["user"]["id"] == ADA
    assert [action["value"] for action in clicked["actions"]] == [POST.approval]
    words = approval_texts.ended(Decision.APPROVED)
    ended = messages.ended(MARKDOWN, Ending(words, UserId(ADA), 1_795_000_000))
    await bot.client.chat_update(channel=GENERAL, ts=ts, **ended)
    note = page.get_by_text("Approved by").last
    await expect(note).to_contain_text(re.compile("@Ada, Nov 1[789], 2026 [0-9]+:06 [AP]M."))
    await expect(approve).to_have_count(0)
    await expect(decline).to_have_count(0)


async def test_what_the_model_wants_is_readable_and_acts_on_nothing(page: Page, slack, bot) -> None:
    await ask(page, slack, bot)

    block = page.locator("pre", has_text="title:").last
    await expect(block).to_contain_text("⟨U+0060⟩⟨U+0060⟩⟨U+0060⟩ *Approved* [here]")
    for live in (".mention", "a", "b", "strong"):
        await expect(block.locator(live)).to_have_count(0)
    await expect(page.get_by_text("Who can decide: Admins.").last).to_be_visible()


async def test_long_arguments_are_seen_without_scrolling_sideways(page: Page, slack, bot) -> None:
    ts = slack.people.say(ADA, GENERAL, "Open a ticket, please.")
    arguments = f'{{"title": "{"many words " * 30}{"x" * 300}"}}'
    wish = ApprovalWanted(RequestId("mcpr_1"), "shop", "open_ticket", arguments)
    words = approval_texts.approval_wanted(Question("Legal", [wish], "Admins", 24), Shown.HERE)
    shown = messages.reply(sanitize.markdown(words), reply_buttons.row(POST))
    await bot.say(GENERAL, thread_ts=ts, **shown)
    await page.goto(f"{slack.url}/#/{GENERAL}/{ts}")
    block = page.locator("#replies pre", has_text="title:")
    await expect(block).to_contain_text("x" * 60)
    for width in (1280, 390):
        await page.set_viewport_size({**WIDE, "width": width})
        assert await block.evaluate("(node) => node.scrollWidth - node.clientWidth") == 0
