import pytest
from playwright.async_api import Page, expect

from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, BEN, BOT_USER, GENERAL, PRODUCT

pytestmark = pytest.mark.asyncio(loop_scope="session")


def plan(**states):
    tasks = [
        {"type": "task_card", "task_id": name, "title": name.title(), "status": status}
        for name, status in states.items()
    ]
    return [{"type": "plan", "title": "Asking two experts", "tasks": tasks}]


async def test_what_is_typed_is_said_and_kept_as_slack_keeps_it(page: Page, slack) -> None:
    await page.get_by_label("Message", exact=True).fill("@panelbot hello & <b>hi</b>")
    await page.keyboard.press("Enter")
    message = page.locator("#messages .message")
    await expect(message).to_contain_text("@Panelbot hello & <b>hi</b>")
    await expect(message.locator(".mention")).to_have_text("@Panelbot")
    (posted,) = slack.workspace.messages(GENERAL)
    assert posted.text == f"<@{BOT_USER}> hello &amp; &lt;b&gt;hi&lt;/b&gt;"


async def test_shift_enter_begins_a_line_and_attached_files_go_with_it(page: Page, slack) -> None:
    field = page.get_by_label("Message", exact=True)
    await field.press_sequentially("one")
    await field.press("Shift+Enter")
    await field.press_sequentially("two")
    files = [{"name": "plan.txt", "mimeType": "text/plain", "buffer": b"\x00\xffplan"}]
    await page.locator("#main-composer").get_by_label("Attach files").set_input_files(files)
    await expect(page.get_by_role("list", name="To be sent with the message")).to_contain_text(
        "plan.txt"
    )
    await field.press("Enter")
    await expect(page.locator("#messages .file")).to_contain_text("plan.txt")
    (posted,) = slack.workspace.messages(GENERAL)
    assert posted.text == "one\ntwo"
    assert slack.state.contents[posted.files[0]["id"]] == b"\x00\xffplan"


async def test_experts_answer_in_the_thread_under_their_own_names(page: Page, slack, bot) -> None:
    ts = slack.people.say(ADA, GENERAL, "What about the licence?")
    await bot.say(GENERAL, "*Fine*", thread_ts=ts, username="Legal", icon_emoji=":scales:")
    await bot.say(GENERAL, "Cheap", thread_ts=ts, username="Finance")
    await page.get_by_role("link", name="2 replies").click()
    legal = page.locator("#replies").get_by_role("article", name="Legal")
    await expect(legal.locator(".badge")).to_have_text("APP")
    await expect(legal.locator("b")).to_have_text("Fine")


async def test_a_reply_goes_to_the_thread_and_if_wanted_to_the_channel(page: Page, slack) -> None:
    ts = slack.people.say(ADA, GENERAL, "What about the licence?")
    message = page.get_by_role("article", name="Ada")
    await message.hover()
    await message.get_by_label("Reply in thread").click()
    field = page.get_by_label("Reply", exact=True)
    await expect(field).to_be_focused()
    await field.press_sequentially("Than")
    await field.press("Escape")
    await expect(page.locator("#thread")).to_be_hidden()
    await expect(message).to_be_focused()
    await message.press("Enter")
    await expect(field).to_be_focused()
    await page.get_by_label("Also send to channel").check()
    await field.press("End")
    await field.press_sequentially("ks")
    await field.press("Enter")
    await expect(page.locator("#messages")).to_contain_text("replied to a thread")
    await expect(page.locator("#replies")).to_contain_text("1 reply")
    assert [m.text for m in slack.workspace.thread(GENERAL, ts)][-1] == "Thanks"
    await expect(field).to_have_value("")


async def test_a_plan_shows_its_states_in_words_as_they_change(page: Page, slack, bot) -> None:
    ts = slack.people.say(ADA, GENERAL, "Ask them")
    asked = await bot.say(
        GENERAL, "Asking", thread_ts=ts, blocks=plan(legal="in_progress", tax="pending")
    )
    await page.get_by_role("link", name="1 reply").click()
    tasks = page.locator("#replies .plan li")
    await expect(tasks).to_have_text(["Legal Working", "○ Tax Waiting"], use_inner_text=True)
    await page.locator("#replies .plan summary").click()
    await bot.client.chat_update(
        channel=GENERAL, ts=asked, text="Asked", blocks=plan(legal="complete", tax="error")
    )
    await expect(page.locator("#replies .plan")).to_contain_text("1 of 2 done")
    await expect(tasks.first).to_be_hidden()
    await page.locator("#replies .plan summary").click()
    await expect(tasks).to_contain_text(["Done", "Not done"])


async def test_status_and_streamed_text_are_seen_while_they_grow(page: Page, slack, bot) -> None:
    ts = slack.people.say(ADA, GENERAL, "Ask them")
    await bot.client.assistant_threads_setStatus(
        channel_id=GENERAL,
        thread_ts=ts,
        status="is consulting legal…",
        loading_messages=["Reading"],
    )
    await page.get_by_role("link", name="Panelbot is consulting legal…").click()
    await expect(page.get_by_role("status").filter(has_text="consulting")).to_contain_text(
        "Reading"
    )
    stream = await bot.client.chat_startStream(
        channel=GENERAL, thread_ts=ts, recipient_team_id="T0ACME", recipient_user_id=ADA
    )
    growing = page.locator("#replies .message.streaming")
    for words, shown in (("**The", "**The"), (" answer**", "The answer")):
        await bot.client.chat_appendStream(channel=GENERAL, ts=stream["ts"], markdown_text=words)
        await expect(growing).to_contain_text(shown)
    await expect(growing.locator("strong")).to_have_text("The answer")
    await bot.client.chat_stopStream(channel=GENERAL, ts=stream["ts"])
    await expect(growing).to_have_count(0)
    await expect(page.locator("#replies strong")).to_have_text("The answer")
    await expect(page.get_by_role("status").filter(has_text="consulting")).to_have_count(0)
    await expect(page.locator("#announcer")).to_contain_text("Panelbot: The answer")


async def test_a_thumb_stays_pressed_for_whoever_pressed_it(page: Page, slack, bot) -> None:
    thumbs = {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "good"},
        "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "bad"},
    }
    await bot.say(GENERAL, "x", blocks=[{"type": "context_actions", "elements": [thumbs]}])
    good, bad = (page.get_by_role("button", name=name) for name in ("Good", "Bad"))
    await bad.click()
    await expect(bad).to_have_attribute("aria-pressed", "true")
    await good.click()
    await expect(good).to_have_attribute("aria-pressed", "true")
    await expect(bad).to_have_attribute("aria-pressed", "false")
    await page.reload()
    await expect(good).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="You are: Ada").click()
    await page.get_by_role("menuitemradio", name="Ben").click()
    await expect(good).to_have_attribute("aria-pressed", "false")


async def test_own_messages_are_edited_and_deleted(page: Page, slack: SlackPlayground) -> None:
    slack.people.say(BEN, GENERAL, "From Ben")
    slack.people.say(ADA, GENERAL, "Frist for <@U0BEN>")
    field = page.get_by_label("Message", exact=True)
    await expect(page.locator(".message")).to_have_count(2)
    await field.press("ArrowUp")
    editor = page.get_by_label("Edit message")
    await expect(editor).to_have_value("Frist for @ben")
    await editor.fill("First for @ben")
    await editor.press("Enter")
    mine = page.get_by_role("article", name="Ada")
    await expect(mine).to_contain_text("First for @Ben(edited)")
    await mine.hover()
    await mine.get_by_label("More actions").click()
    await page.get_by_role("menuitem", name="Delete message").click()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await expect(mine).to_have_count(0)
    assert [m.text for m in slack.workspace.messages(GENERAL)] == ["From Ben"]


async def test_other_rooms_count_what_was_not_read(page: Page, slack: SlackPlayground) -> None:
    room = page.get_by_role("link", name="product")
    slack.people.say(BEN, PRODUCT, "one")
    slack.people.say(BEN, PRODUCT, "two")
    await expect(room).to_contain_text("2 unread")
    await expect(page).to_have_title("(2) Acme · Panelbot playground")
    await room.click()
    await expect(page.locator("#messages")).to_contain_text("two")
    await expect(room).not_to_contain_text("unread")


async def test_an_empty_channel_invites_to_ask(page: Page) -> None:
    await page.get_by_role("button", name="Ask the panel").click()
    field = page.get_by_label("Message", exact=True)
    await expect(field).to_be_focused()
    await expect(field).to_have_value(
        "@panelbot Can we use this MIT library in a closed product, "
        "and what would it cost to support?"
    )


async def test_in_direct_messages_the_thread_opens_with_the_question(page: Page, slack) -> None:
    await page.get_by_role("link", name="Panelbot APP").click()
    await page.get_by_role("button", name="Weigh a decision").click()
    field = page.get_by_label("Message", exact=True)
    await expect(field).to_have_value("Build or buy?")
    await field.press("Enter")
    await expect(page.locator("#replies .message")).to_contain_text("Build or buy?")
    await expect(page.get_by_label("Reply", exact=True)).to_be_focused()
    (posted,) = slack.workspace.messages(slack.workspace.direct_channel(ADA, BOT_USER).id)
    assert page.url.endswith(f"#/{posted.channel}/{posted.ts}")


async def test_a_reaction_is_given_and_taken_back(page: Page, slack: SlackPlayground) -> None:
    ts = slack.people.say(BEN, GENERAL, "Good?")
    message = page.get_by_role("article", name="Ben")
    await message.hover()
    await message.get_by_label("Add a reaction").click()
    await page.get_by_role("menuitem", name="tada").click()
    reaction = message.get_by_role("button", name="tada, 1")
    await expect(reaction).to_have_attribute("aria-pressed", "true")
    await reaction.click()
    await expect(reaction).to_have_count(0)
    stored = slack.workspace.message(GENERAL, ts)
    assert stored
    assert stored.reactions == {}


async def test_a_handle_is_completed_and_sent_as_a_mention(page: Page, slack, bot) -> None:
    created = await bot.client.usergroups_create(name="Panel: Legal Counsel", handle="panel-legal")
    field = page.get_by_label("Message", exact=True)
    option = page.get_by_role("option", name="@panel-legal")
    await field.press_sequentially("@pan")
    await expect(option).to_be_visible()
    await field.press_sequentially("el-l")
    await field.press("Enter")
    await field.press_sequentially("may we?")
    await field.press("Enter")
    await expect(page.locator("#messages .mention")).to_have_text("@panel-legal")
    (posted,) = slack.workspace.messages(GENERAL)
    assert posted.text == f"<!subteam^{created['usergroup']['id']}> may we?"

    await bot.client.usergroups_disable(usergroup=created["usergroup"]["id"])
    await field.press_sequentially("@panel-l")
    await expect(option).to_be_hidden()


async def test_a_thread_that_a_question_began_opens_when_the_app_begins_to_answer(
    page: Page, slack, bot
) -> None:
    field, thread = page.get_by_label("Message", exact=True), page.locator("#thread")
    ts = await say(page, slack, "@panelbot What about the licence?")
    await expect(thread).to_be_hidden()
    await think(bot, ts)
    await expect(thread).to_contain_text("is thinking…")
    await expect(page.get_by_label("Reply", exact=True)).to_be_focused()
    await page.get_by_label("Close the thread").click()
    await bot.say(GENERAL, "*Fine*", thread_ts=ts)
    await expect(page.get_by_role("link", name="1 reply")).to_be_visible()
    await expect(thread).to_be_hidden()

    ts = await say(page, slack, "@panelbot And what would it cost?")
    await field.press_sequentially("I mean")
    await bot.say(GENERAL, "A lot", thread_ts=ts)
    await expect(thread).to_contain_text("A lot")
    await expect(field).to_be_focused()
    await field.press_sequentially(" net")
    await expect(field).to_have_value("I mean net")


async def test_no_thread_opens_for_others_and_none_elsewhere(page: Page, slack, bot) -> None:
    by_ben = slack.people.say(BEN, GENERAL, f"<@{BOT_USER}> What about the licence?")
    by_ada = await say(page, slack, "@panelbot What about the licence?")
    slack.people.say(BEN, GENERAL, "I know", thread_ts=by_ada)
    await think(bot, by_ben)
    await expect(page.get_by_role("link", name="is thinking…")).to_be_visible()
    await expect(page.get_by_role("link", name="1 reply")).to_be_visible()
    await page.get_by_role("link", name="product").click()
    await think(bot, by_ada)
    await page.get_by_role("link", name="general").click()
    await expect(page.get_by_role("link", name="is thinking…")).to_have_count(2)
    await expect(page.locator("#thread")).to_be_hidden()


async def say(page: Page, slack, text: str) -> str:
    """Say something in the open channel; returns its ts."""
    field = page.get_by_label("Message", exact=True)
    await field.fill(text)
    await field.press("Enter")
    await expect(page.get_by_role("article", name="Ada").last).to_contain_text(text[10:])
    *_, message = slack.workspace.messages(GENERAL)
    return str(message.ts)


async def think(bot, ts: str) -> None:
    await bot.client.assistant_threads_setStatus(
        channel_id=GENERAL, thread_ts=ts, status="is thinking…"
    )
