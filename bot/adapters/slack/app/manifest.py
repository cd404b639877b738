"""The app's manifest: the one place that lists its scopes, events and commands."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.json_types import Json

EVENTS_PATH = "/slack/events"
REDIRECT_PATH = "/slack/oauth_redirect"  # where people are sent who have installed the app
MAX_NAME = 35

# Each with its reason, which the docs show.
BOT_SCOPES: Mapping[str, str] = {
    "app_mentions:read": "to be mentioned",
    "assistant:write": "to show what is being done under the thread, and to suggest prompts",
    "channels:history": "to read replies, and what was said before, in public channels",
    "channels:read": "to see who is in a public channel: what is in it is shown to nobody else",
    "chat:write": "to answer",
    "chat:write.customize": "to let each expert answer under its own name and icon",
    "commands": "for `/experts` and the message shortcuts",
    "files:read": "to give experts the files that people attach, and documents",
    "files:write": "to show charts, tables and images that experts make",
    "groups:history": "the same as `channels:history`, in private channels",
    "groups:read": "the same as `channels:read`, of private channels, also of one that has moved",
    "im:history": "the same as `channels:history`, in direct messages",
    "im:read": "the same as `channels:read`, of direct messages",
    "mpim:history": "the same as `channels:history`, in group direct messages",
    "mpim:read": "the same as `channels:read`, of group direct messages",
    "users:read": "for people's names, languages and rights",
}
OPTIONAL_BOT_SCOPES: Mapping[str, str] = {
    "team:read": "for the addresses of links to messages that experts are taught",
    "usergroups:read": "for handles, and for user groups that may approve of tools",
    "usergroups:write": "for handles",
}
BOT_EVENTS: Mapping[str, str] = {
    "agent_session_stopped": "somebody pressed Slack's own stop button",
    "app_home_opened": "somebody opened the Home or the Messages tab",
    "app_mention": "the bot was mentioned",
    "app_uninstalled": "the workspace removed the app",
    "channel_id_changed": "a private channel was shared, and has another id since",
    "message.channels": "a message in a public channel that the bot is in",
    "message.groups": "a message in a private channel that the bot is in",
    "message.im": "a direct message to the bot",
    "message.mpim": "a message in a group direct message that the bot is in",
    "tokens_revoked": "the bot's token does not work any more",
}
ORGANISATION_EVENTS: Mapping[str, str] = {
    "team_access_granted": "an organisation let its installation into some of its workspaces",
    "team_access_revoked": "it let it into some of them no more",
}
SUGGESTED_PROMPTS: tuple[Mapping[str, str], ...] = (
    {"title": "Weigh a decision", "message": "everyone: Should we build this ourselves or buy it?"},
    {"title": "Check a licence", "message": "Can we use an MIT library in a closed product?"},
    {"title": "Meet the panel", "message": "experts"},
)

ASK_PANEL, ADD_EXPERT = "ask_panel", "add_expert"
SHORTCUTS: tuple[Mapping[str, str], ...] = (
    {
        "name": "Ask the panel",
        "type": "message",
        "callback_id": ASK_PANEL,
        "description": "Let the experts look at this message, in its thread",
    },
    {
        "name": "Add an expert here",
        "type": "message",
        "callback_id": ADD_EXPERT,
        "description": "Choose an expert that joins the panel of this thread",
    },
)

_DESCRIPTION = "Experts who answer in your threads, each under its own name."
_AGENT_DESCRIPTION = "Ask a question, and a panel of experts answers it in the thread."
_EXAMPLE_URL = "https://panelbot.example.com"
_ONLY_PLACE = re.compile(r"[^\s?#@\x00-\x1f\x7f]+")
_USAGE_HINT = (
    "[find WORD] [add|show|edit|remove|teach|documents NAME] [router] [synthesis WHEN] "
    "[default …] [help]"
)


def manifest(
    *, name: str = "Panelbot", url: str | None = None, many_workspaces: bool = False
) -> Json:
    """Return the app's manifest: for HTTP with a *url*, for Socket Mode without.

    With *many_workspaces*, these and organisations can install it by the pages at *url*.
    """
    if not 1 <= len(name.strip()) <= MAX_NAME:
        raise ValueError(f"an app's name has 1 to {MAX_NAME} characters: {name!r} has {len(name)}")
    receiver = None if url is None else _root(url) + EVENTS_PATH
    made: Json = {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {"name": name, "description": _DESCRIPTION},
        "features": _features(name, receiver),
        "oauth_config": {
            "scopes": {"bot": list(BOT_SCOPES), "bot_optional": list(OPTIONAL_BOT_SCOPES)}
        },
        "settings": _settings(receiver),
    }
    if many_workspaces:
        _add_installing(made, url)
    return made


def _add_installing(made: Json, url: str | None) -> None:
    if url is None:
        raise ValueError("many workspaces need a URL from which to install the app: add --url")
    made["oauth_config"]["redirect_urls"] = [_root(url) + REDIRECT_PATH]
    made["settings"]["org_deploy_enabled"] = True
    made["settings"]["event_subscriptions"]["bot_events"] += ORGANISATION_EVENTS


def _features(name: str, receiver: str | None) -> dict[str, object]:
    prompts = [dict(prompt) for prompt in SUGGESTED_PROMPTS]
    return {
        "agent_view": {"agent_description": _AGENT_DESCRIPTION, "suggested_prompts": prompts},
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": name, "always_online": True},
        "shortcuts": [dict(shortcut) for shortcut in SHORTCUTS],
        "slash_commands": [
            {
                "command": "/experts",
                "description": "See and change this channel's panel of experts",
                "usage_hint": _USAGE_HINT,
                "should_escape": True,
                **_at("url", receiver),
            }
        ],
    }


def _settings(receiver: str | None) -> dict[str, object]:
    return {
        "event_subscriptions": {**_at("request_url", receiver), "bot_events": list(BOT_EVENTS)},
        "interactivity": {
            "is_enabled": True,
            **_at("request_url", receiver),
            **_at("message_menu_options_url", receiver),
        },
        "org_deploy_enabled": False,
        "socket_mode_enabled": receiver is None,
        "token_rotation_enabled": False,
    }


def _at(field: str, receiver: str | None) -> dict[str, str]:
    return {} if receiver is None else {field: receiver}


def _root(url: str) -> str:
    """Return *url* without a final slash. Raises ValueError if Slack cannot deliver to it."""
    example = f"it should look like {_EXAMPLE_URL}"
    try:
        parts = urlsplit(url)
        is_https = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise ValueError(f"{url!r} is not a URL; {example}") from error
    if not is_https:
        raise ValueError(
            f"{url!r} is not an https URL, and Slack delivers to nothing else; {example}"
        )
    if not url.isascii() or not _ONLY_PLACE.fullmatch(url):
        raise ValueError(
            f"{url!r} has characters that a plain host and path cannot have; {example}"
        )
    root = url.rstrip("/")
    if root.endswith(EVENTS_PATH):
        raise ValueError(f"{url!r} ends with {EVENTS_PATH}, which is added here: leave it out")
    return root
