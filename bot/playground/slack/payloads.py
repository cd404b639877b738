"""Messages, people, channels and events in the shapes that Slack sends."""

from time import time

from bot.playground.slack.company import APP_ID, BOT_ID, BOT_USER
from bot.playground.slack.workspace import Channel, Json, Message, User, Workspace, reply_users


def message(workspace: Workspace, one: Message, *, metadata: bool = True) -> Json:
    """Return a message."""
    shown: Json = {"type": "message", "ts": one.ts, "text": one.text}
    optional = {
        "subtype": one.subtype,
        "user": one.user,
        "bot_id": one.bot_id,
        "app_id": APP_ID if one.bot_id else None,
        "team": workspace.team_id if one.user else None,
        "username": one.username,
        "thread_ts": one.thread_ts,
        "blocks": one.blocks or None,
        "files": one.files or None,
        "metadata": one.metadata if metadata else None,
    }
    shown |= {key: value for key, value in optional.items() if value is not None}
    if one.icon_emoji or one.icon_url:
        shown["icons"] = {"emoji": one.icon_emoji} if one.icon_emoji else {"image_48": one.icon_url}
    if one.edited_by:
        shown["edited"] = {"user": one.edited_by, "ts": one.edited_ts}
    if one.reactions:
        shown["reactions"] = [
            {"name": name, "users": users, "count": len(users)}
            for name, users in one.reactions.items()
        ]
    if one.is_reply:
        root = workspace.message(one.channel, one.thread_ts or "")
        if root and root.user:
            shown["parent_user_id"] = root.user
    elif one.replies:
        shown |= _thread_summary(workspace, one)
    return shown


def _thread_summary(workspace: Workspace, root: Message) -> Json:
    replies = workspace.thread(root.channel, root.ts)[1:]
    users = reply_users(replies)
    return {
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "reply_users": users[:5],
        "latest_reply": root.replies[-1],
        "is_locked": False,
        "subscribed": False,
    }


def user(one: User) -> Json:
    """Return a member."""
    shown: Json = {
        "id": one.id,
        "team_id": one.team_id,
        "name": one.name,
        "deleted": False,
        "real_name": one.real_name,
        "tz": "Europe/Berlin",
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "profile": {
            "real_name": one.real_name,
            "real_name_normalized": one.real_name,
            "display_name": one.display_name,
            "display_name_normalized": one.display_name,
            "team": one.team_id,
        },
        "is_bot": one.is_bot,
        "is_app_user": False,
        "updated": 1700000000,
        "locale": one.locale,
    }
    if not one.is_stranger:
        shown |= {
            "is_admin": one.is_admin,
            "is_owner": one.is_owner,
            "is_primary_owner": one.is_owner,
            "is_restricted": one.is_restricted,
            "is_ultra_restricted": one.is_ultra_restricted,
        }
    else:
        shown["is_stranger"] = True
    if one.id == BOT_USER:
        shown["profile"] |= {"bot_id": BOT_ID, "api_app_id": APP_ID}
    return shown


def channel(one: Channel, viewer: str) -> Json:
    """Return a channel."""
    shown: Json = {
        "id": one.id,
        "created": 1700000000,
        "is_channel": one.kind == "channel",
        "is_group": one.kind == "group",
        "is_im": one.kind == "im",
        "is_mpim": False,
        "is_private": one.kind != "channel",
        "is_archived": one.is_archived,
        "is_member": viewer in one.members,
        "is_ext_shared": False,
    }
    if one.kind == "im":
        return shown | {"user": next((m for m in sorted(one.members) if m != viewer), viewer)}
    return shown | {"name": one.name, "name_normalized": one.name, "num_members": len(one.members)}


def message_event(workspace: Workspace, one: Message) -> Json:
    """Return the event of a new message."""
    kind = workspace.channels[one.channel].kind
    return message(workspace, one) | {
        "channel": one.channel,
        "channel_type": kind,
        "event_ts": one.ts,
    }


def changed_event(workspace: Workspace, new: Message, old: Message) -> Json:
    """Return the event of an edited message."""
    ts = workspace.new_ts()
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": new.channel,
        "channel_type": workspace.channels[new.channel].kind,
        "ts": ts,
        "event_ts": ts,
        "message": message(workspace, new),
        "previous_message": message(workspace, old),
    }


def deleted_event(workspace: Workspace, old: Message) -> Json:
    """Return the event of a deleted message."""
    ts = workspace.new_ts()
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": old.channel,
        "channel_type": workspace.channels[old.channel].kind,
        "ts": ts,
        "event_ts": ts,
        "deleted_ts": old.ts,
        "previous_message": message(workspace, old),
    }


def event_callback(workspace: Workspace, event: Json, event_id: str) -> Json:
    """Return what the Events API wraps around an event."""
    return {
        "token": "not-a-real-token",
        "team_id": workspace.team_id,
        "context_team_id": workspace.team_id,
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
        "is_ext_shared_channel": False,
    }
