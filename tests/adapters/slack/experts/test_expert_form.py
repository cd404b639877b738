import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from bot.adapters.slack.blocks.answers import notice
from bot.adapters.slack.blocks.form_target import FormTarget
from bot.adapters.slack.experts import expert_form
from bot.adapters.slack.interactions import error_sentences
from bot.adapters.slack.interactions.responder import not_announced
from bot.panel.errors import Refused
from bot.panel.model import CollectionId, Effort, Expert, ExpertName, ToolName
from bot.panel.tools import HostedTool, McpServer, Toolbox

LEGAL = Expert(
    ExpertName("legal"), "Legal Counsel", ":scales:", "Law.", "Read it.", "gpt-6-sol", Effort.HIGH
)
TAUGHT = replace(LEGAL, collections=(CollectionId("vs_1"),))
USING = replace(LEGAL, tools=(ToolName("mcp:tickets"),))
TOOLS = Toolbox((*HostedTool, McpServer("tickets", "https://t.example", "Finds tickets")))
NEW = FormTarget("C1")
EDITING = FormTarget("C1", for_defaults=True, name=ExpertName("legal"))


@pytest.fixture(scope="module")
def taken_by_slack(shared):
    schema = json.loads((shared / "slack/schemas/A_views_open.json").read_text())
    validator = jsonschema.Draft7Validator(schema)
    return lambda view: validator.validate({"trigger_id": "1.2.x", "view": view})


def filled(form: FormTarget, now: Expert | None = None, panel=(), **given: Any) -> dict:
    """The form as Slack sends it, with what it began with where nothing is given."""
    view = expert_form.modal(form, now, TOOLS, panel)
    values = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        field, element = block["block_id"], block["element"]
        if element["type"] == "multi_static_select":
            chosen = element.get("initial_options", [])
            if field in given:
                chosen = [one for one in element["options"] if one["value"] in given[field]]
            values[field] = {"value": {"type": element["type"], "selected_options": chosen}}
        elif element["type"] == "static_select":
            options = {option["value"]: option for option in element["options"]}
            chosen = options[given[field]] if field in given else element["initial_option"]
            values[field] = {"value": {"type": "static_select", "selected_option": chosen}}
        else:
            value = given.get(field, element.get("initial_value"))
            values[field] = {"value": {"type": "plain_text_input", "value": value}}
    return view | {"state": {"values": values}}


@pytest.mark.parametrize(
    "view",
    [
        expert_form.modal(NEW),
        expert_form.modal(EDITING, LEGAL),
        expert_form.modal(EDITING, TAUGHT),
        expert_form.modal(EDITING, USING, TOOLS),
        expert_form.modal(NEW, handle=False),
        expert_form.modal(EDITING, LEGAL, handle=True),
        notice(not_announced("not_in_channel", "C1", "U0BOT")),
    ],
    ids=["new", "editing", "taught", "tools", "without handle", "with handle", "notice"],
)
def test_slack_takes_the_modals(view, taken_by_slack):
    taken_by_slack(view)
    assert len(view["title"]["text"]) <= 24
    for block in view["blocks"]:
        element = block.get("element", {})
        assert len(element.get("initial_value", "")) <= element.get("max_length", 3_000) <= 3_000


def test_what_is_edited_comes_back_as_it_was():
    assert expert_form.read(filled(EDITING, LEGAL)) == (EDITING, LEGAL)


@pytest.mark.parametrize(("chosen", "always"), [("always", True), ("when-useful", False)])
def test_when_documents_are_consulted_is_chosen_where_there_are_any(chosen: str, always: bool):
    _, expert = expert_form.read(filled(EDITING, TAUGHT, always_consult=chosen))
    assert expert.always_consult is always
    assert "always_consult" not in filled(EDITING, LEGAL)["state"]["values"]


def test_a_new_expert_is_described_by_the_inputs():
    view = filled(
        NEW,
        name="tax ",
        title="Tax",
        icon=":receipt:",
        purpose="Tax.",
        instructions="Count.",
        model=None,
        effort="none",
    )
    expected = Expert(ExpertName("tax"), "Tax", ":receipt:", "Tax.", "Count.", None, Effort.NONE)
    assert expert_form.read(view) == (NEW, expected)


@pytest.mark.parametrize("form", [NEW, EDITING, FormTarget("D1", for_defaults=True)])
def test_the_purpose_of_a_form_survives_the_journey(form):
    assert FormTarget.load(form.dump()) == form


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"channel": "", "scope": "channel", "verb": "add", "name": ""}',
        '{"channel": "C1", "scope": "thread", "verb": "add", "name": ""}',
        '{"channel": 1, "scope": "channel", "verb": "add", "name": ""}',
    ],
)
def test_a_form_that_is_not_ours_is_refused(kept):
    view = filled(NEW) | {"private_metadata": kept}
    with pytest.raises(Refused, match="out of date"):
        expert_form.read(view)


@pytest.mark.parametrize("values", [{}, {"name": {"value": {"value": 7}}}])
def test_a_form_without_its_inputs_is_refused(values):
    with pytest.raises(Refused, match="out of date"):
        expert_form.read(filled(NEW) | {"state": {"values": values}})


def test_a_problem_is_shown_at_its_input():
    view = expert_form.modal(NEW)
    assert error_sentences.errors(view, "No such icon.", "icon") == {"icon": "No such icon."}


def test_a_problem_in_a_form_has_no_markup():
    view = expert_form.modal(NEW)
    told = error_sentences.errors(view, "Did you mean `web-search` or `it's`?", "tools")
    assert [*told.values()] == ["Did you mean web-search or it's?"]


def test_a_problem_without_an_input_is_shown_at_the_first():
    assert error_sentences.errors(expert_form.modal(NEW), "Not you.", None) == {"name": "Not you."}
    assert error_sentences.errors(expert_form.modal(EDITING, LEGAL), "Gone.", "name") == {
        "title": "Gone."
    }


def test_the_longest_expert_fits_the_form(taken_by_slack):
    long = replace(
        LEGAL, title="t" * 40, icon=f":{'i' * 100}:", purpose="p" * 200, instructions="x" * 3_000
    )
    view = expert_form.modal(EDITING, long)
    taken_by_slack(view)
    for block in view["blocks"]:
        element = block.get("element", {})
        assert len(element.get("initial_value", "")) <= element.get("max_length", 3_000)


def test_of_a_function_only_its_looks_can_be_changed(taken_by_slack):
    orders = Expert(
        ExpertName("orders"), "Order Desk", ":package:", "Orders.", "", function="orders"
    )
    view = expert_form.modal(EDITING, orders)
    taken_by_slack(view)
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]

    _, read = expert_form.read(filled(EDITING, orders, title="Order Counter"))

    assert inputs == ["title", "icon", "purpose"]
    assert read.title == "Order Counter"


def test_whom_an_expert_consults_is_chosen_from_the_others(taken_by_slack):
    tax, finance = (
        replace(LEGAL, name=ExpertName(name), title=name.title()) for name in ("tax", "finance")
    )
    now = replace(LEGAL, consults=(tax.name, ExpertName("gone")))
    panel = (finance, now, tax)
    view = expert_form.modal(EDITING, now, TOOLS, panel)
    taken_by_slack(view)
    (menu,) = [b["element"] for b in view["blocks"] if b.get("block_id") == "consults"]
    assert [option["value"] for option in menu["options"]] == ["finance", "tax"]
    assert [option["value"] for option in menu["initial_options"]] == ["tax"]

    assert expert_form.read(filled(EDITING, now, panel))[1].consults == ("tax",)
    _, both = expert_form.read(filled(EDITING, now, panel, consults=("tax", "finance")))
    assert both.consults == ("finance", "tax")
    assert expert_form.read(filled(EDITING, now, panel, consults=()))[1].consults == ()


def test_the_only_expert_can_consult_nobody():
    blocks = expert_form.modal(EDITING, LEGAL, TOOLS, (LEGAL,))["blocks"]
    assert "consults" not in [block.get("block_id") for block in blocks]


def test_the_largest_panel_fits_the_menu(taken_by_slack):
    panel = [replace(LEGAL, name=ExpertName(f"x{n}"), title="x" * 40) for n in range(101)]
    taken_by_slack(expert_form.modal(NEW, None, TOOLS, panel))


@pytest.mark.parametrize("wanted", [True, False])
def test_a_form_tells_whether_a_handle_is_wanted(wanted):
    *_, block = expert_form.modal(NEW, handle=wanted)["blocks"]
    chosen = block["element"].get("initial_options", [])
    values = {block["block_id"]: {"value": {"type": "checkboxes", "selected_options": chosen}}}

    assert block["optional"]
    assert expert_form.handle({"state": {"values": values}}) is wanted


def test_a_form_that_did_not_ask_about_a_handle_tells_nothing():
    assert expert_form.handle(filled(NEW)) is None


def test_the_tools_that_an_expert_has_are_ticked_and_can_be_changed():
    (tools,) = (
        b
        for b in expert_form.modal(EDITING, USING, TOOLS)["blocks"]
        if b.get("block_id") == "tools"
    )
    assert [option["value"] for option in tools["element"]["initial_options"]] == ["mcp:tickets"]
    _, kept = expert_form.read(filled(EDITING, USING))
    assert kept.tools == USING.tools
    _, changed = expert_form.read(filled(EDITING, USING, tools=["web-search", "image-generation"]))
    assert changed.tools == ("web-search", "image-generation")


def test_without_tools_to_choose_from_the_form_does_not_ask():
    assert "tools" not in {block.get("block_id") for block in expert_form.modal(NEW)["blocks"]}


def test_whom_an_expert_consults_stays_chosen_on_a_large_panel(taken_by_slack):
    crowd = [replace(LEGAL, name=ExpertName(f"n{n:03}"), title=f"No {n:03}") for n in range(499)]
    now = replace(LEGAL, consults=(crowd[3].name, crowd[498].name))
    view = expert_form.modal(EDITING, now, TOOLS, (now, *crowd))
    taken_by_slack(view)
    (menu,) = [b["element"] for b in view["blocks"] if b.get("block_id") == "consults"]
    assert [option["value"] for option in menu["initial_options"]] == ["n003", "n498"]
