"""Listeners for buttons: a click is acknowledged, checked, and carried out."""

import logging
from collections.abc import Awaitable, Callable, Mapping

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.interactions.clicks import Click
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.interactions.responder import Responder
from bot.json_types import Json
from bot.panel.errors import PanelError

log = logging.getLogger(__name__)

Act = Callable[[Click], Awaitable[str | None]]


class ButtonListeners:
    """Carries out clicks by *acts*, by action_id; only whoever clicked is told what one returns."""

    def __init__(self, responder: Responder, acts: Mapping[str, Act]) -> None:
        self._responder = responder
        self._acts = acts

    def listen(self, app: AsyncApp) -> None:
        for action_id in self._acts:
            app.action(action_id)(self.press)

    async def press(self, ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        try:
            click = await self._responder.clicks.take(body, action)
            answer = await self._acts[action["action_id"]](click)
        except (PanelError, ValueError) as error:
            log.warning("button.failed", extra={"reason": str(error)})
            answer = error_sentence(error) if isinstance(error, PanelError) else None
        if answer:
            await self._responder.tell_clicker(answer, body, failed="button.not_answered")
