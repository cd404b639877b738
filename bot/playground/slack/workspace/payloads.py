"""Messages, people, channels and events as Slack's JSON."""

from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from bot.json_types import Json
from bot.playground.slack.workspace.company import APP_ID
from bot.playground.slack.workspace.messages import Message, reply_users
from bot.playground.slack.workspace.state import App, Channel, User, Workspace

_CREATED = 1700000000


def message(workspace: Workspace, message: Message, *, metadata: bool = True) -> Json:
    """Return a message."""
    payload: Json = {"type": "message", "ts": message.ts, "text": message.text}
    optional = {
        "subtype": message.subtype,
        "bot_id": message.bot_id,
        "username": message.username,
        "thread_ts": message.thread_ts,
        "blocks": message.blocks or None,
        "attachments": _numbered(message.attachments) or None,
        "files": message.files or None,
        "metadata": message.metadata if metadata else None,
    }
    payload |= {key: value for key, value in optional.items() if value is not None}
    payload |= _author(workspace, message)
    if message.icon_emoji or message.icon_url:
        payload["icons"] = (
            {"emoji": message.icon_emoji} if message.icon_emoji else {"image_48": message.icon_url}
        )
    if message.edited_by:
        payload["edited"] = {"user": message.edited_by, "ts": message.edited_ts}
    if message.subtype == "tombstone":
        payload["hidden"] = True
    if message.reactions:
        payload["reactions"] = [
            {"name": name, "users": users, "count": len(users)}
            for name, users in message.reactions.items()
        ]
    return payload | _thread_fields(workspace, message)


def _author(workspace: Workspace, message: Message) -> Json:
    bot = bot_profile(workspace, message.bot_id) if message.bot_id else None
    author: Json = {"app_id": bot["app_id"]} if bot else {}
    user = workspace.users.get(message.user or "")
    if user is None:
        return author
    author |= {"user": user.id, "team": user.team_id}
    if bot:
        author["bot_profile"] = bot
    elif not user.is_bot:
        author["client_msg_id"] = str(uuid5(NAMESPACE_URL, f"{message.channel}/{message.ts}"))
    if user.is_stranger:
        author |= {"user_team": user.team_id, "source_team": user.team_id}
        author["user_profile"] = _profile(user) | {"name": user.name, "is_restricted": False}
    return author


def _numbered(attachments: Sequence[Json]) -> list[Json]:
    return [{"id": number} | attachment for number, attachment in enumerate(attachments, 1)]


def _thread_fields(workspace: Workspace, message: Message) -> Json:
    if message.replies:
        return _thread_summary(workspace, message)
    root = workspace.message(message.channel, message.thread_ts or "") if message.is_reply else None
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


def permalink(url: str, message: Message) -> str:
    """Return the permalink of *message* in the workspace at *url*."""
    link = f"{url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
    thread = f"?thread_ts={message.thread_ts}&cid={message.channel}"
    return link + (thread if message.is_reply else "")


def shown_author(workspace: Workspace, message: Message) -> Json:
    """Return the fields that name the author of a forwarded *message*."""
    user, app = workspace.users.get(message.user or ""), workspace.apps.get(message.bot_id or "")
    name = message.username or (user.shown_name if user else app.name if app else "")
    author = {"author_name": name, "author_subname": name}
    return author | ({"author_id": user.id} if user else {})


def bot_profile(workspace: Workspace, bot_id: str) -> Json:
    """Return the profile of a bot: ours, or another app's."""
    user = workspace.bot_user
    ours = App(workspace.bot_id, APP_ID, user, workspace.users[user].real_name if user else "")
    app = workspace.apps.get(bot_id, ours)
    return {
        "id": app.id,
        "app_id": app.app_id,
        "user_id": app.user,
        "team_id": app.team_id or workspace.team_id,
        "name": app.name,
        "deleted": False,
        "updated": _CREATED,
        "icons": {},
    }


def user(
    workspace: Workspace, user: User, *, locale: bool = False, teams: Sequence[str] = ()
) -> Json:
    """Return a member, who is in these *teams* of the organisation besides."""
    payload: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": False,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "profile": _profile(user),
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": _CREATED,
    }
    if locale:
        payload["locale"] = user.locale
    if user.is_stranger:
        payload["is_stranger"] = True
    else:
        payload |= {
            "is_admin": user.is_admin,
            "is_owner": user.is_owner,
            "is_primary_owner": user.is_owner,
            "is_restricted": user.is_restricted,
            "is_ultra_restricted": user.is_ultra_restricted,
        }
    if workspace.enterprise and not user.is_stranger:
        payload["enterprise_user"] = {
            "id": user.id,
            "enterprise_id": workspace.enterprise.id,
            "enterprise_name": workspace.enterprise.name,
            "teams": [workspace.team_id, *teams],
        }
    if user.id == workspace.bot_user:
        payload["profile"] |= {"bot_id": workspace.bot_id, "api_app_id": APP_ID}
    return payload


def _profile(user: User) -> Json:
    return {
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.display_name,
        "display_name_normalized": user.display_name,
        "team": user.team_id,
    }


def channel(channel: Channel, viewer: str) -> Json:
    """Return a channel."""
    payload: Json = {
        "id": channel.id,
        "created": _CREATED,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_archived": channel.is_archived,
        "is_member": viewer in channel.members,
        "is_ext_shared": channel.is_shared,
    }
    if channel.kind == "im":
        return payload | {"user": next((m for m in sorted(channel.members) if m != viewer), viewer)}
    return payload | {
        "name": channel.name,
        "name_normalized": channel.name,
        "num_members": len(channel.members),
    }


def message_event(workspace: Workspace, posted: Message) -> Json:
    """Return the event of a new message."""
    kind = workspace.channels[posted.channel].kind
    event = message(workspace, posted)
    event |= {"channel": posted.channel, "channel_type": kind, "event_ts": posted.ts}
    root = workspace.message(posted.channel, posted.thread_ts or "")
    if posted.subtype == "thread_broadcast" and root:
        event["root"] = message(workspace, root)
    if posted.subtype == "file_share":
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
    messages = {"message": message(workspace, new), "previous_message": message(workspace, old)}
    return _hidden_event(workspace, new, "message_changed") | messages


def deleted_event(workspace: Workspace, old: Message) -> Json:
    """Return the event of a deleted message."""
    deleted = {"deleted_ts": old.ts, "previous_message": message(workspace, old)}
    return _hidden_event(workspace, old, "message_deleted") | deleted


def _hidden_event(workspace: Workspace, message: Message, subtype: str) -> Json:
    ts = workspace.new_ts()
    return {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": message.channel,
        "channel_type": workspace.channels[message.channel].kind,
        "ts": ts,
        "event_ts": ts,
    }
