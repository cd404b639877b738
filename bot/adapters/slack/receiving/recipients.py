"""Which workspace a payload is for, where one app is installed in many.

1. An event is for the installation that it was sent to, which ``authorizations`` names: the
   envelope's own ids are those of the workspace that hosts a shared channel. Of an org-wide
   installation it may name no workspace.
2. A click is for the installation whose bot wrote the message, a form for the one that opened it:
   whoever acts in a shared channel may be of another workspace, which may have the app as well.
3. A shortcut is for the installation that offers it, whoever wrote the message.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.json_types import Json

_TRUE = (True, "true")  # commands say it as a text
_ID = re.compile(r"[A-Z][A-Z0-9]{1,31}")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a payload was sent to, as far as it says."""

    teams: tuple[str, ...]  # the workspaces that it may be for, the likeliest first
    enterprise_id: str = ""  # the organisation
    is_org_wide: bool = False  # the installation is the organisation's
    bot_id: str = ""  # of whoever wrote the message that was clicked


def recipient_of(body: Mapping[str, Any]) -> Recipient:
    """Return whom a well-formed payload was sent to."""
    return _of_event(body) if "event" in body else _of_interaction(body)


def sent_to(body: Json, team_id: str) -> Json:
    """Return a payload as if it had been sent to the installation in a workspace."""
    if "event" not in body:
        return body
    listed = body.get("authorizations") or [{}]
    return {**body, "authorizations": [{**listed[0], "team_id": team_id}]}


def _of_event(body: Mapping[str, Any]) -> Recipient:
    listed = body.get("authorizations") or [{}]
    authorized: Mapping[str, Any] = listed[0]
    named = authorized.get("team_id")
    teams = [named] if named else [body.get("context_team_id"), body.get("team_id")]
    organisations = (
        authorized.get("enterprise_id"),
        body.get("context_enterprise_id"),
        body.get("enterprise_id"),
    )
    is_org_wide = authorized.get("is_enterprise_install", body.get("is_enterprise_install"))
    return Recipient(_ids(teams), _first(organisations), is_org_wide in _TRUE)


def _of_interaction(body: Mapping[str, Any]) -> Recipient:
    view, message, user = (_fields(body.get(name)) for name in ("view", "message", "user"))
    if body.get("type") == "message_action":
        message = {}
    teams = (
        view.get("app_installed_team_id"),
        message.get("team"),
        body.get("team"),
        body.get("team_id"),
        user.get("team_id"),
        view.get("team_id"),
    )
    organisation = _first((body.get("enterprise"), body.get("enterprise_id")))
    is_org_wide = body.get("is_enterprise_install") in _TRUE
    return Recipient(_ids(teams), organisation, is_org_wide, _first([message.get("bot_id")]))


def _fields(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _first(values: Iterable[object]) -> str:
    return next(iter(_ids(values)), "")


def _ids(values: Iterable[object]) -> tuple[str, ...]:
    """Return the ids among *values*, each of which may also be an object that has one."""
    found = (value.get("id") if isinstance(value, dict) else value for value in values)
    return tuple(dict.fromkeys(x for x in found if isinstance(x, str) and _ID.fullmatch(x)))
