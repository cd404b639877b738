"""What the model's side is told of a decision: an approval only of what people were shown.

The model's side holds the arguments that it would use, so they are read there, once more, right
before. An approval that cannot be proven to be of the very same is passed on as a refusal.
"""

import logging
from collections.abc import Sequence

from bot.panel.approvals.approval_texts import not_carried_out
from bot.panel.approvals.approvals import Pending
from bot.panel.errors import ModelUnavailable
from bot.panel.language_model import prompts
from bot.panel.language_model.conversations import pairing
from bot.panel.language_model.exchange import ApprovalGiven, Item
from bot.panel.model import Decision, Verdict
from bot.panel.retries import retry
from bot.panel.tools import ApprovalWanted, McpServer
from bot.panel.turn.turn_context import Consultation, TurnContext

log = logging.getLogger(__name__)


async def decided(
    context: TurnContext, consultation: Consultation, request: Pending, verdict: Verdict
) -> tuple[Sequence[ApprovalGiven], str]:
    """Return the decision as the model's side gets it, and a note for people, or nothing."""
    by, decision = context.input.question[0].speaker, verdict.decision
    is_approved = decision is Decision.APPROVED
    if is_approved and (problem := await _problem(context, consultation, request)):
        log.warning("approval.not_passed_on", extra={"approval": request.id, "why": problem})
        return [prompts.withheld(one) for one in request.wanted], not_carried_out()
    return [prompts.given(one, decision, by) for one in request.wanted], ""


async def _problem(context: TurnContext, consultation: Consultation, request: Pending) -> str:
    if not request.is_intact:
        return "not shown in full"
    if not all(_is_allowed(context, consultation, one) for one in request.wanted):
        return "not allowed any more"
    model, ref = context.services.client.model, prompts.call_ref(consultation.call)
    stored = await retry(
        lambda: model.since(request.conversation, ref),
        context.rules.timeouts.backoff,
        on=ModelUnavailable,
    )
    is_same = all(_holds(stored or (), one) for one in request.wanted)
    return "" if is_same else "the model's side holds something else"


def _is_allowed(context: TurnContext, consultation: Consultation, wanted: ApprovalWanted) -> bool:
    tools = context.toolbox.select(consultation.expert.tools)
    servers = {tool.label: tool for tool in tools if isinstance(tool, McpServer)}
    return wanted.server in servers and servers[wanted.server].has(wanted.tool)


def _holds(stored: Sequence[Item], wanted: ApprovalWanted) -> bool:
    """Whether *stored* has that request, and nothing else that an answer to it could mean."""
    # An answered one may be there besides: ids repeat, and after a crash our answer is stored.
    answered = pairing.answers(stored)
    places = [
        place
        for place, item in enumerate(stored)
        if isinstance(item, ApprovalWanted) and item.request == wanted.request
    ]
    unanswered = [stored[place] for place in places if place not in answered]
    if not unanswered:
        return any(stored[place] == wanted for place in places)
    return unanswered == [wanted]
