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


def test_a_file_that_does_not_say_where_it_is_kept_is_told_by_its_name():
    assert read("version: 1", "/etc/panelbot/panel.yaml").kept_in == "the file panel.yaml"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "panel.yaml is empty"),
        ("just words", "line 1: this should be fields with values, each written as `name: value`"),
        ("version: [", "line 1: this is not YAML: expected the node content"),
        ("\0", "this is not YAML text"),
        ("version: 1\n---\nversion: 1", "line 2: this is not YAML: but found another document"),
        ("defaults: {}", "line 1: this lacks version; write `version: 1`"),
        ("version: 2", "line 1: version is 2, but this Panelbot reads 1"),
        ("version: 1\nchanels: {}", "line 2: chanels is no field that belongs here. Did you mean"),
        ("version: 1\nkept_in: " + "x" * 201, "line 2: kept_in takes at most 200 characters"),
        ("version: 1\nchannels:\n  general: {}", "line 3: channels > general is no channel's id"),
        ("version: 1\nchannels:\n  C01: x", "line 3: channels > C01 should be fields with values"),
        ("version: 1\ndefaults:\n  synthesis: often", "line 3: defaults > synthesis is “often”"),
        ("version: 1\ndefaults:\n  remove: legal", "line 3: defaults > remove should be a list"),
        ("version: 1\ndefaults:\n  remove: [A b]", "line 3: defaults > remove names nobody: A na"),
        (
            f"version: 1\ndefaults:\n  experts:\n  - {EXPERT}\n  - {EXPERT}",
            "line 5: defaults > experts > tax is there twice",
        ),
        (
            f"version: 1\ndefaults:\n  experts:\n  - {EXPERT}\n  - {EXPERT.replace('tax', 'vat')}",
            "line 5: defaults > experts > vat > title is refused: Somebody here is called “Tax”",
        ),
        (
            f"version: 1\ndefaults:\n  remove: [tax]\n  experts: [{EXPERT}]",
            "line 3: defaults > remove names tax, who is among the experts, too",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, told):
    with pytest.raises(Refused) as refusal:
        read(text, "panel.yaml")
    assert told in str(refusal.value)
    assert str(refusal.value).startswith("panel.yaml")


def test_a_panel_has_room_for_a_hundred_experts():
    many = "\n".join(
        f"  - {{name: e{n}, title: Number {n} of all, icon: x, purpose: x, instructions: x}}"
        for n in range(2_001, 2_102)
    )
    with pytest.raises(Refused, match="line 4: defaults > experts are more than 100"):
        read(f"version: 1\ndefaults:\n  experts:\n{many}", "panel.yaml")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path):
    with pytest.raises(Refused, match=r"panel\.yaml cannot be read: No such file"):
        load(str(tmp_path / "panel.yaml"))
    (tmp_path / "panel.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(Refused, match=r"panel\.yaml is not text in UTF-8"):
        load(str(tmp_path / "panel.yaml"))
