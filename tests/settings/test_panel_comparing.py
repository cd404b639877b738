from dataclasses import fields, replace

import pytest

from bot.panel.model import Expert, ExpertName, Synthesis, WhenUnsure
from bot.panel.roster.panel_file import PanelFile
from bot.panel.roster.roster import RosterChanges
from bot.settings.yaml_files.panel_comparing import differences

TAX = Expert(ExpertName("tax"), "Tax Counsel", ":receipt:", "Taxes.", "Count.\nAgain.\nSum up.")
NOW = PanelFile(RosterChanges({TAX.name: TAX}))


def test_panels_that_say_the_same_do_not_differ():
    elsewhere = replace(NOW, kept_in="https://git.example.com/acme/panel")
    assert differences(NOW, elsewhere, names=("now", "file")) == ""


def test_only_the_line_that_differs_is_marked():
    edited = replace(TAX, instructions="Count.\nTwice.\nSum up.")
    after = PanelFile(RosterChanges({TAX.name: edited}))

    lines = differences(NOW, after, names=("now", "panel.yaml")).splitlines()

    assert lines[:2] == ["--- now", "+++ panel.yaml"]
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "-        Again.",
        "+        Twice.",
    ]


# budgets are the workspace's: no channel changes them, nor does any file
# Budgets are the workspace's alone.
OF_CHANNELS = [field for field in fields(RosterChanges) if field.name != "budgets"]


@pytest.mark.parametrize("field", OF_CHANNELS, ids=lambda field: field.name)
def test_whatever_a_channel_changes_is_a_difference(field):
    values = {
        "added": {TAX.name: TAX},
        "removed": frozenset({TAX.name}),
        "synthesis": Synthesis.ALWAYS,
        "streaming": False,
        "unsure": WhenUnsure.EAGER,
        "rules": "At most two.",
    }
    changed = replace(NOW, channels={"C01": RosterChanges(**{field.name: values[field.name]})})
    assert "+  C01:" in differences(NOW, changed, names=("now", "file"))
