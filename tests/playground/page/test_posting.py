"""What people post besides words, on the page: tables, forwards, voice clips, apps' alerts."""

import pytest
from playwright.async_api import Locator, Page, expect

from bot.playground.slack.workspace.company import ADA, BEN, BOT_USER, GENERAL
from tests import slack_changes
from tests.playground.page.test_reach import expect_names

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROWS = [["Vendor", "Fee"], ["Kestrel", "4200"]]
PASTED = {
    "a spreadsheet": {"text/plain": "Vendor\tFee\r\nKestrel\t4200\r\n"},
    "a web page": {
        "text/plain": "Vendor\nFee\nKestrel\n4200",
        "text/html": "<meta charset=utf-8><table><tr><th>Vendor<th><b>Fee</b>"
        "<tr><td>Kestrel<td>4200<img src=x></table>",
    },
    "Markdown": {"text/plain": "| Vendor | Fee |\n|--------|----:|\n| Kestrel | 4200 |\n"},
}
NO_TABLES = ["one line\twith a tab", "several\nlines", "a\tb\nc", "a | b\nc | d", "a\n-\n"]
PASTE = """(field, data) => {
  const clipboardData = new DataTransfer();
  for (const [type, text] of Object.entries(data)) clipboardData.setData(type, text);
  const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
  return field.dispatchEvent(event);
}"""


def composer(page: Page) -> Locator:
    return page.get_by_label("Message", exact=True)


def chips(page: Page) -> Locator:
    return page.get_by_role("list", name="To be sent with the message")


async def choose(page: Page, message: Locator, item: str) -> None:
    await message.hover()
    await message.get_by_label("More actions").click()
    await page.get_by_role("menuitem", name=item).click()


@pytest.mark.parametrize("source", PASTED)
async def test_a_pasted_table_is_sent_as_one(page: Page, slack, source) -> None:
    await composer(page).fill("which is cheaper?")
    await composer(page).evaluate(PASTE, PASTED[source])
    await expect(chips(page)).to_contain_text("Table, 2 by 2")
    await composer(page).press("Enter")

    table = page.locator("#messages table")
    await expect(table.get_by_role("columnheader")).to_have_text(ROWS[0])
    await expect(table.get_by_role("cell")).to_have_text(ROWS[1])
    await expect(chips(page)).to_be_hidden()
    (posted,) = slack.workspace.messages(GENERAL)
    assert posted.text == "which is cheaper?"
    (block,) = posted.attachments[0]["blocks"]
    assert [[cell["text"] for cell in row] for row in block["rows"]] == ROWS


async def test_other_text_is_pasted_as_text_and_a_table_can_be_taken_out(page: Page) -> None:
    for text in NO_TABLES:
        assert await composer(page).evaluate(PASTE, {"text/plain": text}), text
    assert not await composer(page).evaluate(PASTE, PASTED["Markdown"])
    await page.get_by_role("button", name="Do not send Table").click()
    await expect(chips(page)).to_be_hidden()


async def test_a_table_alone_is_sent_even_as_a_block(page: Page, slack) -> None:
    slack.hazards.tables = "block"
    await composer(page).evaluate(PASTE, PASTED["a spreadsheet"])
    await composer(page).press("Enter")

    await expect(page.locator("#messages table").get_by_role("cell")).to_have_text(ROWS[1])


async def test_a_message_is_forwarded_with_its_file(page: Page, slack) -> None:
    slack.people.say(BEN, GENERAL, "see *this* file", files=[("notes.txt", b"notes")])
    root = slack.people.say(ADA, GENERAL, "root")
    await page.goto(f"{slack.url}/#/{GENERAL}/{root}")
    await choose(page, page.locator("#messages").get_by_role("article", name="Ben"), "Forward")
    await expect_names(page)
    await page.get_by_label("To", exact=True).select_option("This thread")
    await page.get_by_label("Add a message").fill("@panelbot look")
    await page.get_by_role("button", name="Forward").click()

    forwarded = page.locator("#replies").get_by_role("group", name="Message from Ben in #general")
    await expect(forwarded.locator("b").first).to_have_text("this")
    await expect(forwarded.locator(".file")).to_contain_text("notes.txt")
    reply = slack.workspace.thread(GENERAL, root)[-1]
    assert reply.text == f"<@{BOT_USER}> look"
    await expect_names(page)


async def test_a_forward_needs_no_comment_and_can_be_cancelled(page: Page, slack) -> None:
    slack.people.say(BEN, GENERAL, "The pump leaks again.")
    message = page.get_by_role("article", name="Ben")
    await choose(page, message, "Forward")
    await page.get_by_role("button", name="Cancel").click()
    await choose(page, message, "Forward")
    await page.get_by_label("To", exact=True).select_option("Panelbot")
    await page.get_by_role("button", name="Forward").click()
    await expect(page.get_by_role("alert")).to_have_text("The message is forwarded.")

    (posted,) = slack.workspace.messages(slack.workspace.direct_channel(ADA, BOT_USER).id)
    assert (posted.text, posted.attachments[0]["text"]) == ("", "The pump leaks again.")


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("an attachment", ["Disk full on node-17", "93 % used", "Severity", "high"]),
        ("blocks", ["Deploy 88 failed", "migrate", "Dev", "run 4711"]),
        ("a short text and blocks", ["INC-52", "hall seven"]),
    ],
)
async def test_monitor_posts_an_alert(page: Page, slack, bot, kind, shown) -> None:
    await page.get_by_role("button", name="More ways to post").click()
    await page.get_by_role("menuitem", name=f"alert in {kind}", exact=False).click()

    alert = page.get_by_role("article", name="Monitor")
    for words in shown:
        await expect(alert).to_contain_text(words)
        await expect(page.get_by_role("log")).to_contain_text(words)
    await expect(alert.locator(".badge")).to_have_text("APP")
    await slack.deliverer.settle()
    (event,) = [payload["event"] for payload in bot.received_of("event_callback")]
    assert event["bot_id"] == "B0MONITOR"


async def test_a_voice_clip_says_what_was_typed(page: Page, slack) -> None:
    await composer(page).fill("is the pump covered by the warranty")
    await page.get_by_role("button", name="More ways to post").click()
    await page.get_by_role("menuitem", name="Send as a voice clip").click()

    await expect(page.locator("#messages .file")).to_contain_text(
        "Transcript: is the pump covered by the warranty"
    )
    await expect(composer(page)).to_have_value("")
    (posted,) = slack.workspace.messages(GENERAL)
    assert posted.files[0]["transcription"]["status"] == "complete"


async def test_a_links_preview_appears_below_the_message(page: Page, slack) -> None:
    url = "https://example.org/page"
    ts = slack.people.say(ADA, GENERAL, f"<{url}>")
    slack_changes.preview_link(
        slack, GENERAL, ts, url, "Rules of the harbour", "Boats keep to the right."
    )

    preview = page.get_by_role("group", name="Preview of a link")
    await expect(preview.get_by_role("link")).to_have_attribute("href", url)
    await expect(preview).to_contain_text("Boats keep to the right.")


async def test_a_mention_in_code_or_a_quote_is_one(page: Page, slack) -> None:
    await composer(page).fill("`@panelbot stop`\n> @panelbot old")
    await composer(page).press("Enter")

    await expect(page.locator("#messages code .mention")).to_have_text("@Panelbot")
    await expect(page.locator("#messages blockquote .mention")).to_have_text("@Panelbot")
    (posted,) = slack.workspace.messages(GENERAL)
    assert posted.text == f"`<@{BOT_USER}> stop`\n&gt; <@{BOT_USER}> old"
