"""The listener for the button that has a thread forgotten.

The right of whoever clicked to have it forgotten is checked again.
"""

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.buttons.reply_buttons import FORGET
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.interactions.responder import Responder
from bot.json_types import Json
from bot.operations.chores import Chore, ChoreKind, ChoreStore
from bot.panel.errors import PanelError
from bot.panel.texts import forgetting
from bot.panel.threads.forgetting import ForgetRights


class ForgetListeners:
    """Lets workers forget threads."""

    def __init__(self, chores: ChoreStore, rights: ForgetRights, responder: Responder) -> None:
        self._chores = chores
        self._rights = rights
        self._responder = responder

    def listen(self, app: AsyncApp) -> None:
        """Register for the button."""
        app.action(FORGET)(self.forget)

    async def forget(self, ack: AsyncAck, body: Json, action: Json) -> None:
        """Have the thread of the button forgotten, if whoever clicked may."""
        await ack()
        try:
            click = await self._responder.clicks.take(body, action)
            await self._rights.check(click.thread, click.user)
            chore = Chore.in_thread(ChoreKind.FORGET, click.thread, by=click.user)
            await self._chores.put(chore)
            answer = forgetting.is_under_way()
        except PanelError as error:
            answer = error_sentence(error)
        await self._responder.tell_clicker(answer, body, failed="button.not_answered")
