"""The Events API: the events that the app has subscribed to, in the channels the bot is in."""

import re
from collections.abc import Iterator
from itertools import count

from bot.json_types import Json
from bot.playground.slack.delivery.delivery import Deliverer
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace import payloads
from bot.playground.slack.workspace.company import BOT_USER
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Change

_MENTION = re.compile(rf"<@{BOT_USER}[|>]")
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


class EventPublisher:
    """Publishes changes of the workspace as events."""

    def __init__(self, state: ServerState, deliverer: Deliverer) -> None:
        self._state = state
        self._workspace = state.workspace
        self._deliverer = deliverer
        self._numbers = count(1)
        self._workspace.subscribe(self._on_change)

    def publish(self, event: Json, *, after: float = 0.0) -> None:
        """Deliver an event, if the app has subscribed to its type and may read it."""
        name = self._event_name(event)
        if name not in self._state.events or _SCOPES.get(name, "") not in {"", *self._state.scopes}:
            return
        hazards = self._state.hazards
        payload = payloads.event_callback(self._workspace, event, f"Ev{next(self._numbers):08}")
        after += hazards.delay()
        self._deliverer.event(
            payload, copies=hazards.copies(), after=after, again=hazards.redelivers
        )

    def publish_message(self, message: Message) -> None:
        """Deliver what a person or another app posts; a mention is delivered as two events."""
        if not self._has_bot(message.channel):
            return
        events = [payloads.message_event(self._workspace, message)]
        if _MENTION.search(message.text) and events[0]["channel_type"] != "im":
            events.append(payloads.mention_event(events[0]))
        if self._state.hazards.mention_order == "mention first":
            events.reverse()
        for number, event in enumerate(events):
            self.publish(event, after=number * self._state.hazards.mention_gap)

    def _on_change(self, change: Change) -> None:
        message = change.message
        if message is None or message.ephemeral_for or not self._has_bot(message.channel):
            return
        if self._workspace.is_ours(message) and not self._state.hazards.echoes:
            return
        is_deletion = change.kind == "deleted" or message.subtype == "tombstone"
        if is_deletion and not self._state.hazards.tells_of_deletions:
            return
        for event in self._events(change, message):
            self.publish(event)

    def _events(self, change: Change, message: Message) -> Iterator[Json]:
        """Yield the events of the bot's own posts, and of all edits and deletions."""
        match change.kind:
            case "posted" if self._workspace.is_ours(message):
                yield payloads.message_event(self._workspace, message)
            case "updated" if change.previous and not message.streaming:
                yield payloads.changed_event(self._workspace, message, change.previous)
                if self._is_mention_edited_in(message, change.previous):
                    event = payloads.message_event(self._workspace, message)
                    yield payloads.mention_event(event)
            case "deleted":
                yield payloads.deleted_event(self._workspace, message)
            case _:
                pass

    def _is_mention_edited_in(self, message: Message, previous: Message) -> bool:
        is_new = _MENTION.search(message.text) and not _MENTION.search(previous.text)
        return self._state.hazards.edits_mention and bool(is_new)

    def _has_bot(self, channel: str) -> bool:
        return BOT_USER in self._workspace.channels[channel].members

    def _event_name(self, event: Json) -> str:
        if event["type"] != "message":
            return str(event["type"])
        return _KINDS[self._workspace.channels[event["channel"]].kind]
