"""The server's state beside the workspace, and the checks that methods share."""

import time
from dataclasses import dataclass, field
from typing import TypeVar

from bot.json_types import Json
from bot.playground.slack.hazards import Hazards
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Change, Channel, Workspace

T = TypeVar("T")

_TRIGGER_LIFETIME_SECONDS = 3.0
_RESERVED = frozenset({"slackbot", "slack"})
# kind: the scopes' prefix
FAMILIES = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


@dataclass(slots=True, eq=False)
class ServerState:
    """The server's state beside the workspace."""

    workspace: Workspace
    hazards: Hazards
    scopes: set[str]
    url: str = ""
    events: frozenset[str] = frozenset()  # that the app has subscribed to
    is_migrating: bool = False  # into an organisation
    beside: "dict[str, ServerState]" = field(default_factory=dict)  # of all workspaces, by id
    manifest: Json = field(default_factory=dict)
    icon: bytes = b""  # of the app
    triggers: dict[str, tuple[str, float]] = field(default_factory=dict, init=False)  # user, time
    used_triggers: set[str] = field(default_factory=set, init=False)
    uploads: dict[str, Json] = field(default_factory=dict, init=False)
    contents: dict[str, bytes] = field(default_factory=dict, init=False)
    # Calls of files.info until a new file is processed, and how many remain for which file.
    processing_calls: int = field(default=1, init=False)
    processing: dict[str, int] = field(default_factory=dict, init=False)
    stream_starts: dict[tuple[str, str], float] = field(default_factory=dict, init=False)
    stopped_streams: set[tuple[str, str]] = field(default_factory=set, init=False)

    @property
    def installed(self) -> bool:
        """Whether the workspace has the app."""
        return self.workspace.has_app

    @installed.setter
    def installed(self, installed: bool) -> None:
        self.workspace.has_app = installed
        self.workspace.notify(Change("app"))

    def new_trigger(self, user: str) -> str:
        """Return a trigger id, valid for one view within three seconds."""
        trigger = self.workspace.new_id("trigger.")
        self.triggers[trigger] = (user, time.monotonic())
        return trigger

    def use_trigger(self, trigger: str | None) -> str:
        """Return the user whose action issued *trigger*; it cannot be used again."""
        if not trigger:
            raise ApiError("invalid_arguments", "[ERROR] missing required field: trigger_id")
        if trigger in self.used_triggers:
            raise ApiError("exchanged_trigger_id")
        user, issued = self.triggers.pop(trigger, ("", 0.0))
        if not user:
            raise ApiError("invalid_trigger_id")
        self.used_triggers.add(trigger)
        if time.monotonic() - issued > _TRIGGER_LIFETIME_SECONDS:
            raise ApiError("expired_trigger_id")
        return user

    def channel(self, channel_id: str, *, posting: bool = False) -> Channel:
        """Return a channel that the bot may see, or post to."""
        if channel_id in self.workspace.users and posting:
            return self.workspace.direct_channel(channel_id, self.workspace.bot_user)
        channel = self.workspace.channels.get(channel_id)
        bot_user = self.workspace.bot_user
        if channel is None or (channel.kind != "channel" and bot_user not in channel.members):
            raise ApiError("channel_not_found")
        if posting and bot_user not in channel.members:
            raise ApiError("not_in_channel")
        if posting and channel.is_archived:
            raise ApiError("is_archived")
        return channel

    def readable(self, channel_id: str) -> Channel:
        """Return a channel whose messages the bot may read."""
        channel = self.channel(channel_id)
        needed = f"{FAMILIES[channel.kind]}:history"
        if needed not in self.scopes:
            raise self.missing_scope(needed)
        if self.workspace.bot_user not in channel.members:
            raise ApiError("not_in_channel")
        return channel

    def thread_to_post_in(
        self, channel: str, thread_ts: str | None, *, error: str = "thread_not_found"
    ) -> str | None:
        """Return *thread_ts* if there is such a thread, None if its posts go to the channel.

        Raises ApiError with *error* if such posts are refused.
        """
        if not thread_ts or self.workspace.message(channel, thread_ts):
            return thread_ts
        if self.hazards.deleted_threads == "refused":
            raise ApiError(error)
        return None

    def own_message(self, channel: str, ts: str, error: str) -> Message:
        """Return one of the bot's own messages."""
        message = self.workspace.message(channel, ts)
        if message is None:
            raise ApiError("message_not_found")
        if message.bot_id != self.workspace.bot_id:
            raise ApiError(error)
        return message

    def persona(self, args: Json) -> Json:
        """Return the persona fields in *args*, if the scopes allow a persona."""
        persona = {k: args[k] for k in ("username", "icon_emoji", "icon_url") if args.get(k)}
        allowed = "chat:write.customize" in self.scopes and self.hazards.personas == "kept"
        if persona and not allowed:
            if self.hazards.personas == "refused":
                raise self.missing_scope("chat:write.customize")
            return {}
        if persona.get("username", "").strip().casefold() in _RESERVED:
            raise ApiError("reserved_username")
        return persona

    def missing_scope(self, *needed: str) -> ApiError:
        """Return the error that names the scopes that would do."""
        provided = ",".join(sorted(self.scopes))
        return ApiError("missing_scope", needed=",".join(sorted(needed)), provided=provided)
