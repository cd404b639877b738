"""The values of elements and forms that people use, as Slack's JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.json_types import Json
from bot.playground.slack.workspace.state import View


def element_of(
    blocks: Sequence[Json],
    action_id: str,
    block_id: str | None = None,
    value: str | None = None,
) -> tuple[str, Json]:
    """Return the element with *action_id* (in the block with *block_id*), and its block's id.

    Of several, the one that has *value*, if one does.
    """
    found: list[tuple[str, Json]] = []
    for number, block in enumerate(blocks):
        own_id = block.get("block_id", f"b{number}")
        elements = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        found += [
            (own_id, element)
            for element in elements
            if isinstance(element, dict)
            and element.get("action_id") == action_id
            and block_id in (None, own_id)
        ]
    if not found:
        raise KeyError(f"no action {action_id}")
    return next((one for one in found if _offers(one[1], value)), found[0])


def _offers(element: Json, value: str | None) -> bool:
    return value in (element.get("value"), *(o["value"] for o in element.get("options", ())))


def action_of(element: Json, block_id: str, value: str | None) -> Json:
    """Return the action that Slack sends for an element that was used."""
    kind = element["type"]
    action: Json = {"type": kind, "action_id": element["action_id"], "block_id": block_id}
    match kind:
        case "button" | "feedback_buttons" | "icon_button":
            pressed = value if value is not None else element.get("value")
            fields = {"text": element.get("text"), "value": pressed}
            return action | {name: field for name, field in fields.items() if field is not None}
        case "users_select":
            return action | {"selected_user": value}
        case "conversations_select" | "channels_select":
            return action | {f"selected_{kind.removesuffix('s_select')}": value}
        case "checkboxes" | "multi_static_select" | "multi_external_select":
            selected = [_option(element, part) for part in (value or "").split(",")]
            return action | {"selected_options": selected}
        case _:
            return action | {"selected_option": _option(element, value)}


def with_suggested(element: Any, view: View) -> Any:
    """Return a menu whose options come from the app with those that it has suggested."""
    if not isinstance(element, dict) or not element["type"].endswith("external_select"):
        return element
    first = [*element.get("initial_options", ()), element.get("initial_option")]
    known = {option["value"]: option for option in first if option} | view.suggested
    return element | {"options": list(known.values())}


def _option(element: Json, value: str | None) -> Json | None:
    groups = element.get("option_groups") or [element]
    options = [option for group in groups for option in group.get("options", [])]
    return next((option for option in options if option["value"] == value), None)


def filled(view: View, values: Mapping[str, Any]) -> Json:
    """Return the state of a view's inputs: the *values* given, else their initial ones."""
    state: Json = {}
    for block in view.content["blocks"]:
        element = with_suggested(block.get("element"), view)
        if block["type"] != "input" or not element:
            continue
        keys = [key for key in (block["block_id"], element["action_id"]) if key in values]
        value = _entered(element, values[keys[0]]) if keys else _initial(element)
        state[block["block_id"]] = {element["action_id"]: {"type": element["type"]} | value}
    return state


def _entered(element: Json, given: Any) -> Json:
    match element["type"]:
        case "static_select" | "radio_buttons" | "external_select":
            return {"selected_option": _option(element, given)}
        case "checkboxes" | "multi_static_select" | "multi_external_select":
            return {"selected_options": [_option(element, value) for value in given or ()]}
        case "file_input":
            return {"files": given or []}
        case "users_select":
            return {"selected_user": given or None}
        case _:
            return {"value": given or None}


def _initial(element: Json) -> Json:
    match element["type"]:
        case "static_select" | "radio_buttons" | "external_select":
            return {"selected_option": element.get("initial_option")}
        case "checkboxes" | "multi_static_select" | "multi_external_select":
            return {"selected_options": element.get("initial_options", [])}
        case "file_input":
            return {"files": []}
        case "users_select":
            return {"selected_user": element.get("initial_user")}
        case _:
            return {"value": element.get("initial_value")}
