import json
from functools import partial
from pathlib import Path

import pytest

from bot.panel.errors import Refused
from bot.panel.model import Effort, Expert, ExpertName, Synthesis
from bot.panel.roster.panel_file import PanelFile
from bot.panel.roster.roster import RosterChanges
from bot.settings.yaml_files.panel_reading import load, panels, read
from bot.settings.yaml_files.yaml_parsing import parse

PANEL = """\
version: 1
kept_in: https://git.example.com/acme/panel
defaults:
  synthesis: always
  remove: [design]
  experts:
    - name: tax
      title: Tax Counsel
      icon: receipt
      purpose: Taxes.
      effort: high
      instructions: |
        Count.
        Count again.
channels:
  C0123:
    streaming: off
"""
TAX = Expert(
    ExpertName("tax"),
    "Tax Counsel",
    ":receipt:",
    "Taxes.",
    "Count.\nCount again.",
    effort=Effort.HIGH,
)
EXPERT = "{name: tax, title: Tax, icon: x, purpose: x, instructions: x}"


def test_a_file_says_what_each_scope_changes():
    defaults = RosterChanges({TAX.name: TAX}, frozenset({ExpertName("design")}), Synthesis.ALWAYS)
    assert read(PANEL, "panel.yaml") == PanelFile(
        defaults,
        {"C0123": RosterChanges(streaming=False)},
        "https://git.example.com/acme/panel",
    )


def test_a_file_that_does_not_say_where_it_is_kept_is_known_by_its_name():
    assert read("version: 1", "/etc/panelbot/panel.yaml").kept_in == "the file panel.yaml"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", " is empty"),
        ("# nothing", " is empty"),
        (
            "just words",
            ":1:1: the file should be fields with values, each written as `name: value`",
        ),
        ("version: [", ":1:11: the file is not YAML: expected the node content"),
        ("version: 1\nkept_in: \0", ":2:10: the file is not YAML text"),
        ('version: 1\nkept_in: "\\UFFFFFFFF"', ":2:13: no character has this number"),
        ("version: 1\n---\nversion: 1", ":2:1: the file is not YAML: but found another document"),
        ("defaults: {}", ":1:1: the file lacks version; write `version: 1`"),
        ("version: 2", ":1:10: version is 2, but this Panelbot reads 1"),
        ("version: 1\nchanels: {}", ":2:1: chanels is not a field here. Did you mean"),
        ("version: 1\nkept_in: " + "x" * 201, ":2:10: kept_in may have at most 200 characters"),
        (
            "version: 1\nchannels:\n  general: {}",
            ":3:12: channels > general is not the id of a channel",
        ),
        ("version: 1\nchannels:\n  C01: x", ":3:8: channels > C01 should be fields with values"),
        ("version: 1\ndefaults:\n  synthesis: often", ":3:14: defaults > synthesis is “often”"),
        ("version: 1\ndefaults:\n  remove: legal", ":3:11: defaults > remove should be a list"),
        (
            "version: 1\ndefaults:\n  remove: [A b]",
            ":3:12: defaults > remove contains an impossible name: A na",
        ),
        (
            f"version: 1\ndefaults:\n  experts:\n  - {EXPERT}\n  - {EXPERT}",
            ":5:12: defaults > experts > tax > name is the name or title of another expert",
        ),
        (
            f"version: 1\ndefaults:\n  experts:\n  - {EXPERT}\n  - {EXPERT.replace('tax', 'vat')}",
            ":5:24: defaults > experts > vat > title is refused: Somebody here is called “Tax”",
        ),
        (
            f"version: 1\ndefaults:\n  remove: [tax]\n  experts: [{EXPERT}]",
            ":3:12: defaults > remove contains tax, who is among the experts, too",
        ),
    ],
)
def test_errors_name_the_place_and_the_problem(text, problem):
    with pytest.raises(Refused) as refusal:
        read(text, "panel.yaml")
    assert str(refusal.value).startswith(f"panel.yaml{problem}")


def test_a_panel_has_room_for_five_hundred_experts():
    many = "\n".join(
        f"  - {{name: e{n}, title: Number {n} of all, icon: x, purpose: x, instructions: x}}"
        for n in range(2_001, 2_502)
    )
    with pytest.raises(Refused, match=r"^panel\.yaml:4:3: defaults > experts are more than 500"):
        read(f"version: 1\ndefaults:\n  experts:\n{many}", "panel.yaml")


ALWAYS, LEGAL, FINANCE, WEB_SEARCH = (
    f" Did you mean `{name}`?" for name in ("always", "legal", "finance", "web-search")
)
TAKEN = "Somebody here is called “Tax”; please choose another name."
_D, _X = "defaults", "defaults > experts"
MISTAKES = """\
version: 1
chanels: {}
defaults:
  synthesis: alwys
  remove: [lgal, design, {a: b}]
  experts:
    - {name: tax, title: Tax, icon: x, purpose: x, instructions: x, consults: [finanse, vat]}
    - {name: vat, title: Tax, icon: x, instructions: x, tools: [web-serch, "mcp:any"]}
channels:
  general:
    remove: [tax, nobodyatall]
"""


def test_all_mistakes_are_told_at_once_and_names_with_the_nearest_right_one():
    known = ["legal", "finance", "design"]
    with pytest.raises(Refused) as refusal:
        parse(MISTAKES, "a.yaml").whole(partial(panels, known=known))
    lines = [line.removeprefix("a.yaml:") for line in str(refusal.value).splitlines()]
    assert lines == [
        "2:1: chanels is not a field here. Did you mean `channels`?",
        f"4:14: {_D} > synthesis is “alwys”, but should be one of auto, always, never.{ALWAYS}",
        f"5:12: {_D} > remove contains “lgal”, but there is no such expert.{LEGAL}",
        f"5:26: {_D} > remove should be a single value, and not fields",
        f"7:80: {_X} > tax > consults contains “finanse”, but there is no such expert.{FINANCE}",
        f"8:7: {_X} > vat lacks purpose",
        f"8:26: {_X} > vat > title is refused: {TAKEN}",
        f"8:65: {_X} > vat > tools contains “web-serch”, but there is no such tool.{WEB_SEARCH}",
        "11:5: channels > general is not the id of a channel, such as C0123ABCD",
        "11:19: channels > general > remove contains “nobodyatall”, but there is no such expert.",
    ]


@pytest.mark.parametrize("name", ["Legal", "le gal", "Legal Counsel", "-", "x" * 99])
def test_a_wrong_name_is_one_mistake(name: str):
    with pytest.raises(Refused) as refusal:
        parse(f"version: 1\ndefaults: {{remove: ['{name}']}}", "a.yaml").whole(
            partial(panels, known=["legal"])
        )
    (told,) = str(refusal.value).splitlines()
    assert told.startswith(f"a.yaml:2:21: defaults > remove contains “{name[:40]}”, but there is")


def test_names_that_nobody_has_stop_no_bot_that_reads_the_file():
    read("version: 1\ndefaults: {remove: [lgal]}", "a.yaml")


def test_of_very_many_mistakes_the_first_are_told():
    lines = "\n".join(f"x{n}: 1" for n in range(1_000))
    with pytest.raises(Refused) as refusal:
        read(f"version: 1\n{lines}", "a.yaml")
    first, *_, last = str(refusal.value).splitlines()
    assert first.startswith("a.yaml:2:1: x0 is not a field here")
    assert last == "a.yaml: and 950 more"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("version: 1\n\tdefaults: {}", ":2:1: the file is not YAML: found character '\\t'"),
        ("version: 1\n\tdefaults: {}", "indent with blanks, not with tabs"),
        ("version: 1\nkept_in: @home", "; put the value in quotes"),
        ("version: 1\nkept_in: a: b", ":2:11: the file is not YAML: mapping values are not"),
        ("version: 1\nkept_in: 'a\n", ":2:10: the file is not YAML: found unexpected end of str"),
        ("version: 1\nkept_in: 'a\n", "; a quote is opened here, and not closed"),
        ("version: 1\ndefaults:\n   a: b\n  c: d", "; indent what belongs together alike"),
        ("version: 1\ndefaults: {remove: [a", "; a bracket [ is open"),
        ("version: 1\ndefaults: {kept_in: why?, remove: []}", "question mark in quotes"),
        ("version: 1\nkept_in: *home", "; put a value that begins with * in quotes"),
    ],
)
def test_what_is_no_yaml_is_told_with_what_to_do(text: str, told: str):
    with pytest.raises(Refused) as refusal:
        read(text, "a.yaml")
    assert told in str(refusal.value)


def test_json_is_read_too():
    text = json.dumps({"version": 1, "defaults": {"remove": ["design"]}}, indent=2)
    assert read(text, "a.json").defaults.removed == {"design"}


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path):
    with pytest.raises(Refused, match=r"panel\.yaml cannot be read: No such file"):
        load(str(tmp_path / "panel.yaml"))
    (tmp_path / "panel.yaml").write_bytes(b"version: 1\n# \xc3\xa4 \xff\xfe")
    with pytest.raises(Refused, match=r"panel\.yaml:2:5: the file is not text in UTF-8"):
        load(str(tmp_path / "panel.yaml"))


def test_a_channel_of_a_file_has_room_for_five_hundred_with_the_defaults():
    def entries(begin: int, end: int, indent: str) -> str:
        return "\n".join(
            f"{indent}- {{name: e{n}, title: No {n}, icon: x, purpose: x, instructions: x}}"
            for n in range(begin, end)
        )

    text = f"""version: 1
defaults:
  experts:
{entries(2_000, 2_300, "    ")}
channels:
  C01:
    experts:
{entries(3_000, 3_200, "      ")}
"""
    assert len(read(text, "panel.yaml").channels["C01"].added) == 200
    more = text + "      - {name: more, title: More, icon: x, purpose: x, instructions: x}\n"
    with pytest.raises(Refused, match=r"The panel of channel C01, with the defaults, has 501"):
        read(more, "panel.yaml")
