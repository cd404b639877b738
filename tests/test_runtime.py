"""Time, chance and tokens come from bot/runtime.py alone."""

import re
from pathlib import Path

import pytest

import bot

BOT = Path(bot.__file__).parent

SCRIPTS = sorted((BOT / "adapters" / "redis" / "scripts").glob("*.lua"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_scripts_ask_for_the_time_in_one_place_and_never_for_chance(script: Path):
    asked = re.findall(r"'TIME'|\"TIME\"|math\.random|RANDOMKEY", script.read_text())

    assert asked == (["'TIME'"] if script.stem == "common" else [])
