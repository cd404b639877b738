"""Slack's payloads as the domain's values: raw dicts end here.

A thread's workspace is always the one that installed us (``Identity.team_id``): in a channel
shared with another organisation, an event's own ``team_id`` is its author's. Events for another
installation of the app are left out: our token is good for this workspace only.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.content import message_content
from bot.adapters.slack.receiving import mentions
from bot.adapters.slack.receiving.asked_text import asked_text
from bot.adapters.slack.receiving.authors import author_of, is_another_app
from bot.adapters.slack.receiving.events import event_of, teams_of
from bot.json_types import Json
from bot.panel.intake.intake import Incoming
from bot.panel.messaging.handles import Handle
from bot.panel.model import ExpertName, Message, MessageTs, ThreadRef, UserId

_NONE: Mapping[str, Handle] = MappingProxyType({})


def groups(body: Mapping[str, Any]) -> frozenset[str]:
    """Return the user groups that an event's message mentions; some may be experts' handles."""
    event = event_of(body)
    said = [event.get("message") or event, event.get("previous_message") or {}]
    return frozenset(group for message in said for group in mentions.live(message).groups)


def is_no_concern(event: Json, identity: Identity) -> bool:
    """Whether *event* is what most are: people in a channel, and neither in a thread nor to us."""
    if event.get("type") != "message" or event.get("subtype") or event.get("bot_id"):
        return False
    if _is_direct(event) or event.get("thread_ts") not in (None, event.get("ts")):
        return False
    mentioned = mentions.live(event)
    return not mentioned.groups and not mentioned.address(identity)


def is_new_mention(event: Json, identity: Identity) -> bool:
    """Whether *event* is about a message that mentions us, and was not edited."""
    is_new = not (event.get("subtype") or event.get("edited") or event.get("hidden"))
    return is_new and mentions.live(event).address(identity)


def incoming(
    body: Mapping[str, Any],
    identity: Identity,
    handles: Mapping[str, Handle] = _NONE,
    apps: Set[str] = frozenset(),
) -> Incoming | None:
    """Return the message in an event; None if it is not one that a person wrote to us.

    Nor is it what one of *apps* wrote, which are ids, and mentions us. The two copies of a mention
    (``message`` and ``app_mention``) give the same message.
    """
    event = event_of(body)
    ts, channel = event.get("ts"), event.get("channel")
    author = author_of(body, identity, apps)
    if not (ts and channel and author) or not is_for_us(body, identity):
        return None
    content, mentioned = message_content.read(event), mentions.live(event)
    text = content.text
    direct = _is_direct(event)
    named = _named(mentioned.groups, handles)
    to_us = bool(direct or named or mentioned.address(identity))
    if author.is_app and (direct or not to_us):
        return None
    if not (text.strip() or content.quoted or content.files or direct):
        return None
    thread_ts = event.get("thread_ts") or ts
    return Incoming(
        thread=ThreadRef(identity.team_id, channel, thread_ts),
        message=Message(
            ts=MessageTs(ts),
            author=author.id,
            text=asked_text(text, identity.mentioned_as, handles) if to_us else text.strip(),
            mentioned=to_us,
            files=content.files,
            handles=named,
            quoted=content.quoted,
            author_name=content.author_name,
            by_app=author.is_app,
        ),
        is_reply=thread_ts != ts,
        addresses_others=not to_us and mentioned.anybody,
        only_shows=not content.has_own,
        edited=(event.get("edited") or {}).get("ts"),
    )


def _is_direct(event: Json) -> bool:
    return event.get("channel_type") == "im" or str(event.get("channel") or "").startswith("D")


def overheard(body: Mapping[str, Any], identity: Identity) -> tuple[ThreadRef, MessageTs] | None:
    """Return which reply in a thread an event is about, if another app or a workflow posted it."""
    event = event_of(body)
    ts, channel, thread_ts = event.get("ts"), event.get("channel"), event.get("thread_ts")
    if not (ts and channel and thread_ts) or thread_ts == ts or not is_for_us(body, identity):
        return None
    if not is_another_app(event, identity):
        return None
    return ThreadRef(identity.team_id, channel, thread_ts), MessageTs(ts)


def app_asking_in_vain(body: Mapping[str, Any], identity: Identity) -> str:
    """Return the bot id of another app that mentions us; empty if none does."""
    event = event_of(body)
    bot = str(event.get("bot_id") or "")
    is_new = event.get("type") == "app_mention" and bot not in ("", identity.bot_id)
    return bot if is_new and mentions.live(event).address(identity) else ""


def thread_clicked(body: Mapping[str, Any], identity: Identity) -> ThreadRef:
    """Return the thread of the message whose button was clicked. Raises KeyError without one."""
    message = body["message"]
    thread_ts = message.get("thread_ts") or message["ts"]
    return ThreadRef(identity.team_id, body["channel"]["id"], thread_ts)


def user_of(body: Mapping[str, Any]) -> UserId:
    """Return who gave a command, pressed a button or submitted a form."""
    return UserId(body["user_id"] if "user_id" in body else body["user"]["id"])


@dataclass(frozen=True, slots=True)
class Amendment:
    """A message that its author has edited, or (None) deleted."""

    thread: ThreadRef
    ts: MessageTs
    changed: Incoming | None
    before: Incoming | None = None  # what was changed, if Slack tells
    at: MessageTs | None = None  # when it was changed


def amendment(
    body: Mapping[str, Any], identity: Identity, handles: Mapping[str, Handle] = _NONE
) -> Amendment | None:
    """Return which message of a person an event says was edited or deleted, if any."""
    event = event_of(body)
    old, now = event.get("previous_message") or {}, event.get("message") or {}
    match event.get("subtype"):
        case "message_changed" if now.get("subtype") == "tombstone":  # deleted, but has replies
            before = {**old, "thread_ts": now.get("thread_ts")}
            return _deletion(event, now.get("ts"), before, identity)
        case "message_changed" if _says_something_else(now, old):
            place = {key: event.get(key) for key in ("type", "channel", "channel_type")}
            was, changed = (
                incoming({**body, "event": {**place, **said}}, identity, handles)
                for said in (old, now)
            )
            at = (now.get("edited") or {}).get("ts") or event.get("ts")
            editor = (now.get("edited") or {}).get("user")
            is_own = changed is not None and editor in (None, changed.message.author)
            if changed is None or at is None or not is_own:
                return None
            return Amendment(changed.thread, changed.message.ts, changed, was, MessageTs(at))
        case "message_deleted":
            return _deletion(event, event.get("deleted_ts"), old, identity)
        case _:
            return None


def _says_something_else(now: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Whether the author has edited the words or files, or Slack has added a link's preview."""
    if not old:
        return bool(now.get("edited"))
    said, before = (
        (content.text, content.quoted, [file.id for file in content.files])
        for content in map(message_content.read, (now, old))
    )
    return said != before


def _deletion(
    event: Mapping[str, Any], ts: str | None, old: Mapping[str, Any], identity: Identity
) -> Amendment | None:
    """Return the deletion of the message *ts*, by whomever; None if it was the bot's own."""
    channel = event.get("channel")
    is_ours = identity.bot_id == old.get("bot_id") or identity.bot_user_id == old.get("user")
    if is_ours or not (ts and channel):
        return None
    thread = ThreadRef(identity.team_id, channel, old.get("thread_ts") or ts)
    return Amendment(thread, MessageTs(ts), None)


def is_for_us(body: Mapping[str, Any], identity: Identity) -> bool:
    """Whether an event was sent to our installation, as far as it says."""
    teams = teams_of(body)
    return not teams or identity.team_id in teams


def _named(groups: Sequence[str], handles: Mapping[str, Handle]) -> tuple[ExpertName, ...]:
    mentioned = [handles[group] for group in groups if group in handles]
    return tuple(dict.fromkeys(handle.expert for handle in mentioned if handle.active))
