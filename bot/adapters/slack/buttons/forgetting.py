"""The button that has a thread forgotten.

The right of whoever clicked to have it forgotten is checked again.
"""

from bot.adapters.slack.buttons.reply_buttons import FORGET
from bot.adapters.slack.interactions.clicks import Click
from bot.operations.chores import Chore, ChoreKind, ChoreStore
from bot.panel.texts import forgetting
from bot.panel.threads.forgetting import ForgetRights


class ForgetButton:
    """Lets workers forget threads."""

    def __init__(self, chores: ChoreStore, rights: ForgetRights) -> None:
        self._chores = chores
        self._rights = rights
        self.acts = {FORGET: self._forget}

    async def _forget(self, click: Click) -> str:
        await self._rights.check(click.thread, click.user)
        chore = Chore.in_thread(ChoreKind.FORGET, click.thread, by=click.user)
        await self._chores.put(chore)
        return forgetting.is_under_way()
