"""What the demo offers to try, each at a click, and what it begins with."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from bot.demo.run import open_demo
from bot.demo.try_this import Abilities, TryThis
from bot.experts import library
from tests.playground.page.browser import WIDE, open_browser

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("try_this"),  # they share a demo
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo_page() -> AsyncIterator[Page]:
    """The page of a demo that has begun with a thread."""
    async with open_browser() as browser, open_demo({}, port=0, pace=0) as demo:
        demo.begin_thread()
        page = await browser.new_page(viewport=WIDE, reduced_motion="reduce")
        await page.goto(demo.url)
        yield page
        await page.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(demo_page: Page) -> Page:
    """The page, in its first channel."""
    await demo_page.set_viewport_size(WIDE)
    await demo_page.goto(demo_page.url.partition("#")[0])
    return demo_page


async def click(page: Page, item: str) -> Locator:
    """Try *item*; returns the thread."""
    await page.get_by_role("button", name=item, exact=True).click()
    return page.locator("#thread")


async def test_questions_documents_and_numbers_are_answered(page: Page) -> None:
    thread = await click(page, "Ask a question")
    await expect(thread.get_by_role("article", name="Finance Partner")).to_be_visible()
    await expect(thread).to_contain_text("In short:")

    thread = await click(page, "Give a document")
    await expect(thread).to_contain_text("says: “Either side may end this contract")

    thread = await click(page, "Chart numbers")
    await expect(thread.get_by_role("img", name="chart")).to_be_visible()


async def test_a_budget_is_used_up_and_an_admin_lets_the_question_through(page: Page) -> None:
    thread = await click(page, "Use up a budget")
    await expect(thread).to_contain_text("The budget of this channel, $0.00 a day, is used up.")
    await thread.get_by_role("button", name="Let this through: answer this question").click()
    await expect(thread.get_by_role("article", name="Legal Counsel")).to_be_visible()


async def test_a_ticket_is_approved(page: Page) -> None:
    thread = await click(page, "Approve a ticket")
    approve = thread.get_by_role("button", name="Approve: let the expert use it")
    await approve.click()
    await expect(thread).to_contain_text("says: Ticket 1 is open.")
    await expect(thread.get_by_text("Approved by").last).to_contain_text("@Ada")
    await expect(approve).to_have_count(0)


async def test_an_expert_of_ones_own_joins_the_panel(page: Page) -> None:
    await click(page, "Make your own expert")
    form = page.get_by_role("dialog", name="New expert")
    filled = {"Name": "baker", "Display name": "Baker", "Icon": "bread"}
    filled |= {"What it is for": "Bread and dough.", "Instructions": "You are a baker."}
    for label, text in filled.items():
        await form.get_by_label(label, exact=True).fill(text)
    await form.get_by_role("button", name="Add").click()
    await expect(page.locator("#messages .message").last).to_contain_text("Baker")


async def test_an_alert_is_in_the_channel_for_them(page: Page) -> None:
    await click(page, "Use up a budget")
    await page.get_by_role("link", name="board").click()
    await expect(page.locator("#messages")).to_contain_text("95 % of the budget", timeout=20_000)


async def test_an_answer_is_stopped(page: Page) -> None:
    thread = await click(page, "Stop an answer")
    await thread.get_by_role("button", name="Stop").click()
    await expect(thread).to_contain_text("did not get to answer")


async def test_a_german_colleague_sees_german_and_the_others_see_english_again(page: Page) -> None:
    thread = await click(page, "See what a German colleague sees")
    await expect(page.get_by_role("button", name="You are: Erin")).to_be_visible()
    await expect(thread.get_by_role("button", name="Lösungsweg").first).to_be_visible()

    thread = await click(page, "Ask a question")
    await expect(page.get_by_role("button", name="You are: Ada")).to_be_visible()
    await expect(thread.get_by_role("button", name="Show work").first).to_be_visible()


async def test_the_demo_begins_with_a_thread_and_a_phone_has_a_menu_of_what_to_try(
    page: Page,
) -> None:
    await page.set_viewport_size({**WIDE, "width": 390})
    begun = page.get_by_role("article", name="Ben").first
    await expect(begun).to_contain_text("GDPR")
    await begun.get_by_role("link", name="replies").click()
    thread = page.locator("#thread")
    for expert in ("Legal Counsel", "Security Engineer", "Finance Partner"):
        await expect(thread.get_by_role("article", name=expert)).to_be_attached()
    await page.get_by_label("Close the thread").click()
    await page.get_by_role("button", name="Try this").click()
    await page.get_by_role("menuitem", name="Ask a question").click()
    await expect(thread).to_contain_text("MIT library")
    await expect(thread).to_contain_text("In short:")


async def test_only_what_works_is_offered() -> None:
    able = Abilities(
        library.library()[3:5],
        changes_panel=False,
        opens_tickets=False,
        reads_files=False,
        can_be_slow=False,
    )
    titles = [item["title"] for item in TryThis(able).items()]
    assert titles == ["Ask a question", "Use up a budget", "See what a German colleague sees"]
    assert "engineering, product:" in TryThis(able).opening_question()
    assert TryThis(Abilities(())).items() == []
