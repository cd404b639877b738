import pytest

from bot.playground.slack.web_api.validation.blocks import problem_of


def plain(text="x"):
    return {"type": "plain_text", "text": text}


def button(**more):
    return {"type": "button", "action_id": "go", "text": plain()} | more


def select(count=1, **more):
    options = [{"text": plain(), "value": str(number)} for number in range(1, count + 1)]
    return {"type": "static_select", "action_id": "pick", "options": options} | more


def grouped(count, label=None):
    groups = [{"label": label or plain(), "options": select(1)["options"]}] * count
    return {"type": "static_select", "action_id": "pick", "option_groups": groups}


def task(**more):
    return {"type": "task_card", "task_id": "1", "title": "Ask legal", "status": "pending"} | more


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


def section(text="x", **more):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}} | more


def table(rows, columns=1):
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows}


def thumbs(**more):
    good, bad = ({"text": plain(value), "value": value} for value in ("good", "bad"))
    buttons = {"positive_button": good, "negative_button": bad} | more
    element = {"type": "feedback_buttons", "action_id": "feedback"} | buttons
    return {"type": "context_actions", "elements": [element]}


WELL_FORMED = [
    thumbs(),
    {"type": "divider", "block_id": "x" * 255},
    {"type": "markdown", "text": "**hello**"},
    {"type": "header", "text": plain("x" * 150)},
    section("x" * 3_000),
    {"type": "section", "fields": [plain("x" * 2_000)] * 10},
    section(accessory=select(100)),
    {"type": "context", "elements": [plain()] * 10},
    actions(*(button(action_id=str(number)) for number in range(25))),
    actions(button(text=plain("x" * 75), value="x" * 2_000)),
    actions(select(placeholder=plain("x" * 150))),
    {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a chart"},
    {
        "type": "input",
        "label": plain(),
        "element": {"type": "plain_text_input", "action_id": "typed"},
    },
    {"type": "plan", "title": "Who is asked", "tasks": [task(), task(task_id="2", status="error")]},
    task(status="complete"),
    table(100, 20),
]

MALFORMED = [
    (thumbs(positive_button=None), "no button or no value"),
    (thumbs(negative_button={"text": plain()}), "no button or no value"),
    (
        thumbs(negative_button={"text": plain("x" * 76), "value": "x"}),
        "must be less than 76 characters",
    ),
    (
        thumbs(positive_button={"text": plain(), "value": "x", "accessibility_label": "x" * 76}),
        "accessibility_label is too long",
    ),
    (None, "unsupported type"),
    ({"type": "unheard_of"}, "unsupported type"),
    ({"type": "divider", "block_id": "x" * 256}, "block_id is too long"),
    ({"type": "markdown", "text": ""}, "no text"),
    ({"type": "markdown", "text": plain()}, "no text"),
    ({"type": "header", "text": plain("x" * 151)}, "must be less than 151 characters"),
    ({"type": "section"}, "no text"),
    (section("x" * 3_001), "must be less than 3001 characters"),
    (section(""), "no text"),
    ({"type": "section", "fields": [plain()] * 11}, "no more than 10 fields"),
    ({"type": "section", "fields": [plain("x" * 2_001)]}, "must be less than 2001 characters"),
    ({"type": "section", "text": "just words"}, "no text"),
    (section(accessory={"action_id": "x"}), "unsupported element"),
    (actions(), "1 to 25 elements"),
    (actions(*(button(action_id=str(number)) for number in range(26))), "1 to 25 elements"),
    (actions(button(), button()), "`action_id` already exists"),
    (actions(button(action_id="x" * 256)), "action_id is too long"),
    (actions(button(text=plain("x" * 76))), "must be less than 76 characters"),
    (actions(button(value="x" * 2_001)), "value is too long"),
    (actions(select(101)), "1 to 100 options"),
    (actions(select(0)), "1 to 100 options"),
    (actions(select(6, type="overflow")), "1 to 5 options"),
    (actions(select(11, type="checkboxes")), "1 to 10 options"),
    (
        actions(select(options=[{"text": plain(), "value": "x" * 151}])),
        "an option's value has 1 to 150 characters",
    ),
    (
        actions(select(options=[{"text": plain("x" * 76), "value": "x"}])),
        "must be less than 76 characters",
    ),
    (actions(select(placeholder=plain("x" * 151))), "placeholder is too long"),
    (actions(select(options=["a", "b"])), "malformed"),
    (actions({"type": "static_select", "action_id": "pick"}), "no options"),
    (actions(select(1, type="external_select")), "options come from the app"),
    (
        actions(select(1, initial_option={"text": plain(), "value": "2"})),
        "an initial option is not among the options",
    ),
    (
        actions(select(1, type="multi_static_select", initial_options=[{"value": "2"}])),
        "an initial option is not among the options",
    ),
    (
        actions(select(options=[{"text": plain(), "value": "x", "description": plain("x" * 76)}])),
        "must be less than 76 characters",
    ),
    (actions(grouped(101)), "1 to 100 option groups"),
    (actions(grouped(1, plain("x" * 76))), "must be less than 76 characters"),
    ({"type": "context", "elements": [plain()] * 11}, "1 to 10 elements"),
    ({"type": "image", "image_url": "https://example.com/a.png"}, "no picture or no alt_text"),
    ({"type": "input", "label": plain()}, "no element"),
    ({"type": "input", "element": select()}, "no text"),
    ({"type": "plan", "tasks": [task()]}, "no title"),
    ({"type": "plan", "title": "Who", "tasks": [section()]}, "not a task"),
    (task(status="busy"), "not a task"),
    (table(101), "1 to 100 rows of 1 to 20 cells"),
    (table(1, 21), "1 to 100 rows of 1 to 20 cells"),
    (table(0), "1 to 100 rows of 1 to 20 cells"),
    ({"type": "table", "rows": 7}, "malformed"),
    ({"type": "carousel", "elements": [{"type": "card"}] * 11}, "1 to 10 cards"),
]


@pytest.mark.parametrize("block", WELL_FORMED, ids=lambda block: block["type"])
def test_what_fits_is_taken(block):
    assert problem_of(block) == ""


@pytest.mark.parametrize("block", WELL_FORMED, ids=lambda block: block["type"])
def test_what_is_taken_is_a_block_of_slacks(reference, block):
    reference.check("BlocksAny", [block])


@pytest.mark.parametrize(("block", "problem"), MALFORMED)
def test_what_does_not_fit_is_told(block, problem):
    assert problem_of(block) == problem
