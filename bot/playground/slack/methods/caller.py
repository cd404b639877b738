"""What a method gets to work with, and what the families share."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from bot.playground.slack.arguments import ApiError
from bot.playground.slack.company import BOT_ID, BOT_USER
from bot.playground.slack.hazards import Hazards
from bot.playground.slack.workspace import Channel, Json, Message, Workspace

T = TypeVar("T")

_TRIGGER_LASTS = 3.0


@dataclass(slots=True)
class Site:
    """The server's state beside the workspace."""

    workspace: Workspace
    hazards: Hazards
    scopes: set[str]
    url: str = ""
    triggers: dict[str, tuple[str, float]] = field(default_factory=dict)  # id: user, when
    uploads: dict[str, Json] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    stream_starts: dict[tuple[str, str], float] = field(default_factory=dict)

    def new_trigger(self, user: str) -> str:
        """Return a trigger id: good for one view, for three seconds."""
        trigger = self.workspace.new_id("trigger.")
        self.triggers[trigger] = (user, time.monotonic())
        return trigger

    def use_trigger(self, trigger: str | None) -> str:
        """Return whose action *trigger* stands for; it is spent then."""
        if not trigger:
            raise ApiError("invalid_arguments", "[ERROR] missing required field: trigger_id")
        user, since = self.triggers.pop(trigger, ("", 0.0))
        if not user:
            raise ApiError("exchanged_trigger_id" if since else "invalid_trigger_id")
        if time.monotonic() - since > _TRIGGER_LASTS:
            raise ApiError("expired_trigger_id")
        return user

    def channel(self, channel_id: str, *, posting: bool = False) -> Channel:
        """Return a channel that the bot may see, or write to."""
        if channel_id in self.workspace.users and posting:
            return self.workspace.direct_channel(channel_id, BOT_USER)
        channel = self.workspace.channels.get(channel_id)
        if channel is None or (channel.kind != "channel" and BOT_USER not in channel.members):
            raise ApiError("channel_not_found")
        if posting and BOT_USER not in channel.members:
            raise ApiError("not_in_channel")
        if posting and channel.is_archived:
            raise ApiError("is_archived")
        return channel

    def own_message(self, channel: str, ts: str, error: str) -> Message:
        """Return a message of the bot's."""
        message = self.workspace.message(channel, ts)
        if message is None:
            raise ApiError("message_not_found")
        if message.bot_id != BOT_ID:
            raise ApiError(error)
        return message

    def persona(self, args: Json) -> Json:
        """Return the persona fields of a message, as far as the scopes let it have one."""
        wanted = {k: args[k] for k in ("username", "icon_emoji", "icon_url") if args.get(k)}
        allowed = "chat:write.customize" in self.scopes and self.hazards.personas == "kept"
        if wanted and not allowed:
            if self.hazards.personas == "refused":
                raise ApiError("missing_scope", needed="chat:write.customize")
            return {}
        return wanted


Method = Callable[[Site, Json], Json]


def snapshot(message: Message) -> Message:
    """Return the message as it is now."""
    return replace(message, replies=list(message.replies), blocks=list(message.blocks))


def page(items: Sequence[T], args: Json, default: int) -> tuple[Sequence[T], str]:
    """Return a page of *items* and the cursor of the next one."""
    limit = min(int(args.get("limit") or default), 1000)
    try:
        start = int(args.get("cursor") or 0)
    except ValueError:
        raise ApiError("invalid_cursor") from None
    following = start + limit
    return items[start:following], str(following) if following < len(items) else ""


def paged(key: str, items: list[Any], cursor: str) -> Json:
    """Return a page's answer."""
    return {key: items, "response_metadata": {"next_cursor": cursor}}
