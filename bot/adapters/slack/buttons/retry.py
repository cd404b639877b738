"""*Try again* under the notice of a turn that failed, and *Try now*."""

import logging

from bot.adapters.slack.api import last_states
from bot.adapters.slack.blocks import messages
from bot.adapters.slack.buttons.reply_buttons import RETRY, TRY_NOW
from bot.adapters.slack.interactions.clicks import Click, Clicks
from bot.language import gettext, in_shared_language
from bot.panel.errors import MessengerRefused, Poisoned
from bot.panel.intake.turn_queue import TurnQueue
from bot.panel.messaging.outbox import Outbox
from bot.panel.model import TurnId
from bot.panel.texts import failure_sentences

log = logging.getLogger(__name__)


class RetryButtons:
    """Puts failed turns back on the queue, and lets postponed ones be tried at once."""

    def __init__(self, queue: TurnQueue, outbox: Outbox, clicks: Clicks) -> None:
        self._queue = queue
        self._outbox = outbox
        self._clicks = clicks
        self.acts = {RETRY: self.retry, TRY_NOW: self._try_now}

    async def retry(self, click: Click) -> str | None:
        """Retry the turn, and note under its message who asked for it."""
        turn = TurnId(click.value)
        try:
            if await self._queue.retry(turn, poisoned=False, by=click.user):
                log.info("turn.retried", extra={"turn": turn})
                await self._mark_retried(click)
                return None
        except Poisoned:
            log.warning("turn.not_retried", extra={"turn": turn})
            return failure_sentences.only_operators_retry()
        return gettext("This was tried again already, or is no longer kept. Please ask again.")

    async def _try_now(self, click: Click) -> str | None:
        turn = TurnId(click.value)
        if await self._queue.try_now(click.thread, turn, click.user):
            log.info("turn.hurried", extra={"turn": turn})
            return None
        return gettext("This is being tried right now, or is over.")

    async def _mark_retried(self, click: Click) -> None:
        """Say so in the message as Slack has it: the payload may say that it shows other words."""
        try:
            message = await self._clicks.shown(click.thread, click.message)
        except MessengerRefused as error:  # without the scope
            log.info("retry.not_noted", extra={"reason": str(error)})
            return
        if message:
            with in_shared_language():
                retried = messages.retried(message, click.user)
            await self._outbox.put(last_states.updated(click.thread, click.message, retried))
