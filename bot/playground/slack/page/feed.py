"""What one person sees of the workspace, and what has changed since the last update.

Each update is the difference to the one before, so that no kind of change can be forgotten. A page
that reconnects starts with a full update.
"""

from collections.abc import Iterator, Mapping, Sequence

from bot.json_types import Json
from bot.playground.slack.page import entities
from bot.playground.slack.page.mrkdwn import Names
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Channel, Workspace

Entities = dict[str, Json]

_OF_APP = frozenset({"command", "shortcut"})


class Feed:
    """The updates for one person; the first one is full."""

    def __init__(
        self,
        workspace: Workspace,
        viewer: str,
        fixed_entities: Mapping[str, Json],
        default_prompts: Json | None = None,
    ) -> None:
        self._workspace = workspace
        self._viewer = viewer
        self._fixed_entities = fixed_entities
        self._default_prompts = default_prompts  # until the app sets its own
        self._sent: Entities | None = None
        self._rendered: dict[str, tuple[str, Json]] = {}  # messages: their state and entity
        self._names = Names()

    def next_update(self) -> Json | None:
        """Return what has changed, or None."""
        current, previous = self._current(), self._sent
        self._sent = current
        if previous is None:
            return {"all": True, "set": current}
        changed = {key: value for key, value in current.items() if previous.get(key) != value}
        removed = [key for key in previous if key not in current]
        return {"set": changed, "removed": removed} if changed or removed else None

    def _current(self) -> Entities:
        workspace = self._workspace
        channels = list(self._channels())
        self._refresh_names()
        current: Entities = {"workspace": entities.workspace(workspace, self._viewer)}
        current |= {f"user:{user.id}": entities.user(user) for user in workspace.users.values()}
        groups = [group for group in workspace.user_groups.values() if not group["date_delete"]]
        current |= {f"group:{group['id']}": entities.group(group) for group in groups}
        for channel in channels:
            current[f"channel:{channel.id}"] = entities.channel(workspace, channel, self._viewer)
        current |= {
            key: entity
            for key, entity in self._fixed_entities.items()
            if workspace.has_app or entity["kind"] not in _OF_APP
        }
        current |= self._messages(channels)
        current |= self._statuses({channel.id for channel in channels})
        return current | self._prompts() | self._views()

    def _channels(self) -> Iterator[Channel]:
        if self._workspace.has_app:
            self._workspace.direct_channel(self._viewer, self._workspace.bot_user)
        for channel in self._workspace.channels.values():
            if self._viewer in channel.members and not channel.is_archived:
                yield channel

    def _refresh_names(self) -> None:
        names = entities.names_of(self._workspace)
        if names != self._names:
            self._names, self._rendered = names, {}

    def _messages(self, channels: Sequence[Channel]) -> Entities:
        public = (m for channel in channels for m in self._workspace.messages(channel.id))
        ephemeral = self._workspace.ephemeral(self._viewer)
        messages = {f"message:{m.channel}:{m.ts}": self._message(m) for m in (*public, *ephemeral)}
        self._rendered = {k: v for k, v in self._rendered.items() if k in messages}
        return messages

    def _message(self, message: Message) -> Json:
        key, state = f"message:{message.channel}:{message.ts}", repr(message)
        cached = self._rendered.get(key)
        if cached and cached[0] == state:
            return cached[1]
        entity = entities.message(self._workspace, message, self._viewer, self._names)
        self._rendered[key] = (state, entity)
        return entity

    def _statuses(self, channels: set[str]) -> Entities:
        workspace = self._workspace
        return {
            f"status:{status.channel}:{status.thread_ts}": entities.status(workspace, status)
            for status in workspace.statuses.values()
            if status.channel in channels
        }

    def _prompts(self) -> Entities:
        if not self._workspace.has_app:
            return {}
        channel = self._workspace.direct_channel(self._viewer, self._workspace.bot_user).id
        prompts = self._workspace.prompts.get(channel, self._default_prompts)
        return {f"prompts:{channel}": entities.prompts(prompts)} if prompts else {}

    def _views(self) -> Entities:
        workspace, names = self._workspace, self._names
        current: Entities = {}
        views = [v for v in workspace.views.values() if v.user == self._viewer and v.is_open]
        if modals := [entities.view(v, names) for v in views if v.content.get("type") == "modal"]:
            current["modal"] = {"kind": "modal", "views": modals}
        if home := workspace.homes.get(self._viewer):
            current["home"] = {"kind": "home", "view": entities.view(home, names)}
        return current
