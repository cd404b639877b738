"""The arguments of each Web API method, and the scope it needs.

Taken from Slack's method reference; a test compares the two. The client id and secret, which some
take, are read before. Unknown arguments are refused, which
is stricter than Slack, to find our mistakes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from aiohttp import web

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError

_IGNORED = "team_id"  # Bolt passes it to every call of a listener's client; Slack ignores it
_PERSONA = "username? icon_emoji? icon_url?"
_PAGED = "cursor? limit?:num"
_RANGE = f"{_PAGED} oldest? latest? inclusive?:bool include_all_metadata?:bool"
_VIEW = "view:json trigger_id? interactivity_pointer?"

# method: (accepted scopes, arguments: name, "?" if optional, ":" and a type)
METHODS: Mapping[str, tuple[str, str]] = {
    "agents.sessions.setStatus": (
        "chat:write",
        f"channel_id status thread_ts? title? initiator_user_id? {_PERSONA}",
    ),
    "apps.connections.open": ("connections:write", ""),
    "apps.event.authorizations.list": ("authorizations:read", f"event_context {_PAGED}"),
    "apps.icon.set": ("app_configurations:write", "app_id file?:file url?"),
    "apps.manifest.create": ("app_configurations:write", "manifest:json"),
    "apps.manifest.export": ("app_configurations:read", "app_id"),
    "apps.manifest.update": ("app_configurations:write", "app_id manifest:json"),
    "apps.manifest.validate": ("app_configurations:read", "manifest:json app_id?"),
    "apps.uninstall": ("", ""),
    "assistant.threads.setStatus": (
        "chat:write",
        f"channel_id thread_ts status loading_messages?:json {_PERSONA}",
    ),
    "assistant.threads.setSuggestedPrompts": (
        "assistant:write",
        "channel_id prompts:json thread_ts? title?",
    ),
    "assistant.threads.setTitle": ("assistant:write", "channel_id thread_ts title"),
    "auth.revoke": ("", "test?:bool"),
    "auth.teams.list": ("", f"{_PAGED} include_icon?:bool"),
    "auth.test": ("", "team_id? user_id?"),  # Bolt sends these
    "bots.info": ("users:read", "bot? team_id?"),
    "chat.appendStream": ("chat:write", "channel ts markdown_text? chunks?:json"),
    "chat.delete": ("chat:write", "channel ts as_user?:bool"),
    "chat.getPermalink": ("", "channel message_ts"),
    "chat.postEphemeral": (
        "chat:write",
        (
            f"channel user text? blocks?:json attachments?:json metadata?:json thread_ts? "
            f"link_names?:bool parse? markdown_text? {_PERSONA}"
        ),
    ),
    "chat.postMessage": (
        "chat:write",
        (
            f"channel text? blocks?:json attachments?:json metadata?:json thread_ts? "
            f"reply_broadcast?:bool unfurl_links?:bool unfurl_media?:bool link_names?:bool "
            f"mrkdwn?:bool parse? markdown_text? {_PERSONA}"
        ),
    ),
    "chat.startStream": (
        "chat:write",
        (
            f"channel thread_ts? markdown_text? chunks?:json recipient_user_id? recipient_team_id? "
            f"task_display_mode? {_PERSONA}"
        ),
    ),
    "chat.stopStream": (
        "chat:write",
        "channel ts markdown_text? chunks?:json blocks?:json metadata?:json session_status?",
    ),
    "chat.update": (
        "chat:write",
        (
            "channel ts text? blocks?:json attachments?:json metadata?:json link_names?:bool "
            "parse? markdown_text? reply_broadcast?:bool file_ids?:json as_user?:bool"
        ),
    ),
    "conversations.history": ("*:history", f"channel {_RANGE}"),
    "conversations.info": (
        "*:read",
        "channel include_locale?:bool include_num_members?:bool",
    ),
    "conversations.list": ("*:read", f"types? exclude_archived?:bool team_id? {_PAGED}"),
    "conversations.members": ("*:read", f"channel {_PAGED}"),
    "conversations.open": (
        "*:write",
        "channel? users? return_im?:bool prevent_creation?:bool",
    ),
    "conversations.replies": ("*:history", f"channel ts {_RANGE}"),
    "files.completeUploadExternal": (
        "files:write",
        f"files:json channel_id? channels? thread_ts? initial_comment? blocks?:json {_PERSONA}",
    ),
    "files.getUploadURLExternal": ("files:write", "filename length:num snippet_type? alt_txt?"),
    "files.info": ("files:read", "file count?:num cursor? limit?:num page?:num"),
    "oauth.v2.access": ("", "code? redirect_uri? grant_type? refresh_token? code_verifier?"),
    "oauth.v2.exchange": ("", ""),
    "reactions.add": ("reactions:write", "channel timestamp name"),
    "reactions.remove": ("reactions:write", "name channel? timestamp? file? file_comment?"),
    "team.info": ("team:read", "team? domain?"),
    "usergroups.create": (
        "usergroups:write",
        "name handle? description? channels? include_count?:bool team_id?",
    ),
    "usergroups.disable": ("usergroups:write", "usergroup include_count?:bool team_id?"),
    "usergroups.enable": ("usergroups:write", "usergroup include_count?:bool team_id?"),
    "usergroups.list": (
        "usergroups:read",
        "include_disabled?:bool include_users?:bool include_count?:bool team_id?",
    ),
    "usergroups.update": (
        "usergroups:write",
        "usergroup name? handle? description? channels? include_count?:bool team_id?",
    ),
    "usergroups.users.list": ("usergroups:read", "usergroup include_disabled?:bool team_id?"),
    "users.conversations": (
        "*:read",
        f"user? types? exclude_archived?:bool exclude_muted?:bool team_id? {_PAGED}",
    ),
    "users.info": ("users:read", "user include_locale?:bool"),
    "users.list": ("users:read", f"include_locale?:bool team_id? {_PAGED}"),
    "views.open": ("", _VIEW),
    "views.publish": ("", "user_id view:json hash? interactivity_pointer?"),
    "views.push": ("", _VIEW),
    "views.update": ("", "view:json view_id? external_id? hash?"),
}


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a method."""

    name: str
    required: bool
    type: str  # str, bool, num, json or file


@cache
def arguments_of(method: str) -> Mapping[str, Argument]:
    """Return the arguments of *method* by name."""
    _, spec = METHODS[method]
    arguments = {}
    for word in spec.split():
        name, _, kind = word.partition(":")
        arguments[name.rstrip("?")] = Argument(
            name.rstrip("?"), not name.endswith("?"), kind or "str"
        )
    return arguments


def checked(method: str, raw: Mapping[str, Any]) -> Json:
    """Return the arguments in *raw* converted to their types, or raise ApiError."""
    known = arguments_of(method)
    given = {name: value for name, value in raw.items() if name in known or name != _IGNORED}
    unknown = [f"[ERROR] unknown argument [{name}]" for name in given if name not in known]
    missing = [
        f"[ERROR] missing required field: {name}"
        for name, argument in known.items()
        if argument.required and given.get(name) in (None, "") and name != "status"
    ]
    if unknown or missing:
        raise ApiError("invalid_arguments", *unknown, *missing)
    return {name: _typed(known[name], value) for name, value in given.items() if value is not None}


def _typed(argument: Argument, value: Any) -> Any:
    wrong = ApiError("invalid_arguments", f"[ERROR] wrong type [{argument.name}]")
    match argument.type:
        case "bool":
            if str(value).lower() not in {"true", "false", "1", "0"}:
                raise wrong
            return str(value).lower() in {"true", "1"}
        case "num":
            try:
                return int(value)
            except (TypeError, ValueError):
                raise wrong from None
        case "json":
            return _parsed(value, wrong)
        case "file":
            if not isinstance(value, web.FileField):
                raise wrong
            return value.file.read()
        case _:
            if not isinstance(value, str | int | float) or isinstance(value, bool):
                raise wrong
            return str(value)


def _parsed(value: Any, wrong: ApiError) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise wrong from None
    if not isinstance(value, list | dict):
        raise wrong
    return value
