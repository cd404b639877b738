"""What becomes of an expert that has no answer, and what it waited for."""

from bot.panel.budgets.ledger import OverBudget
from bot.panel.errors import ModelFault, ModelOverloaded, ModelRefused, ModelUnavailable
from bot.panel.journal.events import ExpertFailed
from bot.panel.journal.failures import Failure
from bot.panel.language_model.exchange import ModelEvent, Responded, ToolsRunning
from bot.panel.language_model.model_client import ResponseRestarted
from bot.panel.replies.failure_notice import fault_of
from bot.panel.texts import failure_sentences
from bot.panel.turn.consulting import going_without
from bot.panel.turn.turn_context import Consultation, EventSink, TurnContext

_FAILURES = {  # those of other names
    ModelFault.CUT_SHORT: Failure.BROKEN,
    ModelFault.BAD_REQUEST: Failure.REJECTED,
}


def watch(
    consultation: Consultation, on_event: EventSink, event: ModelEvent | ResponseRestarted
) -> None:
    """Note which tools the model's side waits for."""
    match event:
        case ToolsRunning(tools):
            consultation.running.clear()
            consultation.running.update(tools)
        case ResponseRestarted() | Responded():
            consultation.running.clear()
    on_event(event)


def slow(context: TurnContext, consultation: Consultation) -> ExpertFailed:
    """Return what becomes of an expert that ran out of time."""
    why = _waited(context, consultation)
    return ExpertFailed(consultation.call.id, Failure.SLOW, why=why)


def of_model(
    context: TurnContext, consultation: Consultation, error: ModelUnavailable | ModelRefused
) -> ExpertFailed:
    """Return what becomes of an expert whose model is away, or refused."""
    call = consultation.call
    match error:
        case OverBudget(sentence=why):
            return ExpertFailed(call.id, Failure.BUDGET, why=why)
        case ModelRefused(fault=ModelFault.TOOL_SERVER, about=labels) if labels:
            why = failure_sentences.servers_failed(labels, call.expert)
            return ExpertFailed(call.id, Failure.TOOL_SERVER, why=why)
        case ModelRefused():
            fault = fault_of(error, context.turn)
            return ExpertFailed(call.id, _FAILURES.get(fault) or Failure(fault.value))
        case ModelOverloaded(after=after):
            return ExpertFailed(call.id, Failure.BUSY, wait=after or 0)
        case ModelUnavailable(answered=True):
            return ExpertFailed(call.id, Failure.ERROR)
        case ModelUnavailable():
            why = _waited(context, consultation, is_silent=True)
            return ExpertFailed(call.id, Failure.UNAVAILABLE, why=why)


def _waited(context: TurnContext, consultation: Consultation, *, is_silent: bool = False) -> str:
    tools = going_without.waited_for(context, consultation)
    if not tools:
        return ""
    return failure_sentences.tools_hung(tools, consultation.call.expert, is_silent=is_silent)
