"""A Slack workspace as plain state: people, channels, messages, views; and news of each change."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from time import time
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["channel", "group", "im"]


@dataclass(frozen=True, slots=True)
class User:
    """Somebody in the workspace, or an app's bot."""

    id: str
    name: str
    real_name: str
    team_id: str
    display_name: str = ""
    is_bot: bool = False
    is_admin: bool = False
    is_owner: bool = False
    is_restricted: bool = False  # a guest of several channels
    is_ultra_restricted: bool = False  # a guest of one channel
    is_stranger: bool = False  # from another organisation
    locale: str = "en-US"
    emoji: str = "🙂"
    colour: str = "#5b6b7b"

    @property
    def shown_name(self) -> str:
        """What others read."""
        return self.display_name or self.real_name


@dataclass(slots=True)
class Channel:
    """A place to talk."""

    id: str
    name: str
    kind: Kind = "channel"
    members: set[str] = field(default_factory=set)
    is_archived: bool = False


@dataclass(slots=True)
class Message:
    """One message, in the fields that Slack keeps of it."""

    ts: str
    channel: str
    text: str
    user: str | None = None
    bot_id: str | None = None
    thread_ts: str | None = None
    subtype: str | None = None
    username: str | None = None  # a persona's
    icon_emoji: str | None = None
    icon_url: str | None = None
    blocks: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)
    edited_by: str | None = None
    edited_ts: str | None = None
    ephemeral_for: str | None = None
    streaming: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    replies: list[str] = field(default_factory=list)  # ts of the replies, on the root

    @property
    def is_reply(self) -> bool:
        """Whether it hangs from another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(slots=True)
class Status:
    """What the app says it is doing in a thread."""

    channel: str
    thread_ts: str
    text: str
    loading_messages: Sequence[str] = ()


@dataclass(slots=True)
class View:
    """An open modal, or somebody's App Home."""

    id: str
    user: str
    content: Json  # as the app sent it, with what Slack adds
    hash: str
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """What has happened."""

    kind: Literal["posted", "updated", "deleted", "status", "view", "prompts", "reaction"]
    channel: str | None = None
    message: Message | None = None
    status: Status | None = None
    view: View | None = None
    previous: Message | None = None


class Workspace:
    """The state; every change is told to those who subscribed."""

    def __init__(self, team_id: str = "T0ACME", team_name: str = "Acme", url: str = "") -> None:
        self.team_id = team_id
        self.team_name = team_name
        self.url = url
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.statuses: dict[tuple[str, str], Status] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.prompts: dict[str, Json] = {}
        self.files: dict[str, Json] = {}
        self._messages: dict[str, dict[str, Message]] = {}
        self._ephemeral: list[Message] = []
        self._subscribers: list[Callable[[Change], None]] = []
        self._last_ts = 0
        self._numbers = count(1)

    # What is there.

    def message(self, channel: str, ts: str) -> Message | None:
        """Return a message."""
        return self._messages.get(channel, {}).get(ts)

    def messages(self, channel: str) -> Iterator[Message]:
        """Yield a channel's messages, replies too, oldest first."""
        yield from self._messages.get(channel, {}).values()

    def thread(self, channel: str, thread_ts: str) -> list[Message]:
        """Return a thread: its root and the replies, oldest first."""
        root = self.message(channel, thread_ts)
        if root is None:
            return []
        replies = (self.message(channel, ts) for ts in root.replies)
        return [root, *(reply for reply in replies if reply)]

    def ephemeral(self, user: str, channel: str | None = None) -> list[Message]:
        """Return what only *user* sees."""
        return [
            message
            for message in self._ephemeral
            if message.ephemeral_for == user and channel in (None, message.channel)
        ]

    def direct_channel(self, one: str, other: str) -> Channel:
        """Return the direct conversation of two, opening it if there is none."""
        members = {one, other}
        for channel in self.channels.values():
            if channel.kind == "im" and channel.members == members:
                return channel
        channel = Channel(self.new_id("D"), "", "im", members)
        self.channels[channel.id] = channel
        return channel

    def new_id(self, prefix: str) -> str:
        """Return an id that nothing else has."""
        return f"{prefix}0PLAY{next(self._numbers):05}"

    def new_ts(self) -> str:
        """Return a timestamp later than every other."""
        self._last_ts = max(self._last_ts + 100, int(time() * 1_000_000))
        seconds, micros = divmod(self._last_ts, 1_000_000)
        return f"{seconds}.{micros:06}"

    # What happens.

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Have *callback* called on each change; returns how to end that."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def add(self, *newcomers: User | Channel) -> None:
        """Add people and channels."""
        for one in newcomers:
            if isinstance(one, User):
                self.users[one.id] = one
            else:
                self.channels[one.id] = one

    def post(self, message: Message) -> Message:
        """Post *message*; an ephemeral one is shown to one person only."""
        if message.ephemeral_for:
            self._ephemeral.append(message)
        else:
            self._messages.setdefault(message.channel, {})[message.ts] = message
            self._hang_from_root(message)
        if message.bot_id and message.thread_ts:
            self.clear_status(message.channel, message.thread_ts)
        self.tell(Change("posted", message.channel, message))
        return message

    def updated(self, message: Message, previous: Message) -> None:
        """Tell that *message* was *previous* before."""
        self.tell(Change("updated", message.channel, message, previous=previous))

    def delete(self, message: Message) -> None:
        """Take a message away."""
        if message in self._ephemeral:
            self._ephemeral.remove(message)
        else:
            del self._messages[message.channel][message.ts]
            root = self.message(message.channel, message.thread_ts or "")
            if root and message.ts in root.replies:
                root.replies.remove(message.ts)
        self.tell(Change("deleted", message.channel, message, previous=message))

    def set_status(self, status: Status) -> None:
        """Show what the app is doing; an empty text clears it."""
        place = (status.channel, status.thread_ts)
        if status.text:
            self.statuses[place] = status
        else:
            self.statuses.pop(place, None)
        self.tell(Change("status", status.channel, status=status))

    def clear_status(self, channel: str, thread_ts: str) -> None:
        """Take the status away, as posting does."""
        if (channel, thread_ts) in self.statuses:
            self.set_status(Status(channel, thread_ts, ""))

    def tell(self, change: Change) -> None:
        """Tell all subscribers of *change*."""
        for callback in tuple(self._subscribers):
            callback(change)

    def _hang_from_root(self, message: Message) -> None:
        if not message.is_reply:
            return
        root = self.message(message.channel, message.thread_ts or "")
        if root is not None:
            root.thread_ts = root.ts
            root.replies.append(message.ts)


def reply_users(replies: Iterable[Message]) -> list[str]:
    """Return who replied, each once, in order."""
    return list(dict.fromkeys(reply.user or reply.bot_id or "" for reply in replies))
