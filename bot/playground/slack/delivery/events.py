"""The Events API: the events that the app has subscribed to, in the channels the bot is in."""

import re
from collections.abc import Iterator, Sequence

from bot.json_types import Json
from bot.playground.slack.delivery.delivery import Deliverer
from bot.playground.slack.delivery.envelopes import event_callback
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace import payloads
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Change

_MENTION = re.compile(r"<@(\w+)[|>]")
_KINDS = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
_SCOPES = {  # without them Slack delivers nothing, whatever the app has subscribed to
    "app_mention": "app_mentions:read",
    **{name: f"{name.removeprefix('message.')}:history" for name in _KINDS.values()},
}

_REMOVALS = frozenset({"app_uninstalled", "tokens_revoked"})


class EventPublisher:
    """Publishes changes of the workspace as events."""

    def __init__(self, state: ServerState, deliverer: Deliverer) -> None:
        self._state = state
        self._workspace = state.workspace
        self._hazards = state.hazards
        self._deliverer = deliverer
        self._workspace.subscribe(self._on_change)

    def publish(self, event: Json, *, after: float = 0.0) -> None:
        """Deliver an event, if the app has subscribed to its type and may read it."""
        self._deliver(self._state, event, after)

    def publish_message(self, message: Message) -> None:
        """Deliver what a person or another app posts; a mention is delivered as two events."""
        for reader in self._readers(message.channel):
            events = [payloads.message_event(reader.workspace, message)]
            if self._mentions_bot(reader, message) and events[0]["channel_type"] != "im":
                events.append(payloads.mention_event(events[0]))
            if self._hazards.mention_order == "mention first":
                events.reverse()
            for number, event in enumerate(events):
                self._deliver(reader, event, number * self._hazards.mention_gap)

    def _on_change(self, change: Change) -> None:
        message = change.message
        if message is None or message.ephemeral_for or change.is_elsewhere:
            return
        if self._workspace.is_ours(message) and not self._hazards.echoes:
            return
        is_deletion = change.kind == "deleted" or message.subtype == "tombstone"
        if is_deletion and not self._hazards.tells_of_deletions:
            return
        for reader in self._readers(message.channel):
            for event in self._events(reader, change, message):
                self._deliver(reader, event)

    def _events(self, reader: ServerState, change: Change, message: Message) -> Iterator[Json]:
        """Yield the events of the bot's own posts, and of all edits and deletions."""
        workspace = reader.workspace
        match change.kind:
            case "posted" if self._workspace.is_ours(message):
                yield payloads.message_event(workspace, message)
            case "updated" if change.previous and not message.streaming:
                yield payloads.changed_event(workspace, message, change.previous)
                if self._is_mention_edited_in(reader, message, change.previous):
                    event = payloads.message_event(workspace, message)
                    yield payloads.mention_event(event)
            case "deleted":
                yield payloads.deleted_event(workspace, message)
            case _:
                pass

    def _is_mention_edited_in(
        self, reader: ServerState, message: Message, previous: Message
    ) -> bool:
        was_one = self._mentions_bot(reader, previous)
        return self._hazards.edits_mention and not was_one and self._mentions_bot(reader, message)

    def _mentions_bot(self, reader: ServerState, message: Message) -> bool:
        """Whether *message* mentions the app to *reader*.

        Delivered once for several workspaces, a mention of any of their bots is one.
        """
        readers = [reader.workspace]
        if self._hazards.shared_channels == "one event":
            readers = [*self._workspace.sharing(message.channel)]
        bots = {id_ for workspace in readers for id_ in (workspace.bot_user, workspace.bot_id)}
        return any(id_ in bots for id_ in _MENTION.findall(message.text))

    def _readers(self, channel: str) -> Sequence[ServerState]:
        """Return the workspaces whose installations are told of what happens in *channel*."""
        members = self._workspace.channels[channel].members
        sharing = self._workspace.sharing(channel)
        beside = self._state.beside
        states = [beside.get(workspace.team_id, self._state) for workspace in sharing]
        readers = [s for s in states if s.installed and s.workspace.bot_user in members]
        if self._hazards.shared_channels == "an event for each workspace":
            return readers
        return readers[-1:] if self._hazards.authorized == "who joined last" else readers[:1]

    def _deliver(self, reader: ServerState, event: Json, after: float = 0.0) -> None:
        name, hazards = self._event_name(event), self._hazards
        may_read = _SCOPES.get(name, "") in {"", *reader.scopes}
        is_installed = reader.installed or name in _REMOVALS
        if name not in reader.events or not may_read or not is_installed:
            return
        event_id = self._deliverer.new_event_id()
        payload = event_callback(self._workspace, event, event_id, reader.workspace, hazards)
        after += hazards.delay()
        self._deliverer.event(
            payload, copies=hazards.copies(), after=after, again=hazards.redelivers
        )

    def _event_name(self, event: Json) -> str:
        if event["type"] != "message":
            return str(event["type"])
        return _KINDS[self._workspace.channels[event["channel"]].kind]
