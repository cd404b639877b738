from pathlib import Path

import pytest

from bot.panel.errors import Refused
from bot.panel.model import Effort, Expert, ExpertName, Synthesis
from bot.panel.roster.panel_file import PanelFile
from bot.panel.roster.roster import RosterChanges
from bot.settings.panel_reading import load, read

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
