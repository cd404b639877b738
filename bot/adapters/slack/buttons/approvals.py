"""Listeners for the buttons that approve or decline an expert's use of a tool.

The turn that continues after the decision updates the message, not these listeners: only the turn
knows for certain which decision counts.
"""

import logging

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.buttons.reply_buttons import APPROVE, DECLINE
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.interactions.responder import Responder
from bot.adapters.slack.receiving.payloads import user_of
from bot.json_types import Json
from bot.panel.approvals.decisions import ApprovalDecisions
from bot.panel.errors import PanelError
from bot.panel.model import ApprovalId, Decision

log = logging.getLogger(__name__)

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
        await ack()
        try:
            user, thread = user_of(body), self._responder.thread(body)
            approval, decision = ApprovalId(action["value"]), _DECISIONS[action["action_id"]]
        except KeyError:
            log.warning("approval.odd_click")
            return
        try:
            answer = await self._decisions.decide(thread, approval, user, decision)
        except PanelError as error:
            answer = error_sentence(error)
        if answer:
            await self._responder.tell_in_thread(
                answer, user, thread, failed="approval.not_answered"
            )
