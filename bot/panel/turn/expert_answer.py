"""Hearing one expert: whatever it is, its answer or its failure comes back as news."""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import replace

from bot.panel.errors import ConversationGone, ModelFault, ModelRefused, ModelUnavailable, leaves
from bot.panel.journal.events import (
    ApprovalAsked,
    ClosingStarted,
    ExpertAnswered,
    ExpertAsked,
    ExpertFailed,
    Failure,
    Routed,
    RouterAsked,
)
from bot.panel.journal.progress import Outcome
from bot.panel.language_model import prompts
from bot.panel.language_model.attachments import Attached
from bot.panel.language_model.exchange import Prompt, Responded
from bot.panel.language_model.requests import ask
from bot.panel.model import Call, Expert
from bot.panel.texts import file_sentences, sentences
from bot.panel.tools import Toolbox
from bot.panel.turn.expert_selection import choose, outputs
from bot.panel.turn.function_answer import ask_function
from bot.panel.turn.turn_context import EventSink, Seat, TurnContext, ignore_event

log = logging.getLogger(__name__)

_FAILURES = {
    ModelFault.QUOTA: Failure.QUOTA,
    ModelFault.ACCESS: Failure.ACCESS,
    ModelFault.MODEL: Failure.MODEL,
    ModelFault.FILTERED: Failure.FILTERED,
    ModelFault.TOO_LONG: Failure.TOO_LONG,
    ModelFault.CUT_SHORT: Failure.BROKEN,
    ModelFault.DOCUMENTS: Failure.DOCUMENTS,
    ModelFault.TOOLS: Failure.TOOLS,
    ModelFault.BAD_REQUEST: Failure.UNAVAILABLE,
}


async def hear_expert(context: TurnContext, call: Call, hear: EventSink) -> Outcome:
    """Return what became of the question; an expert's failure is news, not an error."""
    expert = context.panel.find(call.expert)
    if expert is None:
        return ExpertFailed(call.id, Failure.LEFT)
    seat = context.seat(call, expert)
    try:
        async with asyncio.timeout(_timeout(context, seat)):
            if expert.function:
                return await ask_function(context, call, expert.function, hear)
            return await _ask_expert(context, seat, hear)
    except TimeoutError:
        failure = Failure.SLOW
    except (ModelUnavailable, ConversationGone):  # gone twice: the server knows none
        failure = Failure.UNAVAILABLE
    except ModelRefused as error:
        failure = _FAILURES[error.fault]
    log.warning("expert.failed", extra={"turn": context.turn.id, "failure": failure})
    return ExpertFailed(call.id, failure)


def _timeout(context: TurnContext, seat: Seat) -> float:
    """Return the time for the whole answer; that of those who are consulted comes on top."""
    if seat.expert.function:
        return context.timeouts.function
    below = seat.below if seat.colleagues.experts else 0
    return context.timeouts.expert * (1 + below)


async def _ask_expert(context: TurnContext, seat: Seat, hear: EventSink) -> Outcome:
    if seat.call.continues:
        return await _go_on(context, seat, hear)
    attached = await asyncio.shield(context.attached)  # the others wait for it, too
    try:
        return await _ask_with(context, seat, hear, attached)
    except ModelRefused as error:
        if error.fault is not ModelFault.BAD_REQUEST or not attached.files:
            raise
    answer = await _ask_with(context, seat, hear, replace(attached, files=()))
    if isinstance(answer, ExpertAnswered):
        note = file_sentences.files_unopened(attached.names)
        answer = replace(answer, text=f"{answer.text}\n\n{note}")
    return answer


async def _ask_with(
    context: TurnContext, seat: Seat, hear: EventSink, attached: Attached
) -> Outcome:
    try:
        return await _exchange(context, seat, hear, attached)
    except ConversationGone:
        if seat.call.id in context.record.progress.rounds:  # the calls in it are gone, too
            await context.record.note(RouterAsked(by=seat.call.id))
        await context.book.forget_expert(seat.path)
        return await _exchange(context, seat, hear, attached)


async def _go_on(context: TurnContext, seat: Seat, hear: EventSink) -> Outcome:
    """Tell the expert what people decided on what it wanted, and hear what it says then."""
    verdict, decided = context.turn.verdict, context.permission.decided
    conversation = context.book.links.experts.get(seat.path)
    if not (verdict and decided) or conversation != decided.conversation:
        return ExpertFailed(seat.call.id, Failure.FORGOT)
    by = context.said[0].speaker
    items = [prompts.given(one, verdict.decision, by) for one in decided.wanted]
    prompt = context.expert_prompt(conversation, seat, items)
    prompt = replace(prompt, tools=(), must_search=False)  # its colleagues have been heard
    repeated = seat.call.id in context.record.progress.asked
    await context.record.note(ExpertAsked(seat.call.id, prompt.model))
    try:
        said = await _answer(context, seat.call, prompt, hear, repeated=repeated)
    except ConversationGone:
        return ExpertFailed(seat.call.id, Failure.FORGOT)
    return _outcome(context, seat, said)


async def _exchange(
    context: TurnContext, seat: Seat, hear: EventSink, attached: Attached
) -> Outcome:
    call, record = seat.call, context.record
    earlier = (*context.earlier, *context.so_far)
    quoted = () if call.brief else prompts.quoted(earlier)  # a brief tells what matters
    items = (*quoted, prompts.for_expert(call, context.said, attached))
    prompt = context.expert_prompt(await context.book.expert(seat.path), seat, items)
    repeated = call.id in record.progress.asked
    await record.note(ExpertAsked(call.id, prompt.model))
    if seat.colleagues.experts or call.id in record.progress.rounds:
        said = await _consulting(context, seat, prompt, hear, repeated=repeated)
    else:
        said = await _answer(context, call, prompt, hear, repeated=repeated)
    return _outcome(context, seat, said)


async def _answer(
    context: TurnContext, call: Call, prompt: Prompt, hear: EventSink, *, repeated: bool
) -> Responded:
    answer = ask(
        context.model,
        prompt,
        ref=prompts.call_ref(call),
        repeated=repeated,
        timeouts=context.timeouts,
        fallbacks=context.fallbacks,
    )
    async with aclosing(answer) as events:
        async for event in events:
            hear(event)
            if isinstance(event, Responded):
                return event
    return Responded("")


async def _consulting(
    context: TurnContext, seat: Seat, prompt: Prompt, hear: EventSink, *, repeated: bool
) -> Responded:
    """Let the expert consult colleagues as the router consults experts, and then answer."""
    record, by = context.record, seat.call.id
    resumed = record.progress.round_of(by).routed is not None
    said = await _hear_colleagues(context, seat, prompt, repeated=repeated)
    if said is not None:
        return said
    items = tuple(outputs(record.progress, seat.colleagues, by))
    if resumed:  # what the conversation holds is looked up, and not sent again
        items = (*prompt.items, *items)
    await record.note(ClosingStarted(by=by))
    closing = context.expert_prompt(prompt.conversation, seat, items, closing=True)
    return await _answer(context, seat.call, closing, hear, repeated=resumed)


async def _hear_colleagues(
    context: TurnContext, seat: Seat, prompt: Prompt, *, repeated: bool
) -> Responded | None:
    """Hear whom the expert calls; returns what it says itself if it calls nobody."""
    record, by, among = context.record, seat.call.id, seat.colleagues
    try:
        async with asyncio.TaskGroup() as colleagues:

            def start(call: Call) -> None:
                colleagues.create_task(_hear_colleague(context, call))
                context.board.changed()

            for call in record.progress.round_of(by).calls:
                start(call)
            if record.progress.round_of(by).routed is None:
                ref = prompts.call_ref(seat.call)
                said = await choose(
                    context, prompt, start, ref=ref, among=among, by=by, repeated=repeated
                )
                if not record.progress.round_of(by).called:
                    return said
                await record.note(Routed(said.text, usage=said.usage, model=said.model, by=by))
    except BaseExceptionGroup as errors:  # one is enough: the expert, or the turn, ends with it
        raise next(leaves(errors)) from None
    return None


async def _hear_colleague(context: TurnContext, call: Call) -> None:
    """Hear an expert whose answer goes to the one who asks."""
    async with context.in_line[context.record.progress.path(call)]:
        if call.id not in context.record.progress.outcomes:
            await context.record.note(await hear_expert(context, call, ignore_event))
    context.board.changed()


def _outcome(context: TurnContext, seat: Seat, said: Responded) -> Outcome:
    call, text = seat.call, said.text
    context.made.update(said.contents)
    if said.wanted and not seat.asker:  # a colleague has no tool that needs approval
        return ApprovalAsked(call.id, said.wanted, text, said.usage, said.files, said.model)
    if not (text.strip() or said.files):
        return ExpertFailed(call.id, Failure.BROKEN)
    noted = _noted(text if text.strip() else sentences.made(), context.toolbox, seat.expert)
    return ExpertAnswered(call.id, noted, said.usage, said.citations, said.files, said.model)


def _noted(text: str, toolbox: Toolbox, expert: Expert) -> str:
    """Return *text* with a word about the tools that the expert had to do without."""
    missing = toolbox.missing(expert.tools)
    return f"{text}\n\n{sentences.tools_missing(missing)}" if missing else text
