import pytest

from bot.playground.slack.delivery.interactions import with_state
from bot.playground.slack.people.forms import action_of, element_of, filled
from bot.playground.slack.workspace.state import View

OPTIONS = [{"text": {"type": "plain_text", "text": word}, "value": word} for word in "ab"]


def button(action_id="go", **more):
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text"}} | more


def modal(*elements):
    blocks = [
        {"type": "input", "block_id": f"b{number}", "element": element}
        for number, element in enumerate(elements)
    ]
    content = {"type": "modal", "blocks": [{"type": "divider", "block_id": "line"}, *blocks]}
    return View("V1", "U1", content, "hash")


def state_of(element, values):
    (state,) = filled(modal(element), values)["b0"].values()
    return state


def test_an_element_is_found_wherever_blocks_have_them():
    blocks = [
        {"type": "actions", "elements": [button("one")]},
        {"type": "section", "block_id": "two", "accessory": button("two")},
        {"type": "input", "block_id": "three", "element": button("three")},
    ]

    assert [element_of(blocks, action)[0] for action in ("one", "two", "three")] == [
        "b0",
        "two",
        "three",
    ]


def test_elements_with_the_same_action_are_told_apart_by_their_block():
    blocks = [
        {"type": "actions", "block_id": block, "elements": [button(value=block)]} for block in "xy"
    ]

    assert element_of(blocks, "go", "y")[1]["value"] == "y"
    with pytest.raises(KeyError, match="no action stay"):
        element_of(blocks, "stay")


@pytest.mark.parametrize(
    ("element", "value", "state_fields"),
    [
        (button(value="yes"), None, {"value": "yes", "text": {"type": "plain_text"}}),
        (button(value="yes"), "no", {"value": "no", "text": {"type": "plain_text"}}),
        ({"type": "static_select", "options": OPTIONS}, "b", {"selected_option": OPTIONS[1]}),
        ({"type": "overflow", "options": OPTIONS}, "a", {"selected_option": OPTIONS[0]}),
        ({"type": "checkboxes", "options": OPTIONS}, "a,b", {"selected_options": OPTIONS}),
        ({"type": "users_select"}, "U1", {"selected_user": "U1"}),
        ({"type": "conversations_select"}, "C1", {"selected_conversation": "C1"}),
        ({"type": "channels_select"}, "C1", {"selected_channel": "C1"}),
    ],
)
def test_what_was_chosen_is_told_in_slacks_words(element, value, state_fields):
    action = action_of({"action_id": "go"} | element, "block", value)

    expected = {"type": element["type"], "action_id": "go", "block_id": "block"}
    assert action == expected | state_fields


def test_an_option_is_found_in_its_group():
    groups = [{"label": {}, "options": [option]} for option in OPTIONS]
    element = {"type": "static_select", "action_id": "pick", "option_groups": groups}

    assert action_of(element, "block", "b")["selected_option"] == OPTIONS[1]


@pytest.mark.parametrize(
    ("element", "state_fields"),
    [
        ({"type": "plain_text_input", "initial_value": "Legal"}, {"value": "Legal"}),
        ({"type": "plain_text_input"}, {"value": None}),
        ({"type": "static_select", "initial_option": OPTIONS[0]}, {"selected_option": OPTIONS[0]}),
        ({"type": "checkboxes", "initial_options": OPTIONS}, {"selected_options": OPTIONS}),
        ({"type": "users_select", "initial_user": "U1"}, {"selected_user": "U1"}),
        ({"type": "file_input"}, {"files": []}),
    ],
)
def test_inputs_that_nobody_touched_hold_what_they_began_with(element, state_fields):
    assert state_of({"action_id": "it"} | element, {}) == {"type": element["type"]} | state_fields


def test_an_input_is_named_by_its_block_or_its_action():
    text = {"type": "plain_text_input", "action_id": "typed", "initial_value": "Legal"}

    assert state_of(text, {"b0": "Finance"})["value"] == "Finance"
    assert state_of(text, {"typed": "Finance"})["value"] == "Finance"
    assert state_of(text, {"b0": "Finance", "typed": "Legal"})["value"] == "Finance"


@pytest.mark.parametrize(
    ("element", "entered", "state_fields"),
    [
        ({"type": "checkboxes", "options": OPTIONS}, ["b"], {"selected_options": OPTIONS[1:]}),
        ({"type": "checkboxes", "options": OPTIONS}, None, {"selected_options": []}),
        ({"type": "radio_buttons", "options": OPTIONS}, None, {"selected_option": None}),
        ({"type": "users_select", "initial_user": "U1"}, "U2", {"selected_user": "U2"}),
        ({"type": "users_select", "initial_user": "U1"}, None, {"selected_user": None}),
        ({"type": "file_input"}, [{"id": "F1"}], {"files": [{"id": "F1"}]}),
    ],
)
def test_each_input_has_its_own_state(element, entered, state_fields):
    state = state_of({"action_id": "it"} | element, {"b0": entered})

    assert state == {"type": element["type"]} | state_fields


def test_only_inputs_have_state():
    assert list(filled(modal(button()), {})) == ["b0"]
    assert with_state(modal(), None)["state"] == {"values": {}}


def test_an_empty_text_is_no_more_what_it_began_with():
    text = {"type": "plain_text_input", "action_id": "typed", "initial_value": "Legal"}

    assert state_of(text, {"b0": ""})["value"] is None
