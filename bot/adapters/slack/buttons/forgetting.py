"""The listener for the button that has a thread forgotten.

The right of whoever clicked to have it forgotten is checked again.
"""

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.buttons.answering import carry_out
from bot.adapters.slack.buttons.reply_buttons import FORGET
from bot.adapters.slack.interactions.clicks import Click
from bot.adapters.slack.interactions.responder import Responder
from bot.json_types import Json
from bot.operations.chores import Chore, ChoreKind, ChoreStore
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
        await carry_out(self._responder, ack, body, action, self._forget)

    async def _forget(self, click: Click) -> str:
        await self._rights.check(click.thread, click.user)
        chore = Chore.in_thread(ChoreKind.FORGET, click.thread, by=click.user)
        await self._chores.put(chore)
        return forgetting.is_under_way()
