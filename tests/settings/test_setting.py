"""The table of settings agrees with itself; what is generated from it: tests/docs."""

import re

import pytest

from bot.settings.config import SETTINGS
from bot.settings.environment import read
from bot.settings.needs import INSTALLING, MODEL, SLACK_IN, STORE, WORKSPACES
from bot.settings.setting import as_text
from docsgen import settings


def test_the_sample_values_are_good_once_the_tokens_are_filled_in():
    lines = re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", settings.env_file(), re.MULTILINE)

    filled_in = {name: f"{value}1" for name, value in lines if value.endswith("-")}
    config = read(dict(lines) | filled_in)

    assert [name for name, _ in lines] == [setting.name for setting in SETTINGS.values()]
    assert (config.port, config.slack_bot_token) == (3000, "xoxb-1")


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.name)
def test_a_default_is_what_its_own_text_means(setting):
    text = as_text(setting.kind.default)

    assert not text or setting.kind.parse(text) == setting.kind.default


def test_what_commands_need_is_marked_so_in_the_table():
    needed = {setting.name for setting in SETTINGS.values() if setting.needed}

    needs = (*WORKSPACES, *INSTALLING, *SLACK_IN, *MODEL, *STORE)
    assert {name for need in needs for name in need.split(" or ")} <= needed
