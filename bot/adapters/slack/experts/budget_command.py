"""``/experts budget``: what may be spent, and how much of it is."""

from bot.adapters.slack.blocks.answers import Answer, listed, sentence
from bot.adapters.slack.interactions.responder import Requester
from bot.language import gettext
from bot.panel.budgets import overview, sentences
from bot.panel.budgets.ledger import Ledger
from bot.panel.budgets.limits import Level, Limit
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import WorkspaceScope


class BudgetCommand:
    """Shows the budgets that concern the requester, and changes the workspace's own."""

    def __init__(self, editor: PanelEditor, ledger: Ledger) -> None:
        self._editor = editor
        self._ledger = ledger

    async def carry_out(self, written: str, requester: Requester) -> Answer:
        """Change a budget as it is *written*; an amount alone is the channel's."""
        if not written:
            return await self._shown(requester)
        if written.split()[0].partition(":")[0].casefold() not in list(Level):
            written = f"{Level.CHANNEL}:{requester.channel_id} {written}"
        scope = WorkspaceScope(requester.team_id)
        change = await self._editor.set_budget(scope, written, requester.user)
        if isinstance(change, Limit):
            amount = sentences.most(change)
            return sentence(
                gettext("Now `{who}` may spend: {amount}.", who=change.who, amount=amount)
            )
        return sentence(gettext("`{who}` has no budget of its own any more.", who=change.who))

    async def _shown(self, requester: Requester) -> Answer:
        team, channel = requester.team_id, requester.channel_id
        panel = await self._editor.panel(requester.scope(for_defaults=False))
        standings = await overview.standings(self._ledger, team, panel, requester.user, [channel])
        lines = [f"• {sentences.standing(one.limit, one.spent)}" for one in standings]
        if not lines:
            return sentence(gettext("No budget limits what may be spent here."))
        return listed([gettext("*Budgets, and what is spent of them*"), *lines])
