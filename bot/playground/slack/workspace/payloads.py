"""Messages, people, channels and events in the shapes that Slack sends."""

from time import time
from uuid import NAMESPACE_URL, uuid5

from bot.json_types import Json
from bot.playground.slack.workspace.company import APP_ID, BOT_ID, BOT_USER
from bot.playground.slack.workspace.messages import Message, reply_users
from bot.playground.slack.workspace.state import Channel, User, Workspace

_FOUNDED = 1700000000


def message(workspace: Workspace, one: Message, *, metadata: bool = True) -> Json:
    """Return a message."""
    shown: Json = {"type": "message", "ts": one.ts, "text": one.text}
    optional = {
        "subtype": one.subtype,
        "bot_id": one.bot_id,
        "username": one.username,
        "thread_ts": one.thread_ts,
        "blocks": one.blocks or None,
        "files": one.files or None,
        "metadata": one.metadata if metadata else None,
    }
    shown |= {key: value for key, value in optional.items() if value is not None}
    shown |= _author(workspace, one)
    if one.icon_emoji or one.icon_url:
        shown["icons"] = {"emoji": one.icon_emoji} if one.icon_emoji else {"image_48": one.icon_url}
    if one.edited_by:
        shown["edited"] = {"user": one.edited_by, "ts": one.edited_ts}
    if one.subtype == "tombstone":
        shown["hidden"] = True
    if one.reactions:
        shown["reactions"] = [
            {"name": name, "users": users, "count": len(users)}
            for name, users in one.reactions.items()
        ]
    return shown | _place_in_thread(workspace, one)


def _author(workspace: Workspace, one: Message) -> Json:
    author: Json = {"app_id": APP_ID} if one.bot_id == BOT_ID else {}
    user = workspace.users.get(one.user or "")
    if user is None:
        return author
    author |= {"user": user.id, "team": user.team_id}
    if one.bot_id == BOT_ID:
        author["bot_profile"] = bot_profile(workspace)
    elif not user.is_bot:
        author["client_msg_id"] = str(uuid5(NAMESPACE_URL, f"{one.channel}/{one.ts}"))
    if user.is_stranger:
        author |= {"user_team": user.team_id, "source_team": user.team_id}
        author["user_profile"] = _profile(user) | {"name": user.name, "is_restricted": False}
    return author


def _place_in_thread(workspace: Workspace, one: Message) -> Json:
    if one.replies:
        return _thread_summary(workspace, one)
    root = workspace.message(one.channel, one.thread_ts or "") if one.is_reply else None
    return {"parent_user_id": root.user} if root and root.user else {}


def _thread_summary(workspace: Workspace, root: Message) -> Json:
    users = reply_users(workspace.thread(root.channel, root.ts)[1:])
    return {
        "reply_count": len(root.replies),
        "reply_users_count": len(users),
        "reply_users": users[:5],
        "latest_reply": root.replies[-1],
        "is_locked": False,
        "subscribed": False,
    }


def bot_profile(workspace: Workspace) -> Json:
    """Return how the bot looks by itself."""
    return {
        "id": BOT_ID,
        "app_id": APP_ID,
        "user_id": BOT_USER,
        "team_id": workspace.team_id,
        "name": workspace.users[BOT_USER].real_name,
        "deleted": False,
        "updated": _FOUNDED,
        "icons": {},
    }


def user(one: User, *, locale: bool = False) -> Json:
    """Return a member."""
    shown: Json = {
        "id": one.id,
        "team_id": one.team_id,
        "name": one.name,
        "deleted": False,
        "real_name": one.real_name,
        "tz": one.tz,
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "profile": _profile(one),
        "is_bot": one.is_bot,
        "is_app_user": False,
        "updated": _FOUNDED,
    }
    if locale:
        shown["locale"] = one.locale
    if one.is_stranger:
        shown["is_stranger"] = True
    else:
        shown |= {
            "is_admin": one.is_admin,
            "is_owner": one.is_owner,
            "is_primary_owner": one.is_owner,
            "is_restricted": one.is_restricted,
            "is_ultra_restricted": one.is_ultra_restricted,
        }
    if one.id == BOT_USER:
        shown["profile"] |= {"bot_id": BOT_ID, "api_app_id": APP_ID}
    return shown


def _profile(one: User) -> Json:
    return {
        "real_name": one.real_name,
        "real_name_normalized": one.real_name,
        "display_name": one.display_name,
        "display_name_normalized": one.display_name,
        "team": one.team_id,
    }


def channel(one: Channel, viewer: str) -> Json:
    """Return a channel."""
    shown: Json = {
        "id": one.id,
        "created": _FOUNDED,
        "is_channel": one.kind == "channel",
        "is_group": one.kind == "group",
        "is_im": one.kind == "im",
        "is_mpim": False,
        "is_private": one.kind != "channel",
        "is_archived": one.is_archived,
        "is_member": viewer in one.members,
        "is_ext_shared": one.is_shared,
    }
    if one.kind == "im":
        return shown | {"user": next((m for m in sorted(one.members) if m != viewer), viewer)}
    return shown | {"name": one.name, "name_normalized": one.name, "num_members": len(one.members)}


def message_event(workspace: Workspace, one: Message) -> Json:
    """Return the event of a new message."""
    kind = workspace.channels[one.channel].kind
    event = message(workspace, one)
    event |= {"channel": one.channel, "channel_type": kind, "event_ts": one.ts}
    root = workspace.message(one.channel, one.thread_ts or "")
    if one.subtype == "thread_broadcast" and root:
        event["root"] = message(workspace, root)
    if one.subtype == "file_share":
        event |= {"upload": False, "display_as_bot": False}
    return event


def mention_event(event: Json) -> Json:
    """Return the second event of a message that mentions the bot."""
    left_out = ("channel_type", "subtype", "root", "parent_user_id")
    return {key: value for key, value in event.items() if key not in left_out} | {
        "type": "app_mention"
    }


def changed_event(workspace: Workspace, new: Message, old: Message) -> Json:
    """Return the event of an edited message."""
    told = {"message": message(workspace, new), "previous_message": message(workspace, old)}
    return _hidden_event(workspace, new, "message_changed") | told


def deleted_event(workspace: Workspace, old: Message) -> Json:
    """Return the event of a deleted message."""
    told = {"deleted_ts": old.ts, "previous_message": message(workspace, old)}
    return _hidden_event(workspace, old, "message_deleted") | told


def _hidden_event(workspace: Workspace, one: Message, subtype: str) -> Json:
    ts = workspace.new_ts()
    return {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": one.channel,
        "channel_type": workspace.channels[one.channel].kind,
        "ts": ts,
        "event_ts": ts,
    }


def event_callback(workspace: Workspace, event: Json, event_id: str) -> Json:
    """Return what the Events API wraps around an event.

    Its ``team_id`` is the author's, which in a shared channel can be another organisation's.
    """
    author, place = event.get("user"), workspace.channels.get(str(event.get("channel")))
    known = workspace.users.get(author) if isinstance(author, str) else None
    return {
        "token": "not-a-real-token",
        "team_id": known.team_id if known else workspace.team_id,
        "context_team_id": workspace.team_id,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": place is not None and place.is_shared,
        "event_context": f"4-{event_id}",
    }
