"""``conversations.*``: reading what was said, and where."""

from collections.abc import Iterable, Mapping

from bot.playground.slack import payloads
from bot.playground.slack.arguments import ApiError
from bot.playground.slack.company import BOT_USER
from bot.playground.slack.methods.caller import Method, Site, page, paged
from bot.playground.slack.workspace import Channel, Json, Message


def replies(site: Site, args: Json) -> Json:
    """Return a thread, its root first."""
    channel = _readable(site, args["channel"])
    thread = site.workspace.thread(channel.id, args["ts"])
    if not thread:
        raise ApiError("thread_not_found")
    root, *rest = thread
    if root.is_reply:
        root, rest = root, []
    found, cursor = page([root, *_between(rest, args)], args, 100)
    shown = [_shown(site, one, args) for one in found]
    return paged("messages", shown, cursor) | {"has_more": bool(cursor)}


def history(site: Site, args: Json) -> Json:
    """Return a channel's own messages, newest first."""
    channel = _readable(site, args["channel"])
    roots = [
        one
        for one in site.workspace.messages(channel.id)
        if not one.is_reply or one.subtype == "thread_broadcast"
    ]
    found, cursor = page(list(_between(roots, args))[::-1], args, 100)
    shown = [_shown(site, one, args) for one in found]
    return paged("messages", shown, cursor) | {"has_more": bool(cursor), "pin_count": 0}


def info(site: Site, args: Json) -> Json:
    """Return a channel."""
    return {"channel": payloads.channel(site.channel(args["channel"]), BOT_USER)}


def members(site: Site, args: Json) -> Json:
    """Return who is in a channel."""
    found, cursor = page(sorted(site.channel(args["channel"]).members), args, 100)
    return paged("members", list(found), cursor)


def list_all(site: Site, args: Json) -> Json:
    """Return the channels that the bot may see."""
    return _listed(site, args, site.workspace.channels.values())


def of_user(site: Site, args: Json) -> Json:
    """Return the channels that somebody, by default the bot, is in."""
    user = args.get("user", BOT_USER)
    theirs = [one for one in site.workspace.channels.values() if user in one.members]
    return _listed(site, args, theirs)


def open_direct(site: Site, args: Json) -> Json:
    """Open a direct conversation."""
    if args.get("users") not in site.workspace.users:
        raise ApiError("user_not_found")
    return {"channel": {"id": site.workspace.direct_channel(args["users"], BOT_USER).id}}


def _listed(site: Site, args: Json, channels: Iterable[Channel]) -> Json:
    types = (args.get("types") or "public_channel").split(",")
    names = {"channel": "public_channel", "group": "private_channel", "im": "im"}
    visible = [
        one
        for one in channels
        if names[one.kind] in types and (one.kind == "channel" or BOT_USER in one.members)
    ]
    found, cursor = page(visible, args, 100)
    return paged("channels", [payloads.channel(one, BOT_USER) for one in found], cursor)


def _readable(site: Site, channel_id: str) -> Channel:
    channel = site.channel(channel_id)
    if BOT_USER not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _between(messages: Iterable[Message], args: Json) -> Iterable[Message]:
    oldest = float(args.get("oldest") or 0)
    latest = float(args.get("latest") or "inf")
    inclusive = args.get("inclusive", False)
    for one in messages:
        at = float(one.ts)
        if oldest < at < latest or (inclusive and at in (oldest, latest)):
            yield one


def _shown(site: Site, one: Message, args: Json) -> Json:
    wanted = bool(args.get("include_all_metadata"))
    return payloads.message(site.workspace, one, metadata=wanted)


METHODS: Mapping[str, Method] = {
    "conversations.history": history,
    "conversations.info": info,
    "conversations.list": list_all,
    "conversations.members": members,
    "conversations.open": open_direct,
    "conversations.replies": replies,
    "users.conversations": of_user,
}
