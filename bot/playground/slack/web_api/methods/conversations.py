"""``conversations.*``: channels, their members and messages."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf, isnan, nextafter

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods.as_rich_text import as_rich_text
from bot.playground.slack.web_api.methods.method import Method
from bot.playground.slack.web_api.methods.paging import (
    cursor_to,
    limit_of,
    page,
    paged,
    position_of,
)
from bot.playground.slack.web_api.state import FAMILIES, ServerState
from bot.playground.slack.workspace import payloads
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Channel


def replies(state: ServerState, args: Json) -> Json:
    """Return a thread, its root first; of a reply, the reply alone."""
    channel = state.readable(args["channel"])
    thread = state.workspace.thread(channel.id, args["ts"])
    if not thread:
        raise ApiError("thread_not_found")
    begin, oldest, latest = _range(args, "0")
    root, rest = thread[0], [m for m in thread[1:] if oldest <= float(m.ts) <= latest]
    rest = [m for m in rest if float(m.ts) >= begin]
    is_first = not args.get("cursor")
    shown = [root] if is_first or state.hazards.root_on_every_page else []
    limit = max(1, min(limit_of(args, 1000), state.hazards.most_on_a_page) - len(shown))
    following = rest[limit].ts if len(rest) > limit else ""
    return _message_page(state, [*shown, *rest[:limit]], args, following)


def history(state: ServerState, args: Json) -> Json:
    """Return a channel's own messages, newest first."""
    channel = state.readable(args["channel"])
    begin, oldest, latest = _range(args, "inf")
    messages = state.workspace.history(channel.id, oldest, min(latest, begin))[::-1]
    limit = min(limit_of(args, 100), state.hazards.most_on_a_page)
    following = messages[limit].ts if len(messages) > limit else ""
    return _message_page(state, messages[:limit], args, following) | {"pin_count": 0}


def info(state: ServerState, args: Json) -> Json:
    """Return a channel."""
    channel = state.channel(args["channel"])
    needed = f"{FAMILIES[channel.kind]}:read"
    if needed not in state.scopes:
        raise state.missing_scope(needed)
    shown = payloads.channel(channel, state.workspace.bot_user)
    if not args.get("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def members(state: ServerState, args: Json) -> Json:
    """Return the members of a channel."""
    user_ids, cursor = page(sorted(state.channel(args["channel"]).members), args, 100)
    return paged("members", list(user_ids), cursor)


def list_all(state: ServerState, args: Json) -> Json:
    """Return the channels that the bot may see."""
    return _channel_page(state, args, state.workspace.channels.values())


def of_user(state: ServerState, args: Json) -> Json:
    """Return the channels that a user, by default the bot, is in."""
    user = args.get("user", state.workspace.bot_user)
    joined = [c for c in state.workspace.channels.values() if user in c.members]
    return _channel_page(state, args, joined)


def open_direct(state: ServerState, args: Json) -> Json:
    """Open a direct conversation with one person, or return an existing one by its id."""
    if args.get("channel"):
        return {"channel": {"id": state.channel(args["channel"]).id}}
    if not args.get("users"):
        raise ApiError("users_list_not_supplied")
    if args["users"] not in state.workspace.users:
        raise ApiError("user_not_found")
    bot_user = state.workspace.bot_user
    channel = state.workspace.direct_channel(args["users"], bot_user)
    full = bool(args.get("return_im"))
    return {"channel": payloads.channel(channel, bot_user) if full else {"id": channel.id}}


def _channel_page(state: ServerState, args: Json, channels: Iterable[Channel]) -> Json:
    bot_user = state.workspace.bot_user
    types = (args.get("types") or "public_channel").split(",")
    names = {"channel": "public_channel", "group": "private_channel", "im": "im", "mpim": "mpim"}
    visible = [
        channel
        for channel in channels
        if names[channel.kind] in types
        and (channel.kind == "channel" or bot_user in channel.members)
        and not (channel.is_archived and args.get("exclude_archived"))
    ]
    selected, cursor = page(visible, args, 100)
    return paged("channels", [payloads.channel(c, bot_user) for c in selected], cursor)


def _range(args: Json, start: str) -> tuple[float, float, float]:
    """Return where the page begins, and the oldest and latest time of its messages."""
    oldest = _time(args.get("oldest") or "0", "invalid_ts_oldest")
    latest = _time(args.get("latest") or "inf", "invalid_ts_latest")
    if not args.get("inclusive"):
        oldest, latest = nextafter(oldest, inf), nextafter(latest, 0)
    return float(position_of(args, "next_ts", start)), oldest, latest


def _time(value: str, error: str) -> float:
    try:
        time = float(value)
    except ValueError:
        raise ApiError(error) from None
    if isnan(time):
        raise ApiError(error)
    return time


def _message_page(
    state: ServerState, messages: Sequence[Message], args: Json, following: str
) -> Json:
    metadata = bool(args.get("include_all_metadata"))
    shown = [payloads.message(state.workspace, m, metadata=metadata) for m in messages]
    if state.hazards.streams_show != "all":
        for message, payload in zip(messages, shown, strict=True):
            if message.streaming:
                block = {"type": "markdown", "text": message.begun_with}
                payload |= {"text": message.begun_with, "blocks": [block]}
    if state.hazards.markdown_read_back != "as posted":
        for payload in shown:
            blocks = payload.get("blocks", [])
            payload["blocks"] = as_rich_text(blocks, state.hazards.markdown_read_back)
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
