"""The listener for the button that has a thread forgotten.

Nothing of the click is believed but who clicked and in which thread, and that person's right to
have it forgotten is checked again.
"""

import logging

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.buttons.reply_buttons import FORGET
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.interactions.responder import Responder
from bot.adapters.slack.receiving.payloads import user_of
from bot.json_types import Json
from bot.operations.chores import Chore, ChoreKind, ChoreStore
from bot.panel.errors import PanelError
from bot.panel.texts import forgetting
from bot.panel.threads.forgetting import ForgetRights

log = logging.getLogger(__name__)


class ForgetListeners:
    """Lets workers forget threads."""

    def __init__(self, chores: ChoreStore, rights: ForgetRights, responder: Responder) -> None:
        self._chores = chores
        self._rights = rights
        self._responder = responder

    def listen(self, app: AsyncApp) -> None:
        """Register for the button."""
        app.action(FORGET)(self.forget)

    async def forget(self, ack: AsyncAck, body: Json) -> None:
        """Have the thread of the button forgotten, if whoever clicked may."""
        await ack()
        try:
            user, thread = user_of(body), self._responder.thread(body)
        except (KeyError, TypeError):
            log.warning("forget.odd_click")
            return
        try:
            await self._rights.check(thread, user)
            await self._chores.put(Chore.in_thread(ChoreKind.FORGET, thread, by=user))
            answer = forgetting.is_under_way()
        except PanelError as error:
            answer = error_sentence(error)
        await self._responder.tell_in_thread(answer, user, thread, failed="button.not_answered")
