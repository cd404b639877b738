"""Slack's payloads as the domain's values: raw dicts end here."""

import re
from collections.abc import Mapping
from typing import Any

from bot.adapters.slack.identity import Identity
from bot.panel.intake import Incoming
from bot.panel.model import Message, MessageTs, ThreadRef, UserId

_BY_PEOPLE = frozenset({None, "file_share", "me_message", "thread_broadcast"})
_PERSON = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>|<!subteam\^")


def incoming(body: Mapping[str, Any], identity: Identity) -> Incoming | None:
    """Return the message that an event brings; None if no person has said anything.

    The two copies of a mention (``message`` and ``app_mention``) give the same.
    """
    event = body.get("event") or {}
    ts, channel, user = event.get("ts"), event.get("channel"), event.get("user")
    if not (ts and channel and user) or not _is_said_by_a_person(event, identity):
        return None
    mention = f"<@{identity.bot_user_id}>"
    text = event.get("text") or ""
    mentioned = mention in text
    direct = event.get("channel_type") == "im" or channel.startswith("D")
    message = Message(
        ts=MessageTs(ts),
        author=UserId(user),
        text=_without_leading(mention, text),
        mentioned=mentioned or direct,
        files=len(event.get("files") or ()),
    )
    thread_ts = event.get("thread_ts") or ts
    return Incoming(
        thread=ThreadRef(_team(body, identity), channel, thread_ts),
        message=message,
        is_reply=thread_ts != ts,
        addresses_others=not mentioned and bool(_PERSON.search(text)),
    )


def _is_said_by_a_person(event: Mapping[str, Any], identity: Identity) -> bool:
    return (
        event.get("type") in ("message", "app_mention")
        and event.get("subtype") in _BY_PEOPLE
        and not event.get("hidden")
        and not event.get("bot_id")
        and not event.get("bot_profile")
        and event.get("user") not in (identity.bot_user_id, "USLACKBOT")
    )


def _team(body: Mapping[str, Any], identity: Identity) -> str:
    """The workspace that installed us: in a shared channel the event's own may be another's."""
    for authorization in body.get("authorizations") or ():
        if authorization.get("user_id") == identity.bot_user_id and authorization.get("team_id"):
            return str(authorization["team_id"])
    return identity.team_id


def _without_leading(mention: str, text: str) -> str:
    stripped = text.strip()
    return stripped.removeprefix(mention).lstrip(" ,:").strip()
