"""What the page draws, as things by id: people, channels, messages, views.

The fields of each thing are all that the page's modules read.
"""

from collections.abc import Iterator, Sequence
from zlib import crc32

from babel import Locale

from bot.json_types import Json
from bot.playground.slack.page.blocks import dressed
from bot.playground.slack.page.emoji import emoji, with_emoji
from bot.playground.slack.page.mrkdwn import Names, decoded, mrkdwn_html
from bot.playground.slack.page.typed_text import to_typed
from bot.playground.slack.workspace.company import BOT_USER
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Channel, Status, User, View, Workspace

_HUES = 8


def names_of(workspace: Workspace) -> Names:
    """Return what the ids in texts are called."""
    users = {user.id: user.shown_name for user in workspace.users.values()}
    channels = {channel.id: channel.name for channel in workspace.channels.values()}
    groups = {id_: group["handle"] for id_, group in workspace.user_groups.items()}
    return Names(users, channels, groups)


def team(workspace: Workspace, me: str) -> Json:
    """The workspace, seen by *me*."""
    return {"kind": "workspace", "name": workspace.team_name, "me": me, "bot": BOT_USER}


def person(user: User) -> Json:
    """Somebody, or an app."""
    return {
        "kind": "user",
        "id": user.id,
        "handle": user.name,
        "name": user.shown_name,
        "note": note(user),
        "app": user.is_bot,
        "face": face(user.shown_name, user.emoji),
    }


def note(user: User) -> str:
    """What the page tells of *user* beside the name, if anything."""
    chosen = Locale.parse(user.locale, sep="-")
    foreign = f"Slack in {chosen.get_language_name('en')}" if chosen.language != "en" else ""
    return " · ".join(filter(None, (role(user), foreign)))


def group(one: Json) -> Json:
    """A group that can be mentioned."""
    about = {"handle": one["handle"], "name": one["name"], "note": one["description"]}
    return {"kind": "group", "id": one["id"], "app": False} | about


def role(user: User) -> str:
    """What others should know of *user*, if anything."""
    if user.is_stranger:
        return "From another organisation"
    if user.is_restricted or user.is_ultra_restricted:
        return "Guest"
    return "Admin" if user.is_admin else ""


def face(name: str, icon: str | None) -> Json:
    """How somebody looks: an emoji, or else initials; always on the same colour."""
    initials = "".join(word[0] for word in name.split()[:2]).upper() or "?"
    return {"emoji": icon, "initials": initials, "hue": crc32(name.encode()) % _HUES}


def room(workspace: Workspace, channel: Channel, me: str) -> Json:
    """A channel, or a direct conversation of *me*."""
    about: Json = {"kind": "channel", "id": channel.id, "private": channel.kind == "group"}
    if channel.kind != "im":
        count = len(channel.members)
        topic = "1 member" if count == 1 else f"{count} members"
        return about | {"name": channel.name, "dm": False, "bot": False, "topic": topic}
    other = next((member for member in sorted(channel.members) if member != me), me)
    whom = person(workspace.users[other])
    direct = {"dm": True, "bot": other == BOT_USER, "topic": whom["note"]}
    return about | {"name": whom["name"], "face": whom["face"]} | direct


def said(workspace: Workspace, message: Message, me: str, names: Names) -> Json:
    """A message, seen by *me*."""
    return {
        "kind": "message",
        "id": f"{message.channel}:{message.ts}",
        "channel": message.channel,
        "ts": message.ts,
        "thread": message.thread_ts,
        "author": author(workspace, message),
        "html": mrkdwn_html(message.text, names),
        "blocks": dressed(_with_ids(message.blocks), names) if message.blocks else None,
        "source": to_typed(message.text, workspace) if message.user == me else None,
        "edited": message.edited_ts is not None and not (message.bot_id and message.blocks),
        "broadcast": message.subtype == "thread_broadcast",
        "ephemeral": message.ephemeral_for is not None,
        "streaming": message.streaming,
        "files": [_file(file) for file in message.files],
        "reactions": list(_reactions(workspace, message, me)),
        "permalink": _permalink(workspace, message),
    }


def author(workspace: Workspace, message: Message) -> Json:
    """Who said *message*: a person, the app, or one of its personas."""
    user = workspace.users.get(message.user or (BOT_USER if message.bot_id else ""))
    name = message.username or (user.shown_name if user else "Unknown")
    app = message.bot_id is not None or (user is not None and user.is_bot)
    icon = emoji(message.icon_emoji.strip(":")) if message.icon_emoji else None
    if not message.username and not message.icon_emoji and not message.icon_url and user:
        icon = user.emoji
    outsider = user is not None and (user.is_stranger or user.is_restricted)
    note = role(user) if user and outsider else ""
    id_ = message.user if not app else None
    return {"id": id_, "name": decoded(name), "app": app, "note": note, "face": face(name, icon)}


def working(workspace: Workspace, status: Status) -> Json:
    """What the app says it is doing in a thread."""
    bot = person(workspace.users[BOT_USER])
    loading = [with_emoji(decoded(line)) for line in status.loading_messages]
    text = with_emoji(decoded(status.text))
    return {"kind": "status", "author": bot, "text": text, "loading": loading}


def prompts(offered: Json) -> Json:
    """What the app suggests to begin with."""
    return {"kind": "prompts", "title": offered.get("title"), "prompts": offered["prompts"]}


def view(one: View, names: Names) -> Json:
    """A modal or a home."""
    content = dressed(one.content, names)
    return {**(content if isinstance(content, dict) else {}), "id": one.id}


def _permalink(workspace: Workspace, message: Message) -> str:
    address = f"{workspace.url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
    thread = f"?thread_ts={message.thread_ts}&cid={message.channel}"
    return address + (thread if message.is_reply else "")


def _with_ids(blocks: Sequence[Json]) -> list[Json]:
    return [{"block_id": f"b{number}"} | block for number, block in enumerate(blocks)]


def _file(file: Json) -> Json:
    size = int(file.get("size") or 0)
    told = f"{size} bytes" if size < 1024 else f"{size / 1024:.1f} kB"
    kind = str(file.get("pretty_type") or file.get("filetype") or file.get("mimetype") or "File")
    name = str(file.get("name") or file.get("title") or "file")
    return {"id": str(file.get("id")), "name": name, "about": f"{kind} · {told}"}


def _reactions(workspace: Workspace, message: Message, me: str) -> Iterator[Json]:
    for name, users in message.reactions.items():
        people = [workspace.users[user].shown_name for user in users if user in workspace.users]
        sign = emoji(name) or f":{name}:"
        yield {"name": name, "emoji": sign, "people": people, "mine": me in users}
