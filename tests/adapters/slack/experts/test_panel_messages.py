import json
from dataclasses import replace

import jsonschema
import pytest

from bot.adapters.slack.blocks.answers import sentence
from bot.adapters.slack.experts import announcements, panel_messages
from bot.adapters.slack.interactions.responder import not_announced
from bot.panel.model import Expert, ExpertName, Synthesis, ToolName, UserId
from bot.panel.roster.changes import Change, Verb
from bot.panel.roster.panel_reader import PanelEntry
from bot.panel.roster.roster import ChannelScope, WorkspaceScope
from bot.playground.slack.web_api.validation.messages import check_message

HERE = ChannelScope("T1", "C1")
ALL = WorkspaceScope("T1")
LEGAL = Expert(ExpertName("legal"), "Legal Counsel", ":scales:", "Law & order.", "Read it.")
HOSTILE = replace(
    LEGAL, title="<!channel>", icon=":<!here>:", purpose="<@U1> *x* <http://a|b>", model="<!here>"
)
LONGEST = Expert(ExpertName("n" * 24), "&" * 40, f":{'i' * 100}:", "&" * 200, "<" * 3_000)


@pytest.fixture(scope="module")
def taken_by_slack(shared):
    schema = json.loads((shared / "slack/schemas/A_chat_postMessage.json").read_text())
    validator = jsonschema.Draft7Validator(schema)

    def check(answer):
        message = {"text": answer.text, "blocks": list(answer.blocks)}
        validator.validate({"channel": "C1", **message})
        check_message(message)

    return check


def written(answer) -> str:
    """What Slack would parse of the answer's blocks."""
    live = [block for block in answer.blocks if block["type"] != "rich_text"]
    return json.dumps(live, ensure_ascii=False)


def test_a_list_shows_persona_name_purpose_and_origin():
    listed = [PanelEntry(LEGAL, None), PanelEntry(replace(LEGAL, name=ExpertName("tax")), HERE)]
    shown = panel_messages.panel(listed, Synthesis.AUTO, HERE).text.splitlines()
    assert shown[1] == ":scales: *Legal Counsel* (`legal`): Law &amp; order."
    assert shown[2].endswith("(`tax`): Law &amp; order. · _this channel's own_")


def test_what_comes_from_the_workspace_is_not_the_channels_own():
    shown = panel_messages.panel([PanelEntry(LEGAL, ALL)], Synthesis.AUTO, HERE).text
    assert "own_" not in shown


def test_an_empty_panel_says_what_to_do():
    assert "`/experts add`" in panel_messages.panel([], Synthesis.AUTO, HERE).text


@pytest.mark.parametrize("listed", [[], [PanelEntry(LEGAL, HERE)]])
def test_a_panel_that_is_kept_in_a_file_says_where(listed):
    shown = panel_messages.panel(listed, Synthesis.AUTO, HERE, kept_in="the file <a>.yaml")
    assert "Kept in the file &lt;a&gt;.yaml, and only changed there." in written(shown)
    assert "`/experts" not in written(shown)


@pytest.mark.parametrize("count", [1, 30, 31, 100])
def test_the_longest_panels_fit_one_message(count, taken_by_slack):
    listed = [PanelEntry(LONGEST, HERE)] * count
    answer = panel_messages.panel(listed, Synthesis.NEVER, HERE)
    taken_by_slack(answer)
    assert written(answer).count(f"`{LONGEST.name}`") >= min(count, 50)


def test_the_longest_library_fits_one_message(taken_by_slack):
    taken_by_slack(panel_messages.usage([LONGEST] * 100, "I do not know `x`."))


def test_of_a_larger_library_everybody_is_at_least_named(taken_by_slack):
    library = [replace(LONGEST, name=ExpertName(f"{n:024}")) for n in range(550)]
    answer = panel_messages.usage(library)
    taken_by_slack(answer)
    assert all(f"`{expert.name}`" in written(answer) for expert in library)
    assert "And 1 more." in written(panel_messages.usage([*library, LONGEST]))


def test_whom_an_expert_consults_is_told_however_many_they_are(taken_by_slack):
    names = tuple(ExpertName(f"{n:024}") for n in range(499))
    asking = replace(LEGAL, consults=names)
    change = Change(Verb.EDITED, HERE, asking, UserId("U9"))
    for answer in (panel_messages.details(asking), announcements.consulting(change)):
        taken_by_slack(answer)
        assert all(f"`{name}`" in written(answer) for name in names)


ANSWERS = {
    "list": panel_messages.panel([PanelEntry(HOSTILE, HERE)], Synthesis.AUTO, HERE),
    "help": panel_messages.usage([HOSTILE], "I do not know `<!channel>`."),
    "details": panel_messages.details(HOSTILE),
    "sentence": sentence("There is no `<!channel>` [here](https://evil.example)."),
    **{
        verb.value: announcements.change(Change(verb, HERE, HOSTILE, UserId("U9"))) for verb in Verb
    },
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_nothing_that_people_wrote_is_live(answer, taken_by_slack):
    taken_by_slack(answer)
    said = written(answer).replace("<@U9>", "")
    assert "<" not in said + answer.text.replace("<@U9>", "")
    assert "](" not in said
    assert "*x*" not in said


def test_instructions_are_shown_as_they_are(taken_by_slack):
    answer = panel_messages.details(LONGEST)
    taken_by_slack(answer)
    assert answer.blocks[-1]["elements"][0]["elements"][0]["text"] == LONGEST.instructions


@pytest.mark.parametrize(
    ("scope", "where"), [(HERE, "this channel's panel"), (ALL, "the default panel of all channels")]
)
def test_an_announcement_names_who_what_and_where(scope, where):
    said = announcements.change(Change(Verb.REMOVED, scope, LEGAL, UserId("U9"))).text
    assert said == f"<@U9> removed :scales: *Legal Counsel* (`legal`) from {where}."


def test_an_unknown_refusal_suggests_no_invitation(taken_by_slack):
    answer = not_announced("is_archived", "C1", "U0BOT")
    taken_by_slack(answer)
    assert "/invite" not in answer.text


def test_a_function_is_shown_as_one(taken_by_slack):
    orders = replace(LEGAL, name=ExpertName("orders"), instructions="", function="orders")
    answer = panel_messages.details(orders)
    taken_by_slack(answer)
    assert "function" in str(answer.blocks)
    assert "Model" not in str(answer.blocks)


def test_it_is_shown_whom_an_expert_consults():
    shown = str(panel_messages.details(replace(LEGAL, consults=(ExpertName("tax"),))).blocks)
    assert "consults `tax`" in shown


def test_the_tools_of_an_expert_are_shown_in_every_list():
    using = replace(LEGAL, tools=(ToolName("web-search"), ToolName("mcp:tickets")))
    told = "uses `web-search`, `mcp:tickets`"
    assert told in panel_messages.panel([PanelEntry(using, None)], Synthesis.AUTO, HERE).text
    assert told in written(panel_messages.details(using))
    assert "uses" not in panel_messages.panel([PanelEntry(LEGAL, None)], Synthesis.AUTO, HERE).text


def test_a_panel_of_500_is_a_message_that_begins_with_the_channels_own(taken_by_slack):
    crowd = [replace(LONGEST, name=ExpertName(f"{'n' * 21}{n:03}")) for n in range(499)]
    entries = [*(PanelEntry(one, None) for one in crowd), PanelEntry(LEGAL, HERE)]
    answer = panel_messages.panel(entries, Synthesis.AUTO, HERE)
    taken_by_slack(answer)
    taken_by_slack(panel_messages.usage(crowd))
    taken_by_slack(panel_messages.search_results(entries, HERE))
    text = written(answer)
    assert text.index("Legal Counsel") < text.index("n000")
    assert "And 450 more: `/experts find WORD`" in text


def test_who_is_looked_for_in_vain_is_said():
    assert "Nobody" in panel_messages.search_results([], HERE).text


def test_a_panel_that_is_too_large_says_how_many_are_left_out():
    said = panel_messages.panel([], Synthesis.AUTO, WorkspaceScope("T"), left_out=3)
    assert "3 experts are left out, as there are more than 500." in str(said.blocks)
