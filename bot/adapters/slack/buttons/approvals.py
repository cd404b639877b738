"""Listeners for the buttons that approve or decline an expert's use of a tool.

The turn that continues after the decision updates the message, not these listeners: only the turn
knows for certain which decision counts.
"""

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.buttons.answering import carry_out
from bot.adapters.slack.buttons.reply_buttons import APPROVE, DECLINE
from bot.adapters.slack.interactions.clicks import Click
from bot.adapters.slack.interactions.responder import Responder
from bot.json_types import Json
from bot.panel.approvals.decisions import ApprovalDecisions
from bot.panel.model import ApprovalId, Decision

_DECISIONS = {APPROVE: Decision.APPROVED, DECLINE: Decision.DECLINED}


class ApprovalListeners:
    """Takes decisions; a refusal is shown only to the user who clicked."""

    def __init__(self, decisions: ApprovalDecisions, responder: Responder) -> None:
        self._decisions = decisions
        self._responder = responder

    def listen(self, app: AsyncApp) -> None:
        """Register for the buttons."""
        app.action(APPROVE)(self.decide)
        app.action(DECLINE)(self.decide)

    async def decide(self, ack: AsyncAck, body: Json, action: Json) -> None:
        """Record the decision of a clicked button."""
        decision = _DECISIONS[action["action_id"]]

        async def record(click: Click) -> str:
            approval = ApprovalId(click.value)
            return await self._decisions.decide(click.thread, approval, click.user, decision)

        await carry_out(self._responder, ack, body, action, record)
