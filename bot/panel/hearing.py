"""Hearing one expert: whatever it is, its answer or its failure comes back as news."""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import replace

from bot.panel import prompts, sentences
from bot.panel.asking import ask
from bot.panel.attachments import Attached
from bot.panel.by_function import ask_function
from bot.panel.errors import ConversationGone, ModelFault, ModelRefused, ModelUnavailable
from bot.panel.events import ExpertAnswered, ExpertAsked, ExpertFailed, Failure
from bot.panel.exchange import Responded
from bot.panel.model import Call, Expert
from bot.panel.progress import Outcome
from bot.panel.turn_context import Hear, TurnContext

log = logging.getLogger(__name__)

_FAILURES = {
    ModelFault.QUOTA: Failure.QUOTA,
    ModelFault.ACCESS: Failure.ACCESS,
    ModelFault.MODEL: Failure.MODEL,
    ModelFault.FILTERED: Failure.FILTERED,
    ModelFault.TOO_LONG: Failure.TOO_LONG,
    ModelFault.CUT_SHORT: Failure.BROKEN,
    ModelFault.DOCUMENTS: Failure.DOCUMENTS,
    ModelFault.BAD_REQUEST: Failure.UNAVAILABLE,
}


async def hear_expert(context: TurnContext, call: Call, hear: Hear) -> Outcome:
    """Return what became of the question; an expert's failure is news, not an error."""
    expert = context.panel.find(call.expert)
    if expert is None:
        return ExpertFailed(call.id, Failure.LEFT)
    try:
        async with asyncio.timeout(_patience(context, expert)):
            if expert.function:
                return await ask_function(context, call, expert.function, hear)
            return await _ask_expert(context, call, expert, hear)
    except TimeoutError:
        failure = Failure.SLOW
    except (ModelUnavailable, ConversationGone):  # gone twice: the server knows none
        failure = Failure.UNAVAILABLE
    except ModelRefused as error:
        failure = _FAILURES[error.fault]
    log.warning("expert.failed", extra={"turn": context.turn.id, "failure": failure})
    return ExpertFailed(call.id, failure)


def _patience(context: TurnContext, expert: Expert) -> float:
    return context.patience.function if expert.function else context.patience.expert


async def _ask_expert(context: TurnContext, call: Call, expert: Expert, hear: Hear) -> Outcome:
    attached = await asyncio.shield(context.attached)  # the others wait for it, too
    try:
        return await _ask_with(context, call, expert, hear, attached)
    except ModelRefused as error:
        if error.fault is not ModelFault.BAD_REQUEST or not attached.files:
            raise
    answer = await _ask_with(context, call, expert, hear, replace(attached, files=()))
    if isinstance(answer, ExpertAnswered):
        note = sentences.files_unopened(attached.names)
        answer = replace(answer, text=f"{answer.text}\n\n{note}")
    return answer


async def _ask_with(
    context: TurnContext, call: Call, expert: Expert, hear: Hear, attached: Attached
) -> Outcome:
    try:
        return await _exchange(context, call, expert, hear, attached)
    except ConversationGone:
        await context.book.forget_expert(expert.name)
        return await _exchange(context, call, expert, hear, attached)


async def _exchange(
    context: TurnContext, call: Call, expert: Expert, hear: Hear, attached: Attached
) -> Outcome:
    record = context.record
    earlier = (*context.earlier, *context.so_far)
    quoted = () if call.brief else prompts.quoted(earlier)  # a brief tells what matters
    items = (*quoted, prompts.for_expert(call, context.said, attached))
    conversation = await context.book.expert(expert.name)
    prompt = context.expert_prompt(conversation, expert, items, deeper=call.deeper)
    repeated = call.id in record.progress.asked
    await record.note(ExpertAsked(call.id, prompt.model))
    ref = prompts.call_ref(call)
    answer = ask(context.model, prompt, ref=ref, repeated=repeated, patience=context.patience)
    async with aclosing(answer) as events:
        async for event in events:
            hear(event)
            if isinstance(event, Responded) and event.text.strip():
                return ExpertAnswered(call.id, event.text, event.usage, event.citations)
    return ExpertFailed(call.id, Failure.BROKEN)
