"""What a payload has to look like before Bolt and our listeners read it.

Bolt fails on fields of other types than Slack documents: in Socket Mode the payload is then never
acknowledged, over HTTP it is answered with 500, and Slack delivers it again and again. So such
fields count as not there, and a payload of which nothing can be made is refused.
"""

import json
import re
from collections.abc import Mapping, Sequence
from math import isinf
from typing import Any, NoReturn

from bot.adapters.slack.receiving.events import checked
from bot.characters import whole_json
from bot.json_types import Json

DROPPED = "app_rate_limited"  # of a workspace with too many events, Slack leaves some out
_DEEPEST = 10
_DEEP = 100
_MOST_DIGITS = 20
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_TEXTS = frozenset(
    {
        *("type", "subtype", "command", "text", "challenge", "tab", "value", "hash"),
        *("id", "team_id", "user_id", "channel_id", "enterprise_id", "api_app_id", "bot_id"),
        *("app_installed_team_id", "user_team", "context_team_id", "context_enterprise_id"),
        *("ts", "thread_ts", "event_ts", "message_ts", "action_ts"),
        *("trigger_id", "response_url", "callback_id", "action_id", "block_id"),
        *("private_metadata", "function_execution_id", "execution_id", "bot_access_token"),
    }
)
_OBJECTS = frozenset(
    {
        *("event", "message", "previous_message", "item", "assistant_thread", "view", "state"),
        *("container", "function_data", "selected_option"),
    }
)
_IDENTIFIED = frozenset({"user", "team", "channel", "enterprise"})  # by an id, or an object
_LISTS = frozenset({"authorizations", "actions", "response_urls"})  # of objects
_KNOWN = _TEXTS | _OBJECTS | _IDENTIFIED | _LISTS
_INTERACTIONS = frozenset(
    {
        *("block_actions", "block_suggestion", "view_submission", "view_closed"),
        *("message_action", "shortcut"),
    }
)
_OF_COMMANDS = frozenset({"command", "user_id", "channel_id"})
_OF_INTERACTIONS = frozenset({"actions", "view", "callback_id", "message", "channel", "user"})


def parsed(text: str) -> Json:
    """Return the JSON object in *text*. Raises ValueError for what parsers understand differently.

    Those are fields that occur twice, and numbers that JSON does not have or few can hold. Its
    texts are whole, and nothing in it lies deeper than `whole_json` leaves it.
    """
    try:
        document = _decoder.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(document, dict):
        raise ValueError("not an object")  # noqa: TRY004 - it is the text that is wrong
    is_plain = text.count("{") + text.count("[") <= _DEEP and not _HALF.search(text)
    return document if is_plain else whole_json(document)


def _unique(pairs: Sequence[tuple[str, Any]]) -> Json:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field occurs twice")
    return fields


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _finite(digits: str) -> float:
    if isinf(number := float(digits)):
        raise ValueError("too large a number")
    return number


def _small(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError("too large a number")
    return int(digits)


_decoder = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite, parse_int=_small
)


def well_formed(payload: object) -> Json | None:
    """Return *payload* without the fields of wrong types; None if nothing can be made of it."""
    body = _of_one_kind(_cleaned(payload, 0) if isinstance(payload, dict) else {})
    if not _is_known(body):
        return None
    if "event" in body:
        body["event"] = checked(body["event"])
    return body


def _of_one_kind(body: Json) -> Json:
    """Return *body* without fields of other kinds: who acts where is to be read in one place."""
    if body.get("type") in _INTERACTIONS:
        foreign = _OF_COMMANDS | {"event"}
    elif "event" in body or body.get("type") == "event_callback":
        foreign = _OF_COMMANDS | _OF_INTERACTIONS
    elif "command" in body:
        foreign = _OF_INTERACTIONS
    else:
        return body
    return {name: value for name, value in body.items() if name not in foreign}


def _is_known(body: Json) -> bool:
    """Whether *body* is of a kind that Slack documents, and says at least what it is about."""
    match body:
        case {"type": "event_callback"} | {"event": _}:
            return isinstance(body.get("event", {}).get("type"), str)
        case {"command": _}:
            return "user_id" in body
        case {"type": "block_actions", "user": {"id": _}, "actions": [{"action_id": _}, *_]}:
            return True
        case {"type": "block_suggestion", "user": {"id": _}, "action_id": _}:
            return True
        case {
            "type": "view_submission" | "view_closed",
            "user": {"id": _},
            "view": {"id": _, "type": _},
        }:
            return True
        case {
            "type": "message_action",
            "user": {"id": _},
            "message": {"ts": ts},
            "channel": {"id": channel},
        }:
            return len(checked({"channel": channel, "ts": ts})) == 2
        case {"type": "shortcut", "user": {"id": _}}:
            return True
        case _:
            return body.get("type") in ("url_verification", DROPPED) or "ssl_check" in body


def _cleaned(value: Mapping[str, Any], depth: int) -> Json:
    fields = {}
    for name, field in value.items():
        kept = _field(name, field, depth) if name in _KNOWN else field
        if kept is not None:
            fields[name] = kept
    return fields


def _field(name: str, value: Any, depth: int) -> Any:
    if name in _LISTS:
        entries = value if isinstance(value, list) and depth < _DEEPEST else ()
        return [_cleaned(entry, depth + 1) for entry in entries if isinstance(entry, dict)]
    if isinstance(value, str):
        return value if name not in _OBJECTS else None
    is_object = name not in _TEXTS and isinstance(value, dict) and depth < _DEEPEST
    return _cleaned(value, depth + 1) if is_object else None
