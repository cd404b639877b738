import aiohttp
import pytest
from playwright.async_api import Page, expect

from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, BEN, BOT_ID, GENERAL
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Channel

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVIL = "<script>window.hit=1</script><img src=x onerror='window.hit=1'>"
ESCAPED = EVIL.replace("<", "&lt;").replace(">", "&gt;")


def everywhere(text):
    """Blocks with *text* in every place that takes one."""
    plain, mrkdwn = {"type": "plain_text", "text": text}, {"type": "mrkdwn", "text": text}
    cell = {"type": "raw_text", "text": text}
    rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    details = {"type": "rich_text", "elements": [rich], "html": text}
    task = {"type": "task_card", "task_id": text, "title": text, "status": text, "details": details}
    link = {"type": "url", "url": "javascript:window.hit=1", "text": text}
    url = {"type": "button", "text": plain, "action_id": "u", "url": "javascript:window.hit=1"}
    option = {"text": plain, "value": text}
    select = {"type": "static_select", "action_id": text, "options": [option], "placeholder": plain}
    return [
        {"type": "section", "text": mrkdwn, "fields": [plain, mrkdwn], "accessory": select},
        {"type": "header", "text": plain},
        {
            "type": "context",
            "elements": [mrkdwn, {"type": "image", "alt_text": text, "image_url": text}],
        },
        {"type": "markdown", "text": text, "html": text},
        {"type": "markdown", "text": "[go](javascript:window.hit=1) <javascript:window.hit=1|go>"},
        {"type": "plan", "title": text, "tasks": [task | {"sources": [link]}]},
        {"type": "table", "rows": [[cell], [cell]]},
        {"type": "data_table", "caption": text, "rows": [[cell]]},
        {"type": "actions", "elements": [url, select, {"type": text}]},
        {"type": text, "block_id": text},
    ]


async def test_hostile_text_is_shown_and_does_nothing(page: Page, slack: SlackPlayground) -> None:
    for text in (EVIL, ESCAPED):
        slack.workspace.post(
            Message(
                ts=slack.workspace.new_ts(),
                channel=GENERAL,
                text=text,
                bot_id=BOT_ID,
                username=text,
                icon_emoji=f":{text}:",
                blocks=everywhere(text),
                files=[{"id": text, "name": text, "filetype": text}],
                reactions={text: [ADA]},
            )
        )
        slack.people.say(BEN, GENERAL, text)
    await expect(page.locator("#messages .message")).to_have_count(4)
    await expect(page.locator("#messages")).to_contain_text("<script>window.hit=1</script>")
    await expect(page.locator("#messages :is(script, img, [onerror])")).to_have_count(0)
    for _ in range(await page.get_by_text("go", exact=True).count()):
        await page.get_by_text("go", exact=True).first.click()
    links = await page.locator("#messages a").evaluate_all("all => all.map(a => a.protocol)")
    assert set(links) <= {"http:", "https:"}
    assert await page.evaluate("window.hit") is None
    await expect(page.locator("#messages")).to_contain_text("the playground cannot show it")


async def test_what_would_ping_everyone_is_seen_at_once(page: Page, bot) -> None:
    markdown = [{"type": "markdown", "text": "Hey <!channel>, not &lt;!here&gt;"}]
    await bot.say(GENERAL, "x", blocks=markdown)
    live = page.locator("#messages .mention.broadcast")
    await expect(live).to_have_text("@channel")
    await expect(live).to_have_attribute("title", "Notifies everyone here")
    await expect(page.locator("#messages")).to_contain_text("not <!here>")


async def test_who_one_is_decides_what_one_sees(page: Page, slack, bot) -> None:
    await bot.client.chat_postEphemeral(channel=GENERAL, user=ADA, text="For Ada alone")
    await expect(page.locator(".message")).to_contain_text("Only visible to you")
    await page.get_by_role("button", name="You are: Ada").click()
    await page.get_by_role("menuitemradio", name="Gus Guest").click()
    await expect(page.get_by_role("button", name="You are: Gus Guest")).to_be_visible()
    await expect(page.locator("#messages")).not_to_contain_text("For Ada alone")
    await expect(page.get_by_role("link", name="product")).to_have_count(0)
    await page.get_by_label("Message", exact=True).fill("I am Gus")
    await page.get_by_label("Message", exact=True).press("Enter")
    await expect(page.get_by_role("article", name="Gus").locator(".note")).to_have_text("Guest")
    await page.reload()
    await expect(page.get_by_role("button", name="You are: Gus Guest")).to_be_visible()


async def test_a_dropped_stream_comes_back_with_what_was_missed(browser, slack) -> None:
    """A page of its own: a lost connection is an error in the browser's console."""
    page = await browser.new_page()
    sockets = []
    await page.route_web_socket(
        "**/page/updates*", lambda ws: sockets.append((ws, ws.connect_to_server()))
    )
    await page.goto(slack.url)
    gone = slack.people.say(BEN, GENERAL, "Soon gone")
    await expect(page.locator(".message")).to_contain_text("Soon gone")
    client, server = sockets[-1]
    await server.close()
    await client.close()
    slack.people.delete(BEN, GENERAL, gone)
    slack.people.say(BEN, GENERAL, "Said meanwhile")
    await expect(page.locator("#messages")).to_contain_text("Said meanwhile")
    await expect(page.locator("#messages")).not_to_contain_text("Soon gone")
    assert len(sockets) == 2
    await page.close()


async def test_other_pages_and_other_names_are_kept_out(slack: SlackPlayground) -> None:
    evil = {"Origin": "http://evil.example"}
    own = {"Origin": slack.url}
    message_details = {"user": ADA, "channel": GENERAL, "text": "x"}
    say, live = f"{slack.url}/page/actions/say", f"{slack.url}/page/updates"
    async with aiohttp.ClientSession() as session:
        for headers in ({}, evil, {"Origin": "null"}, own | {"Host": "evil.example"}):
            async with session.post(say, json=message_details, headers=headers) as answer:
                assert answer.status == 403
        for headers in ({}, evil):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await session.ws_connect(live, headers=headers)
        api, token = f"{slack.url}/api/auth.test", {"Authorization": f"Bearer {slack.bot_token}"}
        async with session.post(api, headers=evil | token) as answer:
            assert answer.status == 403
        async with session.post(api, headers=token) as answer:
            assert answer.status == 200
        rebound = {"Host": "evil.example", "Origin": "http://evil.example"}
        async with session.get(slack.url, headers=rebound) as answer:
            assert answer.status == 403
        async with session.post(say, json=message_details, headers=own) as answer:
            assert answer.status == 200
    assert [m.text for m in slack.workspace.messages(GENERAL)] == ["x"]


async def test_the_page_comes_with_a_strict_policy_and_only_its_own_files(slack) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(slack.url) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
        for path in ("/page/nothing.js", "/page/..%2Fslack%2Froutes.py", "/page/%2Fetc%2Fpasswd"):
            async with session.get(f"{slack.url}{path}") as answer:
                assert answer.status == 404


@pytest.mark.parametrize(
    ("deed", "details", "sentence"),
    [
        ("say", {"user": "U0NOBODY"}, "This person is not in the workspace."),
        ("say", {"user": ADA, "channel": "C0NOWHERE", "text": "x"}, "This is not there any more."),
        (
            "say",
            {"user": ADA, "channel": "C0CLOSED", "text": "x"},
            "This person is not in the channel.",
        ),
        (
            "edit",
            {"user": ADA, "channel": GENERAL, "text": "x"},
            "Only its author may change a message.",
        ),
        ("say", {"user": ADA, "channel": GENERAL, "text": " "}, "There is nothing to send."),
        (
            "say",
            {"user": ADA, "channel": GENERAL, "text": "", "files": [{"name": "a", "content": "a"}]},
            "The file cannot be read.",
        ),
        ("fly", {"user": ADA}, "The playground does not know this action."),
        ("slash", {"user": ADA, "channel": GENERAL}, "This is not there any more."),
    ],
)
async def test_what_cannot_be_done_is_refused_in_a_sentence(slack, deed, details, sentence) -> None:
    slack.workspace.add(Channel("C0CLOSED", "closed"))
    ts = slack.people.say(BEN, GENERAL, "Ben's")
    async with (
        aiohttp.ClientSession(headers={"Origin": slack.url}) as session,
        session.post(f"{slack.url}/page/actions/{deed}", json={"ts": ts, **details}) as answer,
    ):
        assert answer.status == 400
        assert await answer.json() == {"error": sentence}


async def test_what_is_no_json_is_refused(slack) -> None:
    async with aiohttp.ClientSession(headers={"Origin": slack.url}) as session:
        for body in (b"", b"[]", b"{", b"\xff"):
            async with session.post(f"{slack.url}/page/actions/say", data=body) as answer:
                assert answer.status == 400
