"""The entities that the page draws: people, channels, messages, views.

The page reads no other fields than those written here.
"""

from collections.abc import Iterator
from zlib import crc32

from babel import Locale

from bot.json_types import Json
from bot.playground.slack.page.attachments import shown_attachment, shown_file
from bot.playground.slack.page.blocks import with_html, with_ids, with_pressed
from bot.playground.slack.page.mrkdwn import Names, decoded, mrkdwn_html
from bot.playground.slack.page.typed_text import to_typed
from bot.playground.slack.workspace import payloads
from bot.playground.slack.workspace.emoji import emoji, with_emoji
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Channel, Status, User, View, Workspace

_HUES = 8


def names_of(workspace: Workspace) -> Names:
    """Return the names to show for the ids in texts."""
    users = {user.id: user.shown_name for user in workspace.users.values()}
    channels = {channel.id: channel.name for channel in workspace.channels.values()}
    groups = {id_: group["handle"] for id_, group in workspace.user_groups.items()}
    return Names(users, channels, groups)


def workspace(workspace: Workspace, viewer: str) -> Json:
    """The workspace, as *viewer* sees it."""
    return {
        "kind": "workspace",
        "id": workspace.team_id,
        "hasApp": workspace.has_app,
        "name": workspace.team_name,
        "me": viewer,
        "bot": workspace.bot_user,
    }


def user(user: User) -> Json:
    """A person, or an app's bot user."""
    return {
        "kind": "user",
        "id": user.id,
        "handle": user.name,
        "name": user.shown_name,
        "note": note(user),
        "app": user.is_bot,
        "avatar": avatar(user.shown_name, user.emoji),
    }


def note(user: User) -> str:
    """The note beside the name of *user*: role and language, where they are out of the ordinary."""
    locale = Locale.parse(user.locale, sep="-")
    language = f"Slack in {locale.get_language_name('en')}" if locale.language != "en" else ""
    return " · ".join(filter(None, (role(user), language)))


def group(group: Json) -> Json:
    """A user group, which can be mentioned."""
    names = {"handle": group["handle"], "name": group["name"], "note": group["description"]}
    return {"kind": "group", "id": group["id"], "app": False} | names


def role(user: User) -> str:
    """The role of *user*, unless it is plain member."""
    if user.is_stranger:
        return "From another organisation"
    if user.is_restricted or user.is_ultra_restricted:
        return "Guest"
    return "Admin" if user.is_admin else ""


def avatar(name: str, icon: str | None) -> Json:
    """An emoji, or else initials, on a colour that depends on the name."""
    initials = "".join(word[0] for word in name.split()[:2]).upper() or "?"
    return {"emoji": icon, "initials": initials, "hue": crc32(name.encode()) % _HUES}


def channel(workspace: Workspace, channel: Channel, viewer: str) -> Json:
    """A channel, or a direct conversation of *viewer*."""
    is_private = channel.kind in ("group", "mpim")
    entity: Json = {"kind": "channel", "id": channel.id, "private": is_private}
    if channel.kind != "im":
        count = len(channel.members)
        topic = "1 member" if count == 1 else f"{count} members"
        is_group = channel.kind == "mpim"
        name = _others(workspace, channel, viewer) if is_group else channel.name
        names = {"name": name, "topic": topic}
        return entity | names | {"dm": False, "group": is_group, "bot": False}
    other_id = next((id_ for id_ in sorted(channel.members) if id_ != viewer), viewer)
    other = user(workspace.users[other_id])
    names = {"name": other["name"], "avatar": other["avatar"], "topic": other["note"]}
    return entity | names | {"dm": True, "bot": other_id == workspace.bot_user}


def _others(workspace: Workspace, channel: Channel, viewer: str) -> str:
    """The names of those whom *viewer* talks to in a group direct message."""
    others = sorted(channel.members - {viewer})
    return ", ".join(workspace.users[id_].shown_name for id_ in others)


def message(workspace: Workspace, message: Message, viewer: str, names: Names) -> Json:
    """A message, as *viewer* sees it."""
    return {
        "kind": "message",
        "id": f"{message.channel}:{message.ts}",
        "channel": message.channel,
        "ts": message.ts,
        "thread": message.thread_ts,
        "author": author(workspace, message),
        "html": mrkdwn_html(message.text, names),
        "blocks": with_html(_blocks(message, viewer), names) if message.blocks else None,
        "attachments": [shown_attachment(a, names) for a in message.attachments],
        "source": to_typed(message.text, workspace) if message.user == viewer else None,
        "edited": message.edited_ts is not None and not (message.bot_id and message.blocks),
        "broadcast": message.subtype == "thread_broadcast",
        "ephemeral": message.ephemeral_for is not None,
        "streaming": message.streaming,
        "files": [shown_file(file) for file in message.files],
        "reactions": list(_reactions(workspace, message, viewer)),
        "permalink": payloads.permalink(workspace.url, message),
    }


def _blocks(message: Message, viewer: str) -> list[Json]:
    """The blocks, with ids, and with the thumb that *viewer* pressed."""
    blocks, thumb = with_ids(message.blocks), message.thumbs.get(viewer)
    return [with_pressed(block, thumb) for block in blocks] if thumb else blocks


def author(workspace: Workspace, message: Message) -> Json:
    """The author of *message*: a person, the app, or one of its personas."""
    is_ours = workspace.is_ours(message)
    user = workspace.users.get(message.user or (workspace.bot_user if is_ours else ""))
    name = message.username or (user.shown_name if user else "Unknown")
    app = message.bot_id is not None or (user is not None and user.is_bot)
    icon = emoji(message.icon_emoji.strip(":")) if message.icon_emoji else None
    if not message.username and not message.icon_emoji and not message.icon_url and user:
        icon = user.emoji
    outsider = user is not None and (user.is_stranger or user.is_restricted)
    note = role(user) if user and outsider else ""
    id_ = message.user if not app else None
    return {
        "id": id_,
        "name": decoded(name),
        "app": app,
        "note": note,
        "avatar": avatar(name, icon),
    }


def status(workspace: Workspace, status: Status) -> Json:
    """The app's status in a thread."""
    bot = user(workspace.users[workspace.bot_user])
    loading = [with_emoji(decoded(line)) for line in status.loading_messages]
    text = with_emoji(decoded(status.text))
    return {"kind": "status", "author": bot, "text": text, "loading": loading}


def prompts(suggested: Json) -> Json:
    """The prompts that the app suggests."""
    return {"kind": "prompts", "title": suggested.get("title"), "prompts": suggested["prompts"]}


def view(view: View, names: Names) -> Json:
    """A modal or an App Home."""
    content = with_html(view.content, names)
    return {**(content if isinstance(content, dict) else {}), "id": view.id}


def _reactions(workspace: Workspace, message: Message, viewer: str) -> Iterator[Json]:
    for name, users in message.reactions.items():
        people = [workspace.users[user].shown_name for user in users if user in workspace.users]
        shown = emoji(name) or f":{name}:"
        yield {"name": name, "emoji": shown, "people": people, "mine": viewer in users}
