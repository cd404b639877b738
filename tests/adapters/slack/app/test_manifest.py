import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.adapters.slack.app.manifest import manifest

REPOSITORY = Path(__file__).parents[4]
SHARED = Path(os.environ.get("PANELBOT_SHARED", REPOSITORY.parent / "shared"))
SLACK = SHARED / "data/slack"
URL = "https://panelbot.example.com"

needs_reference = pytest.mark.skipif(
    not SLACK.exists(), reason=f"Slack's reference data is not at {SLACK}: set PANELBOT_SHARED"
)
METHODS = [
    "assistant.threads.setStatus",
    "assistant.threads.setSuggestedPrompts",
    "auth.test",
    "chat.postEphemeral",
    "chat.postMessage",
    "chat.update",
    "conversations.history",
    "conversations.info",
    "conversations.members",
    "conversations.replies",
    "users.conversations",
    "users.info",
    "users.list",
    "views.open",
    "views.publish",
    "views.update",
]


def built(**options: Any) -> dict[str, Any]:
    return manifest(**options)


def urls(value: object) -> list[str]:
    match value:
        case dict():
            return [url for inner in value.values() for url in urls(inner)]
        case list():
            return [url for inner in value for url in urls(inner)]
        case str() if value.startswith("http"):
            return [value]
    return []


@pytest.mark.parametrize(("file", "url"), [("socket-mode.json", None), ("http.json", URL)])
def test_the_committed_manifests_are_what_the_code_makes(file: str, url: str | None) -> None:
    text = (REPOSITORY / "manifests" / file).read_text()
    assert text == json.dumps(manifest(url=url), indent=2, ensure_ascii=False) + "\n"


@needs_reference
@pytest.mark.parametrize("file", ["socket-mode.json", "http.json"])
def test_the_committed_manifests_are_valid_for_slack(file: str) -> None:
    schema = json.loads((SLACK / "manifest.schema.2.json").read_text())
    text = (REPOSITORY / "manifests" / file).read_text()
    jsonschema.Draft7Validator(schema).validate(json.loads(text))


@needs_reference
@pytest.mark.parametrize("method", METHODS)
def test_every_method_we_call_is_within_our_scopes(method: str) -> None:
    reference = json.loads((SLACK / "methods" / f"{method}.json").read_text())
    needed = set(reference.get("scope", {}).get("bot", []))
    assert needed <= set(built()["oauth_config"]["scopes"]["bot"])


def test_every_event_is_covered_by_a_scope() -> None:
    scopes = built()["oauth_config"]["scopes"]["bot"]
    needed = {"message.channels": "channels:history", "message.groups": "groups:history"}
    needed |= {"message.im": "im:history", "message.mpim": "mpim:history"}
    needed |= {"app_mention": "app_mentions:read"}
    events = built()["settings"]["event_subscriptions"]["bot_events"]
    assert needed.keys() <= set(events)
    assert set(needed.values()) <= set(scopes)


def test_the_home_tab_and_its_event_are_enabled() -> None:
    app = built()
    assert app["features"]["app_home"]["home_tab_enabled"] is True
    assert "app_home_opened" in app["settings"]["event_subscriptions"]["bot_events"]


def test_socket_mode_names_no_address() -> None:
    socket = built()
    assert urls(socket) == []
    assert socket["settings"]["socket_mode_enabled"] is True


@pytest.mark.parametrize("root", [URL, f"{URL}/", "https://host:8443/slack/bot", "https://[::1]"])
def test_over_http_everything_arrives_at_one_address(root: str) -> None:
    over_http = built(url=root)
    assert urls(over_http) == [f"{root.rstrip('/')}/slack/events"] * 4
    assert over_http["settings"]["socket_mode_enabled"] is False


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://panelbot.example.com", "not an https URL"),
        ("panelbot.example.com", "not an https URL"),
        ("", "not an https URL"),
        ("https://", "not an https URL"),
        ("https://host:0", "not an https URL"),
        ("https://[::1", "is not a URL"),
        ("https://host:port", "is not a URL"),
        ("https://host?", "plain host and path"),
        ("https://host/#top", "plain host and path"),
        ("https://ann:pass@host", "plain host and path"),
        ("https://ho st", "plain host and path"),
        ("https://host\n", "plain host and path"),
        ("https://münchen.de", "plain host and path"),
        (f"{URL}/slack/events", "leave it out"),
    ],
)
def test_an_address_slack_cannot_deliver_to_is_refused(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        manifest(url=url)


def test_the_app_has_the_name_it_is_given() -> None:
    named = built(name="Council")
    assert named["display_information"]["name"] == "Council"
    assert named["features"]["bot_user"]["display_name"] == "Council"


@pytest.mark.parametrize("name", ["", "  ", "x" * 36])
def test_a_name_slack_would_not_take_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="1 to 35 characters"):
        manifest(name=name)
