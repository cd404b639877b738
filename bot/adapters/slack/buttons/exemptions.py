"""The button *Let this through*, under the notice that a budget is used up."""

from bot.adapters.slack.buttons.reply_buttons import LET_THROUGH, Wanted
from bot.adapters.slack.interactions.clicks import Click
from bot.language import gettext
from bot.panel.audit.audit_log import Auditor
from bot.panel.audit.entry import Act
from bot.panel.budgets.budget_store import BudgetStore
from bot.panel.errors import Refused
from bot.panel.intake.intake import Intake
from bot.panel.model import Steer, Wish, just_after
from bot.panel.roster.rights import Rights


class ExemptionButton:
    """Lets single questions exceed their budgets, where an admin wants that."""

    def __init__(
        self,
        budgets: BudgetStore,
        rights: Rights,
        auditor: Auditor,
        intake: Intake,
    ) -> None:
        self._budgets = budgets
        self._rights = rights
        self._auditor = auditor
        self._intake = intake
        self.acts = {LET_THROUGH: self._let_through}

    async def _let_through(self, click: Click) -> None:
        """Ask the question once more, as a turn that may exceed its budgets."""
        wanted, thread = Wanted.load(click.value), click.thread
        await self._rights.check_may_set_budget(thread, click.user)
        turn = thread.turn(just_after(click.message))
        await self._auditor.record(Act.ALLOWED, thread, click.user, turn)
        await self._budgets.let_through(turn)
        wish = Wish.ANOTHER if wanted.experts else Wish.ASK
        steer = Steer(wish, since=wanted.about, until=click.message, experts=wanted.experts)
        if not await self._intake.press_once(thread, click.user, steer):
            raise Refused(gettext("Somebody has let this through already."))
