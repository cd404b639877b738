"""What the bot is told of: the events it has subscribed to, in the places where it is."""

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
_KINDS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


class News:
    """Turns what happens in the workspace into events for the bot."""

    def __init__(self, state: ServerState, deliverer: Deliverer) -> None:
        self._state = state
        self._workspace = state.workspace
        self._deliverer = deliverer
        self._numbers = count(1)
        self._workspace.subscribe(self._echo)

    def tell(self, event: Json, *, after: float = 0.0) -> None:
        """Deliver an event, if the app has subscribed to its kind."""
        if self._subscription(event) not in self._state.events:
            return
        hazards = self._state.hazards
        wrapped = payloads.event_callback(self._workspace, event, f"Ev{next(self._numbers):08}")
        after += hazards.holdup()
        self._deliverer.event(wrapped, copies=hazards.copies(), after=after)

    def tell_of_message(self, message: Message) -> None:
        """Deliver a person's message; a mention comes twice, as two events."""
        if not self._is_there(message.channel):
            return
        copies = [payloads.message_event(self._workspace, message)]
        if _MENTION.search(message.text) and copies[0]["channel_type"] != "im":
            copies.append(payloads.mention_event(copies[0]))
        if self._state.hazards.mention_order == "mention first":
            copies.reverse()
        for number, event in enumerate(copies):
            self.tell(event, after=number * self._state.hazards.mention_gap)

    def _echo(self, change: Change) -> None:
        message = change.message
        if message is None or message.ephemeral_for or not self._is_there(message.channel):
            return
        if message.bot_id and not self._state.hazards.echoes:
            return
        for event in self._echoes(change, message):
            self.tell(event)

    def _echoes(self, change: Change, message: Message) -> Iterator[Json]:
        """Yield what the bot hears of its own posts, and of what anybody edits or deletes."""
        match change.kind:
            case "posted" if message.bot_id:
                yield payloads.message_event(self._workspace, message)
            case "updated" if change.previous and not message.streaming:
                yield payloads.changed_event(self._workspace, message, change.previous)
            case "deleted":
                yield payloads.deleted_event(self._workspace, message)
            case _:
                pass

    def _is_there(self, channel: str) -> bool:
        return BOT_USER in self._workspace.channels[channel].members

    def _subscription(self, event: Json) -> str:
        if event["type"] != "message":
            return str(event["type"])
        return _KINDS[self._workspace.channels[event["channel"]].kind]
