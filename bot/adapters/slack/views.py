"""The form in which people describe an expert: Slack's modal, built and read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.adapters.slack.panel_lists import Answer
from bot.panel.errors import Refused
from bot.panel.model import Effort, Expert, ExpertName, ToolName
from bot.panel.roster import (
    LONGEST_INSTRUCTIONS,
    LONGEST_NAME,
    LONGEST_PURPOSE,
    LONGEST_TITLE,
)
from bot.panel.toolbox import NO_TOOLS, Toolbox, purpose_of

Json = dict[str, Any]

CALLBACK = "describe_expert"
_VALUE = "value"  # the action id of every input; the block id names the expert's attribute
_CONSULT, _ALWAYS = "always_consult", "always"
_CONSULTS = "consults"
_MOST_OPTIONS = 100  # in a menu
_HANDLE, _WANTED = "handle", "wanted"
_TOOLS = "tools"
_EFFORTS = {
    Effort.NONE: "None: quickest",
    Effort.LOW: "Low",
    Effort.MEDIUM: "Medium",
    Effort.HIGH: "High: slowest",
}


@dataclass(frozen=True, slots=True)
class Form:
    """What a form is for; it travels in the modal and comes back with it."""

    channel_id: str  # empty in the app's home, where defaults only can be changed
    for_defaults: bool = False
    editing: ExpertName | None = None  # None: a new expert

    def dump(self) -> str:
        """Return the form's purpose as Slack keeps it."""
        verb = "add" if self.editing is None else "edit"
        scope = "default" if self.for_defaults else "channel"
        name = self.editing or ""
        return json.dumps({"channel": self.channel_id, "scope": scope, "verb": verb, "name": name})

    @classmethod
    def load(cls, kept: str) -> "Form":
        """Return what ``dump`` wrote. Raises ValueError if it is anything else."""
        match json.loads(kept):
            case {
                "channel": str(channel),
                "scope": "channel" | "default" as scope,
                "verb": "add" | "edit" as verb,
                "name": str(name),
            } if (channel or scope == "default") and bool(name) == (verb == "edit"):
                return cls(channel, scope == "default", ExpertName(name) if name else None)
        raise ValueError("not the purpose of a form")


def modal(
    form: Form,
    expert: Expert | None = None,
    toolbox: Toolbox = NO_TOOLS,
    panel: Sequence[Expert] = (),
    *,
    handle: bool | None = None,
) -> Json:
    """Return the modal, filled with what *expert* is now.

    It may have the tools of *toolbox* and consult the others of *panel*. *handle* tells whether
    it has one; None does not ask about it.
    """
    which = "default expert" if form.for_defaults else "expert"
    naming = _editing(expert) if expert else _name_input()
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": form.dump(),
        "title": _plain(f"{'Edit' if expert else 'New'} {which}"),
        "submit": _plain("Save" if expert else "Add"),
        "close": _plain("Cancel"),
        "blocks": [
            naming,
            *_inputs(expert, toolbox, panel),
            *([] if handle is None else [_handle(handle)]),
        ],
    }


def notice(answer: Answer) -> Json:
    """Return a modal that only tells something."""
    return {
        "type": "modal",
        "title": _plain("Panel of experts"),
        "close": _plain("Close"),
        "blocks": list(answer.blocks),
    }


def read(view: Json) -> tuple[Form, Expert]:
    """Return what a filled form is for and the expert it describes, not yet checked.

    Raises Refused if it is not one of ours.
    """
    try:
        form = Form.load(view["private_metadata"])
        return form, _described(view["state"]["values"], form)
    except (ValueError, KeyError) as error:
        raise Refused(
            "This form is out of date; please close it and give the command again."
        ) from error


def handle(view: Json) -> bool | None:
    """Return whether a filled form wants a handle; None if it did not ask."""
    given = view["state"]["values"].get(_HANDLE)
    return bool(given[_VALUE].get("selected_options")) if given else None


def errors(view: Json, problem: str, field: str | None) -> dict[str, str]:
    """Return *problem* at the input that it is about; at the first if it is about none."""
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    return {field if field is not None and field in inputs else inputs[0]: problem}


def _described(values: Json, form: Form) -> Expert:
    return Expert(
        name=form.editing or ExpertName(_given(values, "name").strip()),
        title=_given(values, "title"),
        icon=_given(values, "icon"),
        purpose=_given(values, "purpose"),
        instructions=_given(values, "instructions", ""),
        model=_given(values, "model", "").strip() or None,
        effort=Effort(_given(values, "effort", Effort.LOW)),
        tools=tuple(map(ToolName, _chosen(values, _TOOLS))),
        always_consult=_given(values, _CONSULT, "") == _ALWAYS,
        consults=tuple(map(ExpertName, _chosen(values, _CONSULTS))),
    )


def _given(values: Json, field: str, unasked: str | None = None) -> str:
    """Return what was filled in; *unasked* where the form may not have asked."""
    if unasked is not None and field not in values:
        return unasked
    match values[field][_VALUE]:
        case {"selected_option": {"value": str(value)}} | {"value": str(value)}:
            return value
        case {"value": None}:
            return ""
        case _:
            raise ValueError(f"no {field}")


def _chosen(values: Json, field: str) -> tuple[str, ...]:
    """Return what was chosen of many; the form may not have asked."""
    match values.get(field):
        case None:  # there was nothing to choose from
            return ()
        case {"value": {"selected_options": [*options]}}:
            return tuple(option["value"] for option in options)
        case _:
            raise ValueError(f"no {field}")


def _editing(expert: Expert) -> Json:
    words = f"People ask it as `{expert.name}: …`"
    element = {"type": "mrkdwn", "text": words, "verbatim": True}
    return {"type": "context", "elements": [element]}


def _name_input() -> Json:
    hint = "What people type: lower-case letters, digits and hyphens."
    return _input("name", "Name", hint, _text("", LONGEST_NAME, "tax-law"))


def _inputs(expert: Expert | None, toolbox: Toolbox, panel: Sequence[Expert]) -> list[Json]:
    blank = Expert(ExpertName(""), title="", icon="", purpose="", instructions="")
    now = expert or blank
    return [
        _input("title", "Display name", "", _text(now.title, LONGEST_TITLE, "Tax Counsel")),
        _input("icon", "Icon", "An emoji's name: scales.", _text(now.icon, 102, "receipt")),
        _input(
            "purpose",
            "What it is for",
            "The router chooses by this line.",
            _text(now.purpose, LONGEST_PURPOSE),
        ),
        *([] if now.function else [*_thinking(now, toolbox), *_colleagues(now, panel)]),
    ]


def _thinking(now: Expert, toolbox: Toolbox) -> list[Json]:
    """Return what is asked of an expert that has a model."""
    instructions = _text(now.instructions, LONGEST_INSTRUCTIONS) | {"multiline": True}
    return [
        _input("instructions", "Instructions", "How it thinks and answers.", instructions),
        _input("model", "Model", "Empty: the usual one.", _text(now.model or "", 100))
        | {"optional": True},
        _input("effort", "Effort", "How hard it thinks.", _effort(now.effort)),
        *([_tools(now, toolbox)] if toolbox.tools else []),
        *([_consult(now)] if now.collections else []),
    ]


def _colleagues(now: Expert, panel: Sequence[Expert]) -> list[Json]:
    options = {
        one.name: {"text": _plain(one.title), "value": str(one.name)}
        for one in panel[:_MOST_OPTIONS]
        if one.name != now.name
    }
    if not options:
        return []
    chosen = [options[name] for name in now.consults if name in options]
    element: Json = {
        "type": "multi_static_select",
        "action_id": _VALUE,
        "placeholder": _plain("Nobody"),
        "options": list(options.values()),
    }
    if chosen:
        element["initial_options"] = chosen
    hint = "It may ask them before it answers; their answers go to it, not to the thread."
    return [_input(_CONSULTS, "Experts that it consults", hint, element) | {"optional": True}]


def _tools(now: Expert, toolbox: Toolbox) -> Json:
    options = {
        name: {"text": _plain(name), "value": name, "description": _plain(purpose_of(tool))}
        for name, tool in zip(toolbox.names, toolbox.tools, strict=True)
    }
    element: Json = {
        "type": "multi_static_select",
        "action_id": _VALUE,
        "placeholder": _plain("None"),
        "options": list(options.values()),
    }
    if chosen := [options[name] for name in now.tools if name in options]:
        element["initial_options"] = chosen
    return _input(_TOOLS, "Tools", "What it may use.", element) | {"optional": True}


def _consult(now: Expert) -> Json:
    usually = {"text": _plain("Where they help"), "value": "when-useful"}
    always = {"text": _plain("For every question"), "value": _ALWAYS}
    element = {
        "type": "static_select",
        "action_id": _VALUE,
        "options": [usually, always],
        "initial_option": always if now.always_consult else usually,
    }
    return _input(_CONSULT, "Documents", "When it consults them.", element)


def _handle(has_one: bool) -> Json:
    name = _plain("People can ask it with @panel- and its name, which Slack completes")
    option = {"text": name, "value": _WANTED}
    element = {"type": "checkboxes", "action_id": _VALUE, "options": [option]}
    if has_one:
        element["initial_options"] = [option]
    hint = "A user group without members; these come with Slack's paid plans."
    return _input(_HANDLE, "Handle", hint, element) | {"optional": True}


def _input(field: str, label: str, hint: str, element: Json) -> Json:
    block = {"type": "input", "block_id": field, "label": _plain(label), "element": element}
    return block | ({"hint": _plain(hint)} if hint else {})


def _text(value: str, longest: int, example: str = "") -> Json:
    element: Json = {"type": "plain_text_input", "action_id": _VALUE, "max_length": longest}
    if value:
        element["initial_value"] = value
    if example:
        element["placeholder"] = _plain(example)
    return element


def _effort(now: Effort) -> Json:
    options = {effort: _option(effort) for effort in Effort}
    return {
        "type": "static_select",
        "action_id": _VALUE,
        "options": list(options.values()),
        "initial_option": options[now],
    }


def _option(effort: Effort) -> Json:
    return {"text": _plain(_EFFORTS[effort]), "value": effort.value}


def _plain(words: str) -> Json:
    return {"type": "plain_text", "text": words, "emoji": True}
