"""Who wrote a message: a person, or an app that operators let ask. Others start no turn."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from bot.adapters.slack.api import metadata
from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.receiving.events import event_of
from bot.panel.model import UserId

_BY_PEOPLE = frozenset({None, "file_share", "me_message", "thread_broadcast"})
_BY_APPS = _BY_PEOPLE | {"bot_message"}
_SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a message."""

    id: UserId  # of an app: its bot's id, which has nobody's rights
    is_app: bool = False


def author_of(
    body: Mapping[str, Any], identity: Identity, apps: Set[str] = frozenset()
) -> Author | None:
    """Return who wrote the message of an event; None unless it is a person or one of *apps*.

    *apps* are ids: of apps, of their bots, or of their bots' users.
    """
    event = event_of(body)
    user, subtype = event.get("user"), event.get("subtype") or None
    is_message = event.get("type") in ("message", "app_mention") and not event.get("hidden")
    if not is_message or user in (identity.bot_user_id, _SLACKBOT):
        return None
    if not (event.get("bot_id") or event.get("bot_profile")):
        return Author(UserId(user)) if user and subtype in _BY_PEOPLE else None
    if not apps or subtype not in _BY_APPS or _is_panelbot(body, event, identity):
        return None
    bot, app = _bot_and_app(event)
    return Author(UserId(bot), is_app=True) if bot and apps & {bot, app, user} else None


def is_another_app(event: Mapping[str, Any], identity: Identity) -> bool:
    """Whether an event is about a new post of another app, or of a workflow."""
    subtype = event.get("subtype") or None
    bot = event.get("bot_id") or event.get("bot_profile") or subtype == "bot_message"
    is_ours = event.get("bot_id") == identity.bot_id
    is_new = event.get("type") == "message" and subtype in _BY_APPS and not event.get("hidden")
    is_by_bot = bool(bot) and event.get("user") not in (identity.bot_user_id, _SLACKBOT)
    return is_new and is_by_bot and not is_ours


def _is_panelbot(body: Mapping[str, Any], event: Mapping[str, Any], identity: Identity) -> bool:
    """Whether a bot's message is this bot's, wherever it is installed, or another Panelbot's."""
    profile = event.get("bot_profile") or {}
    if identity.bot_id in (event.get("bot_id"), profile.get("id")) or metadata.has_stamp(event):
        return True
    apps = {event.get("app_id"), profile.get("app_id")} - {None, ""}
    return body.get("api_app_id") in apps


def _bot_and_app(event: Mapping[str, Any]) -> tuple[str, str]:
    profile = event.get("bot_profile") or {}
    bot, app = event.get("bot_id") or profile.get("id"), event.get("app_id")
    return str(bot or ""), str(app or profile.get("app_id") or "")
