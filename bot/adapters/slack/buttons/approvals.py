"""The buttons that approve or decline an expert's use of a tool.

The turn that continues after the decision updates the message: only the turn knows for certain
which decision counts.
"""

from functools import partial

from bot.adapters.slack.buttons.reply_buttons import APPROVE, DECLINE
from bot.adapters.slack.interactions.clicks import Click
from bot.panel.approvals.decisions import ApprovalDecisions
from bot.panel.model import ApprovalId, Decision


class ApprovalButtons:
    """Takes decisions."""

    def __init__(self, decisions: ApprovalDecisions) -> None:
        self._decisions = decisions
        self.acts = {
            APPROVE: partial(self._decide, Decision.APPROVED),
            DECLINE: partial(self._decide, Decision.DECLINED),
        }

    async def _decide(self, decision: Decision, click: Click) -> str:
        approval = ApprovalId(click.value)
        return await self._decisions.decide(click.thread, approval, click.user, decision)
