"""``conversations.*``: reading what was said, and where."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf, isnan, nextafter

from bot.json_types import Json
from bot.playground.slack import payloads
from bot.playground.slack.arguments import ApiError
from bot.playground.slack.company import BOT_USER
from bot.playground.slack.methods.caller import (
    FAMILIES,
    Method,
    Site,
    cursor_to,
    limit_of,
    page,
    paged,
    place_of,
)
from bot.playground.slack.workspace import Channel, Message


def replies(site: Site, args: Json) -> Json:
    """Return a thread, its root first; of a reply, the reply alone."""
    channel = site.readable(args["channel"])
    thread = site.workspace.thread(channel.id, args["ts"])
    if not thread:
        raise ApiError("thread_not_found")
    begin, oldest, latest = _span(args, "0")
    root, rest = thread[0], [one for one in thread[1:] if oldest <= float(one.ts) <= latest]
    rest = [one for one in rest if float(one.ts) >= begin]
    is_first = not args.get("cursor")
    shown = [root] if is_first or site.hazards.root_on_every_page else []
    limit = max(1, limit_of(args, 1000) - len(shown))
    following = rest[limit].ts if len(rest) > limit else ""
    return _told(site, [*shown, *rest[:limit]], args, following)


def history(site: Site, args: Json) -> Json:
    """Return a channel's own messages, newest first."""
    channel = site.readable(args["channel"])
    begin, oldest, latest = _span(args, "inf")
    found = site.workspace.history(channel.id, oldest, min(latest, begin))[::-1]
    limit = limit_of(args, 100)
    following = found[limit].ts if len(found) > limit else ""
    return _told(site, found[:limit], args, following) | {"pin_count": 0}


def info(site: Site, args: Json) -> Json:
    """Return a channel."""
    channel = site.channel(args["channel"])
    needed = f"{FAMILIES[channel.kind]}:read"
    if needed not in site.scopes:
        raise site.missing_scope(needed)
    shown = payloads.channel(channel, BOT_USER)
    if not args.get("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


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
    """Open a direct conversation with one person, or return one that is known by its id."""
    if args.get("channel"):
        return {"channel": {"id": site.channel(args["channel"]).id}}
    if not args.get("users"):
        raise ApiError("users_list_not_supplied")
    if args["users"] not in site.workspace.users:
        raise ApiError("user_not_found")
    channel = site.workspace.direct_channel(args["users"], BOT_USER)
    whole = bool(args.get("return_im"))
    return {"channel": payloads.channel(channel, BOT_USER) if whole else {"id": channel.id}}


def _listed(site: Site, args: Json, channels: Iterable[Channel]) -> Json:
    types = (args.get("types") or "public_channel").split(",")
    names = {"channel": "public_channel", "group": "private_channel", "im": "im"}
    visible = [
        one
        for one in channels
        if names[one.kind] in types
        and (one.kind == "channel" or BOT_USER in one.members)
        and not (one.is_archived and args.get("exclude_archived"))
    ]
    found, cursor = page(visible, args, 100)
    return paged("channels", [payloads.channel(one, BOT_USER) for one in found], cursor)


def _span(args: Json, start: str) -> tuple[float, float, float]:
    """Return where the page begins, and between which times its messages lie."""
    oldest = _time(args.get("oldest") or "0", "invalid_ts_oldest")
    latest = _time(args.get("latest") or "inf", "invalid_ts_latest")
    if not args.get("inclusive"):
        oldest, latest = nextafter(oldest, inf), nextafter(latest, 0)
    return float(place_of(args, "next_ts", start)), oldest, latest


def _time(value: str, error: str) -> float:
    try:
        time = float(value)
    except ValueError:
        raise ApiError(error) from None
    if isnan(time):
        raise ApiError(error)
    return time


def _told(site: Site, messages: Sequence[Message], args: Json, following: str) -> Json:
    metadata = bool(args.get("include_all_metadata"))
    shown = [payloads.message(site.workspace, one, metadata=metadata) for one in messages]
    if site.hazards.streams_show != "all":
        for one, told in zip(messages, shown, strict=True):
            if one.streaming:
                text = {"type": "markdown", "text": one.begun_with}
                told |= {"text": one.begun_with, "blocks": [text]}
    cursor = cursor_to("next_ts", following) if following else ""
    return paged("messages", shown, cursor) | {"has_more": bool(following)}


METHODS: Mapping[str, Method] = {
    "conversations.history": history,
    "conversations.info": info,
    "conversations.list": list_all,
    "conversations.members": members,
    "conversations.open": open_direct,
    "conversations.replies": replies,
    "users.conversations": of_user,
}
