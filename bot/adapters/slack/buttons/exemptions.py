"""The listener for *Let this through*, under the notice that a budget is used up."""

import logging

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.buttons.reply_buttons import LET_THROUGH, Wanted
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.interactions.responder import Responder
from bot.json_types import Json
from bot.language import gettext
from bot.panel.audit.audit_log import Auditor
from bot.panel.audit.entry import Act
from bot.panel.budgets.budget_store import BudgetStore
from bot.panel.errors import PanelError, Refused
from bot.panel.intake.intake import Intake
from bot.panel.model import Steer, Wish, just_after
from bot.panel.roster.rights import Rights

log = logging.getLogger(__name__)


class ExemptionListeners:
    """Lets single questions exceed their budgets, where an admin wants that."""

    def __init__(
        self,
        budgets: BudgetStore,
        rights: Rights,
        auditor: Auditor,
        intake: Intake,
        responder: Responder,
    ) -> None:
        self._budgets = budgets
        self._rights = rights
        self._auditor = auditor
        self._intake = intake
        self._responder = responder

    def listen(self, app: AsyncApp) -> None:
        """Register for the button."""
        app.action(LET_THROUGH)(self.let_through)

    async def let_through(self, ack: AsyncAck, body: Json, action: Json) -> None:
        """Ask the question once more, as a turn that may exceed its budgets."""
        await ack()
        try:
            await self._let_through(body, action)
        except (PanelError, ValueError) as error:
            log.warning("button.failed", extra={"reason": str(error)})
            answer = error_sentence(error) if isinstance(error, PanelError) else ""
            if answer:
                await self._responder.tell_clicker(answer, body, failed="button.not_answered")

    async def _let_through(self, body: Json, action: Json) -> None:
        click = await self._responder.clicks.take(body, action)
        wanted, thread = Wanted.load(click.value), click.thread
        await self._rights.check_may_set_budget(thread, click.user)
        turn = thread.turn(just_after(click.message))
        await self._auditor.record(Act.ALLOWED, thread, click.user, turn)
        await self._budgets.let_through(turn)
        wish = Wish.ANOTHER if wanted.experts else Wish.ASK
        steer = Steer(wish, since=wanted.about, until=click.message, experts=wanted.experts)
        if not await self._intake.press_once(thread, click.user, steer):
            raise Refused(gettext("Somebody has let this through already."))
