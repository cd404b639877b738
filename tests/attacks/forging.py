"""Payloads that Slack delivers as it delivers all, and that nobody could have caused in Slack."""

from dataclasses import dataclass
from typing import Any

from bot.json_types import Json
from bot.playground.slack.delivery import interactions
from bot.playground.slack.delivery.delivery import Attempt, Delivery, Kind, Undelivered
from bot.playground.slack.people.forms import action_of, element_of
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.messages import Message


@dataclass
class Forge:
    """Makes payloads, true ones at first, and has them delivered whatever they say."""

    slack: SlackPlayground

    def click(self, user: str, message: Message, action_id: str, value: str | None = None) -> Json:
        """Return the payload of a click, as Slack would make it."""
        block_id, element = element_of(message.blocks, action_id, None, value)
        action = action_of(element, block_id, value)
        return self.click_with(user, message, action)

    def click_with(self, user: str, message: Message, action: Json) -> Json:
        """Return the payload of a click that says *action*, whether there is such a button."""
        state = self.slack.state
        action = action | {"action_ts": state.workspace.new_ts()}
        fields = interactions.message_fields(state, message, f"{self.slack.url}/response/none")
        return (
            interactions.interaction(state, "block_actions", user) | fields | {"actions": [action]}
        )

    def submission(self, user: str, callback_id: str, metadata: str, values: Json) -> Json:
        """Return the payload of a form that nobody has opened."""
        view = {
            "id": "V0FORGED",
            "type": "modal",
            "callback_id": callback_id,
            "private_metadata": metadata,
            "blocks": [{"type": "input", "block_id": name} for name in values],
            "state": {"values": values},
        }
        return interactions.interaction(self.slack.state, "view_submission", user) | {"view": view}

    async def deliver(self, payload: Json, kind: Kind = "interactive") -> Json:
        """Deliver *payload* as something new; returns what the bot answers, as far as it does."""
        if "trigger_id" in payload:
            user = payload.get("user_id") or payload["user"]["id"]
            trigger = self.slack.state.new_trigger(user)
            payload = payload | {"trigger_id": trigger}
        try:
            return (
                await self.slack.deliverer.carrier.carry(Delivery(kind, payload), Attempt()) or {}
            )
        except Undelivered as failure:
            return {"undelivered": failure.reason}


def with_fields(payload: Json, **changes: Any) -> Json:
    """Return *payload* with other values at paths like ``message__ts``."""
    changed: Json = payload
    for path, value in changes.items():
        name, _, rest = path.partition("__")
        inner = with_fields(changed.get(name, {}), **{rest: value}) if rest else value
        changed = changed | {name: inner}
    return changed
