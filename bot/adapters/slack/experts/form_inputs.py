"""The inputs of the form that describes an expert.

A block's id is the name of the expert's attribute.
"""

from collections.abc import Sequence

from bot.adapters.slack.blocks.elements import (
    MOST_OPTIONS,
    described,
    labelled_input,
    menu,
    note,
    option,
    plain_text,
    select,
    text_input,
)
from bot.adapters.slack.documents.document_forms import MOST_FILES
from bot.json_types import Json
from bot.language import gettext, pgettext
from bot.panel.model import Effort, Expert, ExpertName
from bot.panel.roster.expert_checks import (
    LONGEST_INSTRUCTIONS,
    LONGEST_NAME,
    LONGEST_PURPOSE,
    LONGEST_TITLE,
)
from bot.panel.tools import Toolbox, leads_out, purpose_of

VALUE = "value"  # the action id of every input
CONSULT, ALWAYS = "always_consult", "always"
_USUALLY = "when-useful"
CONSULTS, HANDLE, TOOLS, FILES = "consults", "handle", "tools", "files"
_WANTED = "wanted"


def naming(expert: Expert | None) -> Json:
    """Return the input for the name of a new expert, or a note with that of *expert*."""
    if expert:
        return note(gettext("People ask it as `{name}: …`", name=expert.name))
    hint = gettext("What people type: lower-case letters, digits and hyphens.")
    return labelled_input("name", gettext("Name"), hint, _text("", LONGEST_NAME, "tax-law"))


def inputs(expert: Expert | None, toolbox: Toolbox, panel: Sequence[Expert]) -> list[Json]:
    """Return all other inputs, filled with *expert* as it is."""
    blank = Expert(ExpertName(""), title="", icon="", purpose="", instructions="")
    now = expert or blank
    title = _text(now.title, LONGEST_TITLE, gettext("Tax Counsel"))
    icon_hint = gettext("An emoji's name: scales.")
    purpose_hint = gettext("The router chooses by this line.")
    purpose = _text(now.purpose, LONGEST_PURPOSE)
    return [
        labelled_input("title", gettext("Display name"), "", title),
        labelled_input("icon", gettext("Icon"), icon_hint, _text(now.icon, 102, "receipt")),
        labelled_input("purpose", gettext("What it is for"), purpose_hint, purpose),
        *([] if now.function else [*_model_inputs(now, toolbox), *_colleagues(now, panel)]),
    ]


def _model_inputs(now: Expert, toolbox: Toolbox) -> list[Json]:
    instructions = _text(now.instructions, LONGEST_INSTRUCTIONS) | {"multiline": True}
    how = gettext("How it thinks and answers.")
    model, usual = _text(now.model or "", 100), gettext("Empty: the usual one.")
    efforts = {effort.value: _option(effort) for effort in Effort}
    effort, hard = select(VALUE, efforts, now.effort.value), gettext("How hard it thinks.")
    return [
        labelled_input("instructions", gettext("Instructions"), how, instructions),
        labelled_input("model", gettext("Model"), usual, model, optional=True),
        labelled_input("effort", gettext("Effort"), hard, effort),
        *([_tools(now, toolbox)] if toolbox.tools else []),
        *([_consult(now)] if now.collections else []),
        _files(),
    ]


def _colleagues(now: Expert, panel: Sequence[Expert]) -> list[Json]:
    options = {expert.name: described(expert) for expert in panel if expert.name != now.name}
    if not options:
        return []
    chosen = [options[name] for name in shown(now.consults) if name in options]
    element = menu(VALUE, gettext("Nobody"), list(options.values()), chosen)
    hint = gettext("It may ask them before it answers; their answers go to it, not to the thread.")
    label = gettext("Experts that it consults")
    return [labelled_input(CONSULTS, label, hint, element, optional=True)]


def shown(consulted: Sequence[ExpertName]) -> Sequence[ExpertName]:
    """Return those of *consulted* that the form shows; the others stay as they are."""
    return consulted[:MOST_OPTIONS]


def _tools(now: Expert, toolbox: Toolbox) -> Json:
    options = {
        name: option(name, name, purpose_of(tool))
        for name, tool in zip(toolbox.names, toolbox.tools, strict=True)
    }
    chosen = [options[name] for name in now.tools if name in options]
    element = menu(VALUE, pgettext("tools", "None"), list(options.values()), chosen)
    hint = gettext("What it may use.")
    if any(map(leads_out, toolbox.tools)):
        hint = gettext("With web search, or a tool without approval, documents can get out.")
    return labelled_input(TOOLS, gettext("Tools"), hint, element, optional=True)


def _consult(now: Expert) -> Json:
    options = {
        _USUALLY: option(gettext("Where they help"), _USUALLY),
        ALWAYS: option(gettext("For every question"), ALWAYS),
    }
    element = select(VALUE, options, ALWAYS if now.always_consult else _USUALLY)
    return labelled_input(CONSULT, gettext("Documents"), gettext("When it consults them."), element)


def _files() -> Json:
    element = {"type": "file_input", "action_id": VALUE, "max_files": MOST_FILES}
    label = gettext("Documents to look things up in")
    hint = gettext("PDF, Word, PowerPoint, Markdown, text or code.")
    return labelled_input(FILES, label, hint, element, optional=True)


def handle(has_one: bool) -> Json:
    name = plain_text(gettext("People can ask it with @panel- and its name, which Slack completes"))
    checkbox = {"text": name, "value": _WANTED}
    element = {"type": "checkboxes", "action_id": VALUE, "options": [checkbox]}
    if has_one:
        element["initial_options"] = [checkbox]
    hint = gettext("A user group without members; these come with Slack's paid plans.")
    return labelled_input(HANDLE, gettext("Handle"), hint, element, optional=True)


def _text(value: str, longest: int, example: str = "") -> Json:
    return text_input(VALUE, longest, value=value, example=example)


def _option(effort: Effort) -> Json:
    labels = {
        Effort.NONE: gettext("None: quickest"),
        Effort.LOW: gettext("Low"),
        Effort.MEDIUM: gettext("Medium"),
        Effort.HIGH: gettext("High: slowest"),
    }
    return option(labels[effort], effort.value)
