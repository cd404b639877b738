"""Bolt's listeners for what people decide about what an expert wants to do.

The message that asks is changed by the turn that goes on from the decision, not here: only there
it is certain which one counts.
"""

import logging

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.buttons.approval_buttons import APPROVE, DECLINE
from bot.adapters.slack.experts.requester import explained, whisper
from bot.adapters.slack.receiving.payloads import thread_clicked
from bot.json_types import Json
from bot.panel.approvals.decisions import ApprovalDecisions
from bot.panel.errors import PanelError
from bot.panel.model import ApprovalId, Decision, UserId

log = logging.getLogger(__name__)

_DECISIONS = {APPROVE: Decision.APPROVED, DECLINE: Decision.DECLINED}


def register(app: AsyncApp, desk: ApprovalDecisions, identity: Identity, api: SlackApi) -> None:
    """Let *app* take decisions; whoever may not decide, or is late, is told so alone."""

    async def decide(ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        user = UserId(body["user"]["id"])
        try:
            thread, approval = thread_clicked(body, identity), ApprovalId(action["value"])
            decision = _DECISIONS[action["action_id"]]
            told = await desk.decide(thread, approval, user, decision)
        except PanelError as error:
            told = explained(error)
        except KeyError:
            log.warning("approval.odd_click")
            return
        if told:
            await tell(told, user, body)

    async def tell(sentence: str, user: UserId, body: Json) -> None:
        channel, thread_ts = body["channel"]["id"], body["message"].get("thread_ts")
        await whisper(api, sentence, user, channel, thread_ts, failed="approval.not_answered")

    app.action(APPROVE)(decide)
    app.action(DECLINE)(decide)
