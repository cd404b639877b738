"""The modal in which people describe an expert: built and read."""

import json
from collections.abc import Sequence

from bot.adapters.slack.blocks import elements, seals
from bot.adapters.slack.blocks.form_target import FormTarget
from bot.adapters.slack.experts import form_inputs
from bot.adapters.slack.experts.form_inputs import (
    ALWAYS,
    CONSULT,
    CONSULTS,
    FILES,
    HANDLE,
    TOOLS,
    VALUE,
    inputs,
    naming,
)
from bot.json_types import Json
from bot.language import gettext
from bot.panel.model import Effort, Expert, ExpertName, ToolName
from bot.panel.tools import NO_TOOLS, Toolbox

CALLBACK, HOME_CALLBACK = "describe_expert", "home_describe_expert"


def modal(
    form: FormTarget,
    expert: Expert | None = None,
    toolbox: Toolbox = NO_TOOLS,
    panel: Sequence[Expert] = (),
    *,
    handle: bool | None = None,
) -> Json:
    """Return the modal, filled with *expert* as it is.

    The expert may have the tools of *toolbox* and consult the others of *panel*. *handle* says
    whether it has a handle; None leaves out the question.
    """
    blocks = [naming(expert), *inputs(expert, toolbox, panel)]
    if handle is not None:
        blocks.append(form_inputs.handle(handle))
    return elements.modal(
        _title(form),
        blocks,
        close=gettext("Cancel"),
        form=CALLBACK,
        metadata=form.dump(),
        submit=gettext("Save") if expert else gettext("Add"),
    )


def _title(form: FormTarget) -> str:
    if form.for_defaults:
        return gettext("Edit default expert") if form.name else gettext("New default expert")
    return gettext("Edit expert") if form.name else gettext("New expert")


def read(view: Json) -> tuple[FormTarget, Expert]:
    """Return what a submitted form is for, and the expert it describes, not checked yet.

    Raises Refused if the form is not valid.
    """
    with seals.form_read():
        form = FormTarget.load(json.loads(view["private_metadata"]))
        return form, _described(view["state"]["values"], form)


def handle(view: Json) -> bool | None:
    """Return whether the expert is to have a handle; None if the form did not ask."""
    checkbox = view["state"]["values"].get(HANDLE)
    return bool(checkbox[VALUE].get("selected_options")) if checkbox else None


def files(view: Json) -> tuple[str, ...]:
    """Return the ids of the files in a submitted form; none if it did not ask."""
    file_input = view["state"]["values"].get(FILES) or {VALUE: {}}
    return tuple(str(file["id"]) for file in file_input[VALUE].get("files") or ())


def _described(values: Json, form: FormTarget) -> Expert:
    return Expert(
        name=form.name or ExpertName(_entered(values, "name").strip()),
        title=_entered(values, "title"),
        icon=_entered(values, "icon"),
        purpose=_entered(values, "purpose"),
        instructions=_entered(values, "instructions", ""),
        model=_entered(values, "model", "").strip() or None,
        effort=Effort(_entered(values, "effort", Effort.LOW)),
        tools=tuple(map(ToolName, _chosen(values, TOOLS))),
        always_consult=_entered(values, CONSULT, "") == ALWAYS,
        consults=tuple(map(ExpertName, _chosen(values, CONSULTS))),
    )


def _entered(values: Json, field: str, default: str | None = None) -> str:
    """Return the value of an input; *default* if the form may lack the input and does."""
    if default is not None and field not in values:
        return default
    match values[field][VALUE]:
        case {"selected_option": {"value": str(value)}} | {"value": str(value)}:
            return value
        case {"value": None}:
            return ""
        case _:
            raise ValueError(f"no {field}")


def _chosen(values: Json, field: str) -> tuple[str, ...]:
    """Return the chosen options of a menu; none if the form lacks the menu."""
    match values.get(field):
        case None:  # there was nothing to choose from
            return ()
        case {"value": {"selected_options": [*options]}}:
            return tuple(option["value"] for option in options)
        case _:
            raise ValueError(f"no {field}")
