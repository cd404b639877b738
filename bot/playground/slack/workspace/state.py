"""A Slack workspace as plain state: people, channels, messages, views. Subscribers see changes."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from time import time

from bot.json_types import Json
from bot.playground.slack.workspace.messages import Message as Message
from bot.playground.slack.workspace.messages import Timeline, snapshot
from bot.playground.slack.workspace.model import SLACKBOT as SLACKBOT
from bot.playground.slack.workspace.model import App as App
from bot.playground.slack.workspace.model import Change as Change
from bot.playground.slack.workspace.model import Channel as Channel
from bot.playground.slack.workspace.model import Enterprise as Enterprise
from bot.playground.slack.workspace.model import Session as Session
from bot.playground.slack.workspace.model import Status as Status
from bot.playground.slack.workspace.model import User as User
from bot.playground.slack.workspace.model import View as View

OUR_APP = "A0PANELBOT"


class Clock:
    """Gives out timestamps, each once: those of a shared channel come from several workspaces."""

    def __init__(self) -> None:
        self._last = 0

    def new_ts(self) -> str:
        """Return a timestamp later than every other."""
        self._last = max(self._last + 100, int(time() * 1_000_000))
        seconds, micros = divmod(self._last, 1_000_000)
        return f"{seconds}.{micros:06}"

    def catch_up(self, other: "Clock") -> None:
        """Be later than *other* from now on."""
        self._last = max(self._last, other._last)  # noqa: SLF001 - of its own kind


class Workspace:
    """The state; subscribers are called on every change.

    Ids that it makes have a *mark* in them. Whether ids of two workspaces differ is up to who makes
    the workspaces: with the same mark and the same people and channels, they are the same.
    """

    def __init__(
        self,
        team_id: str = "T0ACME",
        team_name: str = "Acme",
        url: str = "",
        *,
        mark: str = "PLAY",
        enterprise: Enterprise | None = None,
    ) -> None:
        self.team_id = team_id
        self.team_name = team_name
        self.domain = team_name.casefold().replace(" ", "-")
        self.url = url
        self.mark = mark
        self.enterprise = enterprise
        self.has_app = False  # ours
        self.bot_user = ""  # our app's, once it has been installed
        self.bot_id = ""
        self.is_org_wide = False  # our app's installation
        self.users: dict[str, User] = {}
        self.apps: dict[str, App] = {}  # but ours, by the id of their bots
        self.channels: dict[str, Channel] = {}
        self.statuses: dict[tuple[str, str], Status] = {}
        self.sessions: dict[tuple[str, str], Session] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.prompts: dict[str, Json] = {}
        self.files: dict[str, Json] = {}
        self.user_groups: dict[str, Json] = {}
        self.group_members: dict[str, list[str]] = {}  # of user groups, by their id
        self.token_lasts = 0  # seconds until the bot's token expires; 0: it does not
        self._timelines: defaultdict[str, Timeline] = defaultdict(Timeline)
        self._ephemeral: dict[str, dict[str, Message]] = {}  # by who sees it
        self._direct: dict[frozenset[str], Channel] = {}
        self._subscribers: list[Callable[[Change], None]] = []
        self._sharing: dict[str, list[Workspace]] = {}  # by channel: who has it, host first
        self._clock = Clock()
        self._numbers = count(1)

    # Queries

    def message(self, channel: str, ts: str) -> Message | None:
        """Return a message."""
        return self._timelines[channel].get(ts)

    def messages(self, channel: str) -> Iterator[Message]:
        """Yield a channel's messages, replies too, oldest first."""
        yield from self._timelines[channel]

    def thread(self, channel: str, thread_ts: str) -> list[Message]:
        """Return a thread: its root and the replies, oldest first."""
        return self._timelines[channel].thread(thread_ts)

    def history(self, channel: str, oldest: float, latest: float) -> Sequence[Message]:
        """Return what a channel itself shows from *oldest* to *latest*, both included."""
        return self._timelines[channel].shown(oldest, latest)

    def ephemeral(self, user: str, channel: str | None = None) -> list[Message]:
        """Return the ephemeral messages of *user*."""
        messages = self._ephemeral.get(user, {}).values()
        return [message for message in messages if channel in (None, message.channel)]

    def is_ours(self, message: Message) -> bool:
        """Whether our app posted *message*."""
        return message.bot_id is not None and message.bot_id not in self.apps

    def direct_channel(self, user: str, other: str) -> Channel:
        """Return the direct conversation of two users, opening it if there is none."""
        channel = self._direct.get(frozenset({user, other}))
        if channel is None:
            channel = Channel(self.new_id("D"), "", "im", {user, other})
            self.add(channel)
        return channel

    def new_id(self, prefix: str) -> str:
        """Return an unused id."""
        return f"{prefix}0{self.mark}{next(self._numbers):05}"

    def new_ts(self) -> str:
        """Return a timestamp later than every other."""
        return self._clock.new_ts()

    def sharing(self, channel: str) -> "Sequence[Workspace]":
        """Return the workspaces that have a channel, in the order in which they have got it."""
        return self._sharing.get(channel, (self,))

    # Changes

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call *callback* on each change; returns the function that unsubscribes it."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def add(self, *entries: User | App | Channel) -> None:
        """Add people, apps and channels."""
        for entry in entries:
            if isinstance(entry, User):
                self.users[entry.id] = entry
            elif isinstance(entry, App):
                self.apps[entry.id] = entry
            else:
                self.channels[entry.id] = entry
                if entry.kind == "im":
                    self._direct[frozenset(entry.members)] = entry

    def post(self, message: Message) -> Message:
        """Post *message*; an ephemeral one is shown to one person only."""
        if message.ephemeral_for:
            self._ephemeral.setdefault(message.ephemeral_for, {})[message.ts] = message
        else:
            self._timelines[message.channel].add(message)
            if message.thread_ts and self.is_ours(message):
                self.clear_status(message.channel, message.thread_ts)
        self.notify(Change("posted", message.channel, message))
        return message

    def updated(self, message: Message, previous: Message) -> None:
        """Notify subscribers that *message* has changed from *previous*."""
        self.notify(Change("updated", message.channel, message, previous=previous))

    def delete(self, message: Message) -> None:
        """Delete a message; the root of a thread leaves a tombstone."""
        if message.ephemeral_for:
            del self._ephemeral[message.ephemeral_for][message.ts]
        elif message.replies:
            self._leave_tombstone(message)
            return
        else:
            self._timelines[message.channel].remove(message)
        self.notify(Change("deleted", message.channel, message, previous=message))

    def add_reaction(self, message: Message, user: str, name: str) -> None:
        """Let *user* react to *message*."""
        message.reactions.setdefault(name, []).append(user)
        self.notify(Change("reaction", message.channel, message))

    def remove_reaction(self, message: Message, user: str, name: str) -> None:
        """Remove a reaction of *user*, which must be there."""
        message.reactions[name].remove(user)
        if not message.reactions[name]:
            del message.reactions[name]
        self.notify(Change("reaction", message.channel, message))

    def press_thumb(self, message: Message, user: str, value: str) -> None:
        """Mark the feedback button that *user* pressed, as Slack does for them alone."""
        message.thumbs[user] = value
        self.notify(Change("thumb", message.channel, message))

    def rename_channel(self, old: str, new: str) -> None:
        """Let a channel have another id, which all that is in it has from then on."""
        channel = self.channels[new] = self.channels.pop(old)
        channel.id = new
        self._timelines[new] = self._timelines.pop(old, Timeline())
        for message in self._timelines[new]:
            message.channel = new

    def set_status(self, status: Status) -> None:
        """Set the app's status in a thread; an empty text clears it."""
        thread = (status.channel, status.thread_ts)
        if status.text:
            self.statuses[thread] = status
        else:
            self.statuses.pop(thread, None)
        self.notify(Change("status", status.channel, status=status))

    def clear_status(self, channel: str, thread_ts: str) -> None:
        """Clear the status, as posting does."""
        if (channel, thread_ts) in self.statuses:
            self.set_status(Status(channel, thread_ts, ""))

    def end_status(self, status: Status) -> None:
        """Clear *status* if it has not been replaced."""
        if self.statuses.get((status.channel, status.thread_ts)) is status:
            self.clear_status(status.channel, status.thread_ts)

    def set_session(self, channel: str, thread_ts: str, session: Session) -> None:
        """Set the status and title of a thread."""
        self.sessions[channel, thread_ts] = session
        self.notify(Change("session", channel))

    def notify(self, change: Change) -> None:
        """Call all subscribers with *change*, those of workspaces that share the channel too."""
        for callback in tuple(self._subscribers):
            callback(change)
        if change.channel in self._sharing and not change.is_elsewhere:
            for other in self._sharing[change.channel]:
                if other is not self:
                    other.notify(replace(change, is_elsewhere=True))

    def connect(self, channel_id: str, other: "Workspace") -> None:
        """Share a channel with *other*; its people may then be let in."""
        channel = self.channels[channel_id]
        channel.is_shared = True
        self._clock.catch_up(other._clock)  # noqa: SLF001 - of its own kind
        other._clock = self._clock  # noqa: SLF001
        other.channels[channel_id] = channel
        other._timelines[channel_id] = self._timelines[channel_id]  # noqa: SLF001
        sharing = other._sharing[channel_id] = self._sharing.setdefault(channel_id, [self])  # noqa: SLF001
        sharing.append(other)
        for workspace in sharing:
            for member in sorted(channel.members & workspace.users.keys()):
                workspace.join(channel_id, member)

    def join(self, channel_id: str, user_id: str) -> None:
        """Let somebody of this workspace into a channel, whom all who share it then know."""
        self.channels[channel_id].members.add(user_id)
        user = self.users[user_id]
        if user.is_stranger:
            return
        for other in self.sharing(channel_id):
            if other is self:
                continue
            other.users.setdefault(user_id, replace(user, is_stranger=not user.is_bot))
            if user_id == self.bot_user:
                name, app_id = user.real_name, OUR_APP
                other.add(App(self.bot_id, app_id, user_id, name, self.team_id))

    def _leave_tombstone(self, root: Message) -> None:
        before = snapshot(root)
        root.subtype, root.user, root.text = "tombstone", SLACKBOT, "This message was deleted."
        root.bot_id = root.username = root.icon_emoji = root.icon_url = root.metadata = None
        root.blocks, root.attachments, root.files, root.reactions = [], [], [], {}
        self.updated(root, before)
