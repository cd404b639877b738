import pytest
from playwright.async_api import Page, expect

from bot.playground.slack.workspace.company import ADA, BEN, GENERAL

pytestmark = pytest.mark.asyncio(loop_scope="session")

CLICKED = "**/page/actions/click"


def plain(text):
    return {"type": "plain_text", "text": text}


def entry(block_id, label, element, **more):
    element = {"action_id": f"{block_id}-action", **element}
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": element,
        **more,
    }


def option(value):
    return {"text": plain(value.title()), "value": value}


def modal(title, *blocks):
    return {"type": "modal", "title": plain(title), "submit": plain("Add"), "blocks": list(blocks)}


EXPERT = modal(
    "Add an expert",
    entry("name", "Name", {"type": "plain_text_input", "max_length": 20}),
    entry("about", "About", {"type": "plain_text_input", "multiline": True}, optional=True),
    entry("state", "ServerState", {"type": "url_text_input"}, optional=True),
    entry(
        "effort", "Effort", {"type": "radio_buttons", "options": [option("low"), option("high")]}
    ),
    entry(
        "tools",
        "Tools",
        {"type": "checkboxes", "options": [option("search"), option("files")]},
        optional=True,
    ),
    entry(
        "model",
        "Model",
        {"type": "static_select", "options": [option("luna")], "initial_option": option("luna")},
    ),
    entry("owner", "Owner", {"type": "users_select"}, optional=True),
    entry("paper", "Paper", {"type": "file_input"}, optional=True),
)


@pytest.fixture
def bot(bot):
    bot.modal = EXPERT
    return bot


async def command(page: Page, text: str) -> None:
    field = page.get_by_label("Message", exact=True)
    await field.fill(text)
    await field.press("Enter")


async def test_a_command_is_suggested_and_opens_a_modal(page: Page, bot) -> None:
    field = page.get_by_label("Message", exact=True)
    await field.press_sequentially("/ex")
    offer = page.get_by_role("option", name="/experts")
    await expect(offer).to_contain_text("[add NAME] · The panel")
    await field.press("Tab")
    await expect(field).to_have_value("/experts ")
    await field.press_sequentially("add @ben")
    await field.press("Escape")
    await field.press("Enter")
    await expect(page.get_by_role("dialog", name="Add an expert")).to_be_visible()
    (given,) = bot.received_of("command")
    assert (given["command"], given["text"]) == ("/experts", f"add <@{BEN}>")
    await expect(page.get_by_label("Name")).to_be_focused()


async def test_a_form_tells_what_is_wrong_and_then_what_was_filled_in(page: Page, bot) -> None:
    bot.answers["view_submission"] = {"response_action": "errors", "errors": {"name": "Is taken."}}
    await command(page, "/experts add")
    await page.get_by_role("button", name="Add", exact=True).click()
    wrong = page.locator(".bk-error:visible")
    await expect(wrong).to_have_text(["Please complete this required field."] * 2)
    await expect(page.get_by_label("Name")).to_be_focused()
    await page.get_by_label("Name").fill("legal")
    await page.get_by_label("ServerState").fill("no address")
    await page.get_by_label("High").check()
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(wrong).to_have_count(1)
    await page.get_by_label("ServerState").fill("https://a.example")
    await page.get_by_role("checkbox", name="Files").check()
    await page.get_by_label("Owner").select_option("Ben")
    paper = {"name": "p.txt", "mimeType": "text/plain", "buffer": b"paper"}
    await page.get_by_label("Paper").set_input_files(paper)
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(wrong).to_have_text("Is taken.")
    await expect(page.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    bot.answers.clear()
    await page.get_by_label("Name").fill("lawyer")
    await page.get_by_label("Name").press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_label("Message", exact=True)).to_be_focused()
    state = bot.received_of("view_submission")[-1]["view"]["state"]["values"]
    held = {block: next(iter(actions.values())) for block, actions in state.items()}
    assert held["name"]["value"] == "lawyer"
    assert held["about"]["value"] is None
    assert held["effort"]["selected_option"]["value"] == "high"
    assert [o["value"] for o in held["tools"]["selected_options"]] == ["files"]
    assert held["model"]["selected_option"]["value"] == "luna"
    assert held["owner"]["selected_user"] == BEN
    assert held["paper"]["files"][0]["name"] == "p.txt"


async def test_escape_closes_a_modal_and_the_app_is_told(page: Page, bot) -> None:
    bot.modal = EXPERT | {"notify_on_close": True}
    await command(page, "/experts add")
    await page.get_by_label("Name").press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert len(bot.received_of("view_closed")) == 1


async def test_a_view_on_top_hides_the_one_below_until_it_is_closed(page: Page, bot) -> None:
    more = modal("More", entry("why", "Why", {"type": "plain_text_input"}))
    bot.answers["view_submission"] = {"response_action": "push", "view": more}
    bot.modal = modal("First", entry("what", "What", {"type": "plain_text_input"}))
    await command(page, "/experts add")
    await page.get_by_label("What").fill("kept")
    await page.get_by_label("What").press("Enter")
    await expect(page.get_by_role("heading", name="More")).to_be_visible()
    await expect(page.get_by_label("What")).to_be_hidden()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_label("What")).to_have_value("kept")


async def test_a_button_asks_first_where_it_should_and_tells_the_app(page: Page, bot) -> None:
    sure = {
        "title": plain("Sure?"),
        "text": plain("It goes."),
        "confirm": plain("Go"),
        "deny": plain("No"),
    }
    button = {
        "type": "button",
        "action_id": "rm",
        "value": "legal",
        "text": plain("Remove"),
        "confirm": sure,
    }
    menu = {
        "type": "static_select",
        "action_id": "syn",
        "options": [option("auto"), option("never")],
    }
    more = {"type": "overflow", "action_id": "more", "options": [option("export")]}
    thumbs = {"type": "feedback_buttons", "action_id": "fb"}
    thumbs |= {"positive_button": option("good"), "negative_button": option("bad")}
    actions = {"type": "actions", "block_id": "acts", "elements": [button, menu, more]}
    feedback = {"type": "context_actions", "elements": [thumbs]}
    again = {"type": "context_actions", "elements": [thumbs]}
    await bot.say(GENERAL, "Panel", blocks=[actions, feedback, again])
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("button", name="No", exact=True).click()
    await page.get_by_role("button", name="Remove").click()
    async with page.expect_response(CLICKED):
        await page.get_by_role("button", name="Go", exact=True).click()
    async with page.expect_response(CLICKED):
        await page.get_by_role("combobox", name="Choose").select_option("Never")
    await page.locator(".bk-actions").get_by_label("More actions").click()
    async with page.expect_response(CLICKED):
        await page.get_by_role("menuitem", name="Export").click()
    async with page.expect_response(CLICKED):
        await page.get_by_role("button", name="Bad").last.click()
    told = [payload["actions"][0] for payload in bot.received_of("block_actions")]
    assert told[-1]["block_id"] == "b2"
    assert [(a["action_id"], a.get("value") or a["selected_option"]["value"]) for a in told] == [
        ("rm", "legal"),
        ("syn", "never"),
        ("more", "export"),
        ("fb", "bad"),
    ]


async def test_the_home_of_the_app_is_shown_when_it_is_opened(page: Page, bot) -> None:
    await page.get_by_role("link", name="Panelbot APP").click()
    await page.get_by_role("link", name="Home").click()
    await expect(page.locator("#home")).to_contain_text("has not published its home yet")
    header = {"type": "header", "text": plain("Your panels")}
    button = {"type": "button", "action_id": "new", "text": plain("New")}
    blocks = [header, {"type": "actions", "elements": [button]}]
    await bot.client.views_publish(user_id=ADA, view={"type": "home", "blocks": blocks})
    await expect(page.get_by_role("heading", name="Your panels")).to_be_visible()
    async with page.expect_response(CLICKED):
        await page.get_by_role("button", name="New").click()
    assert bot.received_of("block_actions")[0]["view"]["type"] == "home"


async def test_a_shortcut_on_a_message_reaches_the_app(page: Page, bot, slack) -> None:
    ts = slack.people.say(BEN, GENERAL, "Hm")
    message = page.get_by_role("article", name="Ben")
    await message.hover()
    await message.get_by_label("More actions").click()
    async with page.expect_response("**/page/actions/shortcut"):
        await page.get_by_role("menuitem", name="Ask the panel").click()
    (told,) = bot.received_of("message_action")
    assert (told["callback_id"], told["message_ts"]) == ("ask", ts)


async def test_a_command_that_nobody_knows_stays_in_the_field(page: Page) -> None:
    await command(page, "/nonsense 1")
    await expect(page.get_by_role("alert")).to_have_text("/nonsense is not a valid command.")
    await expect(page.get_by_label("Message", exact=True)).to_have_value("/nonsense 1")


def found(*names):
    return {
        "options": [option(name) | {"description": plain(f"All about {name}")} for name in names]
    }


COLLEAGUES = modal(
    "Ask others",
    entry("who", "Who", {"type": "external_select", "min_query_length": 0}),
    entry(
        "others",
        "Others",
        {
            "type": "multi_external_select",
            "min_query_length": 2,
            "initial_options": [option("ann")],
        },
    ),
)


async def test_a_menu_is_searched_by_typing(page: Page, bot) -> None:
    bot.modal, bot.answers["block_suggestion"] = COLLEAGUES, found("lisbon", "madrid")
    await command(page, "/experts")
    dialog = page.get_by_role("dialog", name="Ask others")
    who, others = (
        dialog.get_by_role("group", name="Who"),
        dialog.get_by_role("group", name="Others"),
    )
    await who.get_by_role("radio", name="Madrid").check()
    await expect(who).to_contain_text("All about lisbon")

    bot.answers["block_suggestion"] = found("porto")
    await who.get_by_role("searchbox").press_sequentially("por")
    await expect(who.get_by_role("radio", name="Porto")).to_be_visible()
    await expect(who.get_by_role("radio")).to_have_count(2)  # what is chosen stays
    typed = [one["value"] for one in bot.received_of("block_suggestion")]
    assert (typed[0], typed[-1]) == ("", "por")

    await others.get_by_role("searchbox").fill("p")  # too short to ask for
    await expect(others.get_by_role("checkbox")).to_have_count(1)
    await others.get_by_role("searchbox").fill("po")
    await others.get_by_role("checkbox", name="Porto").check()
    bot.answers["block_suggestion"] = found()
    await others.get_by_role("searchbox").fill("pox")
    await expect(others).to_contain_text("No results")

    await dialog.get_by_role("button", name="Add").click()
    await expect(dialog).to_be_hidden()
    values = bot.received_of("view_submission")[-1]["view"]["state"]["values"]
    assert values["who"]["who-action"]["selected_option"]["value"] == "madrid"
    chosen = values["others"]["others-action"]["selected_options"]
    assert [one["value"] for one in chosen] == ["ann", "porto"]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"options": "all"},
        {"options": [option(f"n{number}") for number in range(101)]},
        {"options": [option("x") | {"description": plain("x" * 76)}]},
    ],
)
async def test_an_answer_that_slack_does_not_take_is_told(page: Page, bot, answer) -> None:
    bot.modal, bot.answers["block_suggestion"] = COLLEAGUES, answer
    await command(page, "/experts")
    await expect(page.locator("#toast")).to_contain_text(
        "Slack does not take what the app answered"
    )
