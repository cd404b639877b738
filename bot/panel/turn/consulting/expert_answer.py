"""Asking one expert: its answer and its failure are both outcomes, never exceptions."""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import replace
from functools import partial, reduce

from bot.panel import observing
from bot.panel.errors import (
    ConversationGone,
    ModelFault,
    ModelRefused,
    ModelUnavailable,
    PanelError,
    leading,
    leaves,
)
from bot.panel.journal.events import (
    ApprovalAsked,
    ClosingStarted,
    ExpertAnswered,
    ExpertAsked,
    ExpertFailed,
    Routed,
)
from bot.panel.journal.failures import Failure
from bot.panel.journal.progress import Outcome
from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import Prompt, Responded
from bot.panel.language_model.files.attachments import Attached
from bot.panel.language_model.model_client import ResponseRestarted
from bot.panel.made_files import MadeFile
from bot.panel.model import Call
from bot.panel.observing import Kind
from bot.panel.texts import answers, file_sentences, footnotes, sentences
from bot.panel.texts.code import with_note
from bot.panel.turn import expert_failure
from bot.panel.turn.choosing.routing import choose_experts, outputs
from bot.panel.turn.choosing.selection import unasked
from bot.panel.turn.consulting import going_without
from bot.panel.turn.consulting.decided_uses import decided
from bot.panel.turn.consulting.function_answer import ask_function
from bot.panel.turn.model_requests import expert_prompt
from bot.panel.turn.turn_context import Consultation, EventSink, TurnContext, ignore_event

log = logging.getLogger(__name__)


async def ask_expert(context: TurnContext, call: Call, on_event: EventSink) -> Outcome:
    """Return what became of the call; *on_event* gets what the expert writes meanwhile."""
    expert = context.panel.find(call.expert)
    if expert is None:
        return ExpertFailed(call.id, Failure.LEFT)
    consultation = context.consultation(call, expert)
    with observing.within(
        Kind.CONSULTATION, consultation=consultation, turn=context.turn
    ) as asking:
        outcome = await _ask(context, consultation, on_event)
        asking.know(result=outcome)
        return outcome


async def _ask(context: TurnContext, consultation: Consultation, on_event: EventSink) -> Outcome:
    call, expert = consultation.call, consultation.expert
    seconds = _timeout(context, consultation)
    reason: str | PanelError
    on_event = partial(expert_failure.watch, consultation, on_event)
    try:
        async with asyncio.timeout(seconds):
            if expert.function:
                return await ask_function(context, call, expert.function, on_event)
            return await _ask_model(context, consultation, on_event)
    except TimeoutError:
        failed = expert_failure.slow(context, consultation)
        reason = f"no answer within {seconds:g} s"
    except (ModelUnavailable, ModelRefused) as error:
        failed = expert_failure.of_model(context, consultation, error)
        reason = error
    except Exception as error:
        if any(isinstance(leaf, PanelError) for leaf in leaves(error)):
            raise
        log.exception("expert.crashed", extra={"expert": call.expert})
        failed, reason = ExpertFailed(call.id, Failure.ERROR), type(error).__name__
    extra: dict[str, object] = {"expert": call.expert}
    extra["failure"] = failed.failure
    extra["reason"] = await context.note_failure(call.expert, reason)
    if waited_for := going_without.waited_for(context, consultation):
        extra["waited_for"] = waited_for
    log.warning("expert.failed", extra=extra)
    return failed


def _timeout(context: TurnContext, consultation: Consultation) -> float:
    timeouts = context.rules.timeouts
    if consultation.expert.function:
        return timeouts.function
    levels_below = consultation.levels_below if consultation.colleagues.experts else 0
    return timeouts.expert * (1 + levels_below)


async def _ask_model(
    context: TurnContext, consultation: Consultation, on_event: EventSink
) -> Outcome:
    if consultation.call.continues:
        try:
            return await _continue(context, consultation, on_event)
        except ConversationGone:
            return ExpertFailed(consultation.call.id, Failure.FORGOT)
    attached = await asyncio.shield(context.input.attached)  # other experts wait for it, too
    try:
        return await _ask_with(context, consultation, on_event, attached)
    except ModelRefused as error:
        if error.fault is not ModelFault.BAD_REQUEST or not attached.files:
            raise
    outcome = await _ask_with(context, consultation, on_event, replace(attached, files=()))
    if isinstance(outcome, ExpertAnswered):
        note = file_sentences.files_unopened(attached.names)
        outcome = replace(outcome, text=with_note(outcome.text, note))
    return outcome


async def _ask_with(
    context: TurnContext, consultation: Consultation, on_event: EventSink, attached: Attached
) -> Outcome:
    """Ask in the expert's conversation, or a new one, without what fails of its tools."""
    while True:
        ask = partial(_ask_in_conversation, context, consultation, on_event, attached)
        try:
            return await context.in_conversation(ask, consultation.path, consultation.call.id)
        except ModelRefused as error:
            consultation = going_without.next_try(context, consultation, error)


async def _continue(
    context: TurnContext, consultation: Consultation, on_event: EventSink
) -> Outcome:
    """Tell the expert what people decided about the tool it wanted, and take its answer."""
    call, verdict, request = consultation.call, context.turn.verdict, context.approvals.decided
    conversation = context.conversation_of(call)
    if not (verdict and request) or conversation != request.conversation:
        return ExpertFailed(call.id, Failure.FORGOT)
    items, note = await decided(context, consultation, request, verdict)
    needed = {wanted.server for wanted in request.wanted}
    while True:
        prompt = expert_prompt(context, conversation, consultation, items)
        prompt = replace(prompt, tools=(), must_search=False)  # its colleagues have answered
        repeated = call.id in context.progress.asked or context.record.in_doubt
        await context.record.note(ExpertAsked(call.id, prompt.model, consultation.without))
        try:
            response = await _response(context, call, prompt, on_event, repeated=repeated)
        except ModelRefused as error:
            consultation = going_without.next_try(context, consultation, error, needed)
        else:
            if note:
                response = replace(response, text=with_note(response.text, note))
            return _outcome(context, consultation, response)


async def _ask_in_conversation(
    context: TurnContext, consultation: Consultation, on_event: EventSink, attached: Attached
) -> Outcome:
    call, record = consultation.call, context.record
    context_given = (*context.input.unread.said, *context.input.background)
    quoted = () if call.brief else prompts.quoted(context_given)  # a brief tells what matters
    items = (*quoted, prompts.for_expert(call, context.input.question, attached))
    conversation = await context.conversations.expert(consultation.path)
    prompt = expert_prompt(context, conversation, consultation, items)
    repeated = call.id in record.progress.asked or record.in_doubt
    await record.note(ExpertAsked(call.id, prompt.model, consultation.without))
    if consultation.colleagues.experts or call.id in record.progress.rounds:
        response = await _consult_colleagues(
            context, consultation, prompt, on_event, repeated=repeated
        )
    else:
        response = await _response(context, call, prompt, on_event, repeated=repeated)
    return _outcome(context, consultation, response)


async def _response(
    context: TurnContext, call: Call, prompt: Prompt, on_event: EventSink, *, repeated: bool
) -> Responded:
    events = context.services.client.ask(prompt, ref=prompts.call_ref(call), repeated=repeated)
    async with aclosing(events):
        async for event in events:
            on_event(event)
            match event:
                case ResponseRestarted():
                    without = context.progress.without.get(call.id, ())
                    await context.record.note(ExpertAsked(call.id, prompt.model, without))
                case Responded():
                    return event
    return Responded("")


async def _consult_colleagues(
    context: TurnContext,
    consultation: Consultation,
    prompt: Prompt,
    on_event: EventSink,
    *,
    repeated: bool,
) -> Responded:
    record, by = context.record, consultation.call.id
    resumed = record.progress.round_of(by).routed is not None
    response = await _ask_colleagues(context, consultation, prompt, repeated=repeated)
    if response is not None:
        return response
    items = tuple(outputs(record.progress, consultation.colleagues, by))
    resumed = resumed or record.progress.round_of(by).is_cut
    if resumed:  # what the conversation holds is looked up, and not sent again
        items = (*prompt.items, *items)
    await record.note(ClosingStarted(by=by))
    closing = expert_prompt(context, prompt.conversation, consultation, items, closing=True)
    return await _response(context, consultation.call, closing, on_event, repeated=resumed)


async def _ask_colleagues(
    context: TurnContext, consultation: Consultation, prompt: Prompt, *, repeated: bool
) -> Responded | None:
    """Ask whom the expert calls; returns its own response if it calls nobody."""
    record, by = context.record, consultation.call.id
    try:
        async with asyncio.TaskGroup() as tasks:

            def start(call: Call) -> None:
                tasks.create_task(_ask_colleague(context, call))
                context.plan.changed()

            waiting = unasked(context, by)
            for call in record.progress.round_of(by).calls:
                if call not in waiting:
                    start(call)
            if record.progress.round_of(by).routed is None:
                response = await choose_experts(
                    context,
                    prompt,
                    start,
                    ref=prompts.call_ref(consultation.call),
                    panel=consultation.colleagues,
                    by=by,
                    repeated=repeated,
                    watch=partial(expert_failure.watch, consultation, ignore_event),
                )
                if not record.progress.round_of(by).called:
                    return response
                await record.note(
                    Routed(
                        response.text,
                        usage=response.usage,
                        model=response.model,
                        cut=response.cut,
                        by=by,
                    )
                )
    except BaseExceptionGroup as errors:  # one is enough: the expert, or the turn, ends with it
        raise leading(errors) from None
    return None


async def _ask_colleague(context: TurnContext, call: Call) -> None:
    async with context.locks[context.progress.path(call)]:
        call = context.progress.in_one(call)
        if call.id not in context.progress.outcomes:
            await context.record.note(await ask_expert(context, call, ignore_event))
    context.plan.changed()


def _outcome(context: TurnContext, consultation: Consultation, response: Responded) -> Outcome:
    call, text = consultation.call, answers.limited(response.text)
    for id_, content in response.contents.items():
        context.made_files[call.id, id_] = content
    files = response.files
    if text != response.text:
        files = (*files, _whole(context, call, response.text))
    if response.wanted and not consultation.consulted_by:
        return ApprovalAsked(call.id, response.wanted, text, response.usage, files, response.model)
    notes = going_without.notes(context, consultation, response)
    if answers.says_nothing(text):
        if not files and not response.wanted:
            return ExpertFailed(call.id, Failure.BROKEN)
        text = sentences.made() if files else ""
    return ExpertAnswered(
        call.id,
        reduce(with_note, notes, text),
        response.usage,
        footnotes.within(response.citations, len(answers.shortened(response.text))),
        files,
        response.model,
        response.cut,
    )


def _whole(context: TurnContext, call: Call, text: str) -> MadeFile:
    file = MadeFile(f"answer:{call.id}", "answer.md")
    context.made_files[call.id, file.id] = text.encode(errors="replace")
    return file
