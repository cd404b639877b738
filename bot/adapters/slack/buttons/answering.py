"""What all buttons have in common: a click is acknowledged, checked, and carried out."""

import logging
from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncAck

from bot.adapters.slack.interactions.clicks import Click
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.interactions.responder import Responder
from bot.json_types import Json
from bot.panel.errors import PanelError

log = logging.getLogger(__name__)


async def carry_out(
    responder: Responder,
    ack: AsyncAck,
    body: Json,
    action: Json,
    act: Callable[[Click], Awaitable[str]],
) -> None:
    """Do what a click asks for, by *act*; what comes of it, only whoever clicked is told."""
    await ack()
    try:
        answer = await act(await responder.clicks.take(body, action))
    except (PanelError, ValueError) as error:
        log.warning("button.failed", extra={"reason": str(error)})
        answer = error_sentence(error) if isinstance(error, PanelError) else ""
    if answer:
        await responder.tell_clicker(answer, body, failed="button.not_answered")
