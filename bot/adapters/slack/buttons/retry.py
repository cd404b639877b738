"""The listeners for *Try again* under the notice of a turn that failed, and for *Try now*."""

import logging

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.api import last_states
from bot.adapters.slack.blocks import messages
from bot.adapters.slack.buttons.answering import carry_out
from bot.adapters.slack.buttons.reply_buttons import RETRY, TRY_NOW
from bot.adapters.slack.interactions.clicks import Click
from bot.adapters.slack.interactions.responder import Responder
from bot.json_types import Json
from bot.language import gettext, in_shared_language
from bot.panel.errors import MessengerRefused, Poisoned
from bot.panel.intake.turn_queue import TurnQueue
from bot.panel.messaging.outbox import Outbox
from bot.panel.model import TurnId
from bot.panel.texts import failure_sentences

log = logging.getLogger(__name__)


class RetryListeners:
    """Puts failed turns back on the queue, and lets postponed ones be tried at once."""

    def __init__(self, queue: TurnQueue, outbox: Outbox, responder: Responder) -> None:
        self._queue = queue
        self._outbox = outbox
        self._responder = responder

    def listen(self, app: AsyncApp) -> None:
        """Register for the buttons."""
        app.action(RETRY)(self.retry)
        app.action(TRY_NOW)(self.try_now)

    async def retry(self, ack: AsyncAck, body: Json, action: Json) -> None:
        """Retry the turn, and note under its message who asked for it."""
        await carry_out(self._responder, ack, body, action, self._retry)

    async def try_now(self, ack: AsyncAck, body: Json, action: Json) -> None:
        """Let the turn be tried now; its message is taken back as soon as that succeeds."""
        await carry_out(self._responder, ack, body, action, self._try_now)

    async def _retry(self, click: Click) -> str:
        turn = TurnId(click.value)
        try:
            if await self._queue.retry(turn, poisoned=False, by=click.user):
                log.info("turn.retried", extra={"turn": turn})
                await self._mark_retried(click)
                return ""
        except Poisoned:
            log.warning("turn.not_retried", extra={"turn": turn})
            return failure_sentences.only_operators_retry()
        return gettext("This was tried again already, or is no longer kept. Please ask again.")

    async def _try_now(self, click: Click) -> str:
        turn = TurnId(click.value)
        if await self._queue.try_now(click.thread, turn, click.user):
            log.info("turn.hurried", extra={"turn": turn})
            return ""
        return gettext("This is being tried right now, or is over.")

    async def _mark_retried(self, click: Click) -> None:
        """Say so in the message as Slack has it: the payload may say that it shows other words."""
        try:
            message = await self._responder.clicks.shown(click.thread, click.message)
        except MessengerRefused as error:  # without the scope
            log.info("retry.not_noted", extra={"reason": str(error)})
            return
        if message:
            with in_shared_language():
                retried = messages.retried(message, click.user)
            await self._outbox.put(last_states.updated(click.thread, click.message, retried))
