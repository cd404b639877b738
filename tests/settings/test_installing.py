"""Serving many workspaces: what has to be set then, and what need not be."""

import pytest

from bot.settings.environment import ConfigError, read
from bot.settings.needs import INSTALLING, MODEL, SLACK_IN, STORE, WORKSPACES

NEEDS = (*WORKSPACES, *SLACK_IN, *MODEL, *STORE)
ONE = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99baac1c85a5",
    "OPENAI_API_KEY": "sk-1",
    "REDIS_URL": "redis://localhost:6379/0",
}
MANY = {name: value for name, value in ONE.items() if name != "SLACK_BOT_TOKEN"} | {
    "PANELBOT_CLIENT_ID": "1234567890.1234567890123",
    "PANELBOT_CLIENT_SECRET": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "PANELBOT_PUBLIC_URL": "https://panelbot.example.com/",
    "PANELBOT_ENCRYPTION_KEYS": "A" * 43,
}


def missing(environ: dict[str, str], *needs: str) -> set[str]:
    with pytest.raises(ConfigError) as caught:
        read(environ, *needs)
    return {problem.name for problem in caught.value.problems}


def test_there_is_one_workspace_with_its_token_unless_there_is_a_client_id():
    assert not read(ONE, *NEEDS).is_multi_workspace
    assert missing({}, *WORKSPACES) == {*WORKSPACES}


def test_with_a_client_id_no_token_is_needed():
    config = read(MANY, *NEEDS)

    assert config.is_multi_workspace
    assert config.installing == "invitation"
    assert config.public_url == "https://panelbot.example.com"


@pytest.mark.parametrize("name", sorted(MANY.keys() - ONE.keys() - {"PANELBOT_CLIENT_ID"}))
def test_what_it_implies_is_missed_by_name(name: str):
    assert missing({key: value for key, value in MANY.items() if key != name}, *NEEDS) == {name}


def test_something_has_to_sign_where_there_is_no_token():
    sockets = {name: value for name, value in MANY.items() if name != "SLACK_SIGNING_SECRET"}
    sockets["SLACK_APP_TOKEN"] = "xapp-1"

    assert missing(sockets, *NEEDS) == {"PANELBOT_SECRET or SLACK_SIGNING_SECRET"}
    assert read(sockets | {"PANELBOT_SECRET": "s" * 32}, *NEEDS).secrets == ("s" * 32,)


def test_what_serves_no_workspace_needs_none_of_it():
    alone = {"PANELBOT_CLIENT_ID": MANY["PANELBOT_CLIENT_ID"], "REDIS_URL": ONE["REDIS_URL"]}

    assert read(alone, *STORE)
    assert missing(alone, *INSTALLING) == {*INSTALLING} - {"PANELBOT_CLIENT_ID"}


@pytest.mark.parametrize(
    "address",
    [
        "panelbot.example.com",
        "http://panelbot.example.com",
        "https://panelbot.example.com/?next=1",
        "https://panelbot.example.com/#",
        "https://ann@panelbot.example.com",
        'https://panelbot.example.com/"',
    ],
)
def test_other_peoples_browsers_come_over_https_to_a_plain_address(address: str):
    assert missing({"PANELBOT_PUBLIC_URL": address}) == {"PANELBOT_PUBLIC_URL"}


def test_a_trial_on_this_machine_may_do_without_tls():
    trial = {"PANELBOT_PUBLIC_URL": "http://localhost:3000"}

    assert read(trial).public_url == "http://localhost:3000"
