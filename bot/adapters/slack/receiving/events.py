"""Events of the types that Slack documents: what is of another type counts as not there."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot import runtime
from bot.json_types import Json

_TS = re.compile(r"\d{1,15}(?:\.\d{1,9})?", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9]{1,50}", re.ASCII)


class Checked(dict[str, Any]):
    """An event that has been checked, with what those who have read it since found out."""

    live: Any = None  # which mentions count


def event_of(body: Mapping[str, Any]) -> Json:
    """Return the event in *body*; empty if there is none."""
    return checked(body.get("event"))


def teams_of(body: Mapping[str, Any]) -> frozenset[str]:
    """Return the workspaces whose installations an event was sent to, as far as it says."""
    found = body.get("authorizations")
    listed = found if isinstance(found, list) else ()
    teams = [entry.get("team_id") for entry in listed if isinstance(entry, dict)]
    return frozenset(team for team in teams if team and isinstance(team, str))


def event_time(body: Mapping[str, Any]) -> int:
    """Return when an event happened, in seconds since 1970: perhaps long before it comes.

    What claims to be of the future counts as of now: nothing later would be believed otherwise.
    """
    at, now = body.get("event_time"), int(runtime.time())
    return min(at, now) if isinstance(at, int) else now


def revoked_bots(event: Json) -> frozenset[str]:
    """Return the bot users whose tokens an event says are revoked."""
    tokens = event.get("tokens")
    bots = tokens.get("bot") if isinstance(tokens, dict) else None
    listed = bots if isinstance(bots, list) else ()
    return frozenset(bot for bot in listed if isinstance(bot, str))


def checked(value: object) -> Json:
    """Return an event, or a message in one, without the fields of wrong types."""
    if isinstance(value, Checked):
        return value
    fields = Checked()
    for name, field in value.items() if isinstance(value, dict) else ():
        if name in _NESTED and field is not None:
            fields[name] = checked(field)
        elif field is not None and (name not in _FITS or _FITS[name](field)):
            fields[name] = field
    return fields


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_ts(value: object) -> bool:
    return isinstance(value, str) and _TS.fullmatch(value) is not None


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


_NESTED = frozenset({"message", "previous_message", "edited", "bot_profile"})
_FITS: Mapping[str, Callable[[object], bool]] = {
    **dict.fromkeys(("type", "subtype", "channel_type", "text", "username"), _is_text),
    **dict.fromkeys(("ts", "thread_ts", "deleted_ts", "event_ts"), _is_ts),
    **dict.fromkeys(("channel", "user", "bot_id", "app_id", "id"), _is_id),
}
