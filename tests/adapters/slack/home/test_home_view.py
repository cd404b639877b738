import json
from dataclasses import fields, replace
from decimal import Decimal

import pytest

from bot.adapters.slack.api.metadata import StampSigner
from bot.adapters.slack.blocks import seals
from bot.adapters.slack.home import home_view, turning
from bot.adapters.slack.home.turning import PAGE, Listing
from bot.panel.model import Expert, ExpertName, Synthesis, ToolName, UserId, WhenUnsure
from bot.panel.reports.month_usage import UsageRow
from bot.panel.reports.overview import Figures, Overview
from bot.panel.roster.panel_reader import PanelEntry
from bot.panel.roster.roster import RosterChanges, WorkspaceScope
from bot.panel.usage import Usage
from bot.playground.slack.web_api.validation.blocks import problem_of

MOST_BYTES = 250_000  # of a view
LEGAL = Expert(ExpertName("legal"), "Legal Counsel", ":scales:", "Licences.", "Read the law.")
TAX = Expert(ExpertName("tax"), "Tax Counsel", ":receipt:", "Taxes.", "Count twice.")
OVERVIEW = Overview(
    entries=[PanelEntry(LEGAL, None)],
    addable=[TAX],
    synthesis=Synthesis.AUTO,
    handles={},
    channels=[],
    month="2025-11",
    months=["2025-11", "2025-10"],
    figures=[],
    prices_as_of="2025-11-01",
    admins=[],
    may_change=True,
)


def shown(overview, *, with_charts=True, place=home_view.FIRST):
    view = home_view.home(overview, with_charts=with_charts, place=place)
    assert view["type"] == "home"
    assert [problem_of(block) for block in view["blocks"]] == [""] * len(view["blocks"])
    assert len(view["blocks"]) <= 100
    return view["blocks"]


def offered(blocks):
    """What the menu beside the first expert offers."""
    menus = [block["accessory"] for block in blocks if "accessory" in block]
    menu = next(menu for menu in menus if menu["action_id"] == home_view.EXPERT)
    return [option["value"] for option in menu["options"]]


def elements(blocks):
    return [one["action_id"] for b in blocks if b["type"] == "actions" for one in b["elements"]]


def test_the_home_has_controls_for_users_who_may_change_the_defaults():
    blocks = shown(OVERVIEW)

    assert offered(blocks) == ["show legal", "edit legal", "remove legal"]
    assert elements(blocks) == [
        home_view.ADD_NEW,
        home_view.ADD_LISTED,
        home_view.RULES,
        home_view.SYNTHESIS,
    ]
    assert "You may change the defaults" in str(blocks)


# budgets are the workspace's: no channel changes them, nor does any file
# Budgets are the workspace's alone.
OF_CHANNELS = [field for field in fields(RosterChanges) if field.name != "budgets"]


@pytest.mark.parametrize("field", OF_CHANNELS, ids=lambda field: field.name)
def test_whatever_a_channel_changes_is_told(field):
    values = {
        "added": {LEGAL.name: LEGAL},
        "removed": frozenset({TAX.name}),
        "synthesis": Synthesis.ALWAYS,
        "streaming": False,
        "unsure": WhenUnsure.EAGER,
        "rules": "At most two.",
    }
    changes = RosterChanges(**{field.name: values[field.name]})
    blocks = shown(replace(OVERVIEW, channels=[("C1", changes)]))

    (line,) = [b["text"]["text"] for b in blocks if "<#C1>" in str(b)]
    assert line.removeprefix("• <#C1>: ").strip()


def test_streaming_of_the_default_panel_is_told():
    assert "Streaming: *off*" in str(shown(replace(OVERVIEW, streaming=False)))
    assert "Streaming" not in str(shown(OVERVIEW))


def test_the_handle_of_an_expert_is_shown_beside_it():
    blocks = shown(replace(OVERVIEW, handles={LEGAL.name: "panel-legal"}))

    assert "handle: `@panel-legal`" in str(blocks)


def test_a_panel_that_is_kept_in_a_file_says_where():
    filed = replace(OVERVIEW, may_change=False, kept_in="the file <!here>.yaml")

    blocks = shown(filed)

    assert elements(blocks) == []
    assert "Kept in the file &lt;!here&gt;.yaml, and only changed there." in str(blocks)
    assert "whoever may change the file &lt;!here&gt;.yaml" in str(blocks)
    assert "workspace admins" not in str(blocks)
    assert "every full member, by mentioning me" in str(blocks)


def test_without_rights_the_home_has_no_controls():
    blocks = shown(replace(OVERVIEW, may_change=False, admins=[UserId("U1")]))

    assert offered(blocks) == ["show legal"]
    assert elements(blocks) == []
    assert "<@U1>" in str(blocks)
    assert "You are none of these" in str(blocks)


def test_without_addable_experts_there_is_no_menu():
    assert home_view.ADD_LISTED not in elements(shown(replace(OVERVIEW, addable=[])))


def test_of_a_channel_only_the_number_of_changes_is_shown():
    changes = RosterChanges({TAX.name: TAX}, frozenset({LEGAL.name}), Synthesis.NEVER)
    channels = [("C1", changes), ("D1", changes)]

    told = str(shown(replace(OVERVIEW, channels=channels, addable=[], entries=[])))

    assert "<#C1>: 1 added or changed · 1 removed · summary never" in told
    assert "D1" not in told
    assert "tax" not in told


def test_figures_are_shown_as_charts_and_as_text():
    figures = [Figures(LEGAL.name, "Legal Counsel", 3, cost=Decimal(1), good=2)]

    drawn = shown(replace(OVERVIEW, figures=figures))
    told = shown(replace(OVERVIEW, figures=figures), with_charts=False)

    assert [b["type"] for b in drawn].count("data_visualization") == 2
    assert [b["type"] for b in told].count("data_visualization") == 0
    assert "3 questions" in str(drawn)
    assert "3 questions" in str(told)


def test_what_channels_took_is_shown_with_what_is_left_and_the_total():
    cent = Decimal("0.004")
    legal = Figures(LEGAL.name, "Legal Counsel", 3)
    overview = replace(
        OVERVIEW,
        figures=[legal],
        total=UsageRow("T1", None, Usage(1_000, 0, 234), 3 * cent),
        by_channel=[UsageRow("C1", 2, Usage(1_000), cent)],
        elsewhere=UsageRow(None, None, Usage(0, 0, 234), 2 * cent),
    )

    told = str(shown(overview))

    assert "*Total*: 1,234 tokens · $0.01" in told
    assert "• *<#C1>*: 2 questions · 1,000 tokens · under $0.01" in told
    assert "• *Others*: 234 tokens · under $0.01" in told


def large(experts=100, channels=1_000):
    """The home of a large workspace, with the longest texts."""
    panel = [
        Expert(ExpertName(f"e{n:03}"), f"{n:03}" + "&" * 37, ":scales:", "&" * 200, "i" * 3_000)
        for n in range(experts)
    ]
    changes = RosterChanges({TAX.name: TAX}, frozenset({LEGAL.name}), Synthesis.NEVER)
    return replace(
        OVERVIEW,
        entries=[PanelEntry(expert, WorkspaceScope("T1")) for expert in panel],
        addable=panel,
        channels=[(f"C{n:011}", changes) for n in range(channels)],
        figures=[Figures(expert.name, expert.title, 1_000_000, good=9) for expert in panel],
    )


def turned(blocks, listing):
    """The places to which the menu of a list turns over."""
    menus = [b["accessory"] for b in blocks if b.get("accessory", {}).get("action_id") == PAGE]
    return [turning.read(option["value"]) for option in menus[listing]["options"]]


@pytest.mark.parametrize("size", [50, 100, 500])
def test_the_largest_workspace_fits_into_what_slack_takes(size):
    overview = large(size)
    blocks = seals.sealed(shown(overview), StampSigner(["s" * 16]), seals.in_home("T1", "U1"))

    assert len(json.dumps(blocks)) < MOST_BYTES
    texts = [block["text"]["text"] for block in blocks if "text" in block]
    assert max(map(len, texts)) <= 3_000


def test_people_turn_over_to_all_that_does_not_fit():
    overview = large()
    pages = turned(shown(overview), Listing.CHANNELS)
    read = "".join(str(shown(overview, place=place)) for place in pages)
    assert all(f"<#{channel}>" in read for channel, _ in overview.channels)

    pages = turned(shown(overview), Listing.EXPERTS)
    read = "".join(str(shown(overview, place=place)) for place in pages)
    assert all(f"remove {entry.expert.name}" in read for entry in overview.entries)

    pages = turned(shown(overview), Listing.FIGURES)
    read = "".join(str(shown(overview, place=place)) for place in pages)
    assert all(f"*{figures.title[:3]}" in read for figures in overview.figures)


def test_turning_one_list_over_leaves_the_others_where_they_are():
    overview = large()
    place = turned(shown(overview), Listing.CHANNELS)[3]
    assert place == turning.Place("2025-11", (0, 3, 0))
    assert turned(shown(overview, place=place), Listing.EXPERTS)[1].pages == (1, 3, 0)


def test_a_page_that_is_not_there_any_more_is_the_last_one():
    place = turning.Place(pages=(9, 9, 9))
    assert "remove e099" in str(shown(large(), place=place))
    assert "remove e000" in str(shown(large(experts=1), place=place))


@pytest.mark.parametrize("value", ["2025-11", "2025-11 1", "2025-11 a b c", "2025-11 1 2 3 4"])
def test_what_is_no_place_is_refused(value):
    with pytest.raises(ValueError, match=r"no place|invalid literal"):
        turning.read(value)


def test_nothing_that_people_wrote_is_live():
    evil = Expert(
        ExpertName("evil"), "<!channel> *b*", "<!here>", "<https://evil.example|safe> @here", "x"
    )
    figures = [Figures(evil.name, evil.title, 3, good=1)]
    listed = [PanelEntry(evil, None)]

    blocks = shown(replace(OVERVIEW, entries=listed, addable=[evil], figures=figures))

    for live in ("<!", "<https", "@here"):
        assert live not in str(blocks)
    assert "*b*" not in str([block["text"] for block in blocks if block["type"] == "section"])


@pytest.mark.parametrize("value", ["", "show", "show ", "hide legal"])
def test_what_a_menu_of_another_version_wants_is_refused(value):
    with pytest.raises(ValueError, match="not something to do"):
        home_view.act(value)


def test_the_tools_of_an_expert_are_shown():
    using = replace(LEGAL, tools=(ToolName("web-search"),))
    assert "_uses `web-search`_" in str(shown(replace(OVERVIEW, entries=[PanelEntry(using, None)])))


def test_a_large_library_is_searched():
    many = [replace(LEGAL, name=ExpertName(f"legal-{number}")) for number in range(101)]
    for size, kind in ((100, "static_select"), (101, "external_select")):
        blocks = shown(replace(OVERVIEW, addable=many[:size]))
        (controls,) = (block["elements"] for block in blocks if block["type"] == "actions")
        assert [one["type"] for one in controls] == ["button", kind, "button", "static_select"]
