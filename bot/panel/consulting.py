"""The second stage of a turn: one expert's part in it."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace

from bot.panel import footnotes, prompts, sentences, showing
from bot.panel.asking import ask
from bot.panel.attachments import Attached
from bot.panel.errors import ConversationGone, ModelFault, ModelRefused, ModelUnavailable
from bot.panel.events import ApprovalAsked, ExpertAnswered, ExpertAsked, ExpertFailed, Failure
from bot.panel.exchange import Prompt, Responded
from bot.panel.model import Call, Expert, MadeFile, Sources, ToolName
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
    ModelFault.TOOLS: Failure.TOOLS,
    ModelFault.BAD_REQUEST: Failure.UNAVAILABLE,
}


async def consult(context: TurnContext, call: Call) -> None:
    """Hear the expert and post its reply, or an honest line if it has none."""
    async with context.in_line[call.expert]:
        outcome = context.record.progress.outcomes.get(call.id)
        if outcome is None:
            await context.permission.overtake(call)
            async with context.live(_part(call), call.expert) as hear:
                outcome = await _hear(context, call, hear)
            outcome = _as_seen(context, call, outcome)
            await context.record.note(outcome)
        conversation = context.book.links.experts.get(call.expert)
        if isinstance(outcome, ApprovalAsked) and conversation:
            face = context.panel.persona(call.expert)
            await context.permission.open(call, outcome, face, conversation)
        await context.permission.conclude()
    await _tell(context, call, outcome)
    await context.permission.ask(call, context.speaker)
    context.board.changed()


async def _tell(context: TurnContext, call: Call, outcome: Outcome) -> None:
    sources: Sources | None = None
    files: tuple[MadeFile, ...] = ()
    match outcome:
        case ExpertAnswered(text=text, citations=citations, files=files):
            reply = footnotes.under(text, citations, sentences.SOURCES)
            has_passages = any(not citation.url for citation in citations)
            sources = _sources(context, call) if has_passages else None
        case ApprovalAsked(text=text, files=files):
            reply = text
        case ExpertFailed(failure=Failure.QUOTA):  # told once for all experts: see Apology
            return
        case ExpertFailed(failure=failure, begun=begun):
            line = sentences.expert_failed(failure, call.expert)
            reply = f"{begun}\n\n{line}" if begun else line
    if reply.strip():
        persona = context.panel.persona(call.expert)
        await context.speaker.say_as(call.expert, persona, _part(call), reply, sources)
    if files:
        context.board.changed()
        await showing.show(context, call, files)


def _sources(context: TurnContext, call: Call) -> Sources | None:
    conversation = context.book.links.experts.get(call.expert)
    return Sources(conversation, prompts.call_ref(call)) if conversation else None


async def _hear(context: TurnContext, call: Call, hear: Hear) -> Outcome:
    """Return what became of the question; an expert's failure is news, not an error."""
    expert = context.panel.find(call.expert)
    if expert is None:
        return ExpertFailed(call.id, Failure.LEFT)
    try:
        async with asyncio.timeout(context.patience.expert):
            return await _ask_expert(context, call, expert, hear)
    except TimeoutError:
        failure = Failure.SLOW
    except (ModelUnavailable, ConversationGone):  # gone twice: the server knows none
        failure = Failure.UNAVAILABLE
    except ModelRefused as error:
        failure = _FAILURES[error.fault]
    log.warning("expert.failed", extra={"turn": context.turn.id, "failure": failure})
    return ExpertFailed(call.id, failure)


def _as_seen(context: TurnContext, call: Call, outcome: Outcome) -> Outcome:
    """Return *outcome* with what people have seen of an answer that broke off."""
    begun = context.speaker.streams.find(f"{_part(call)}:0")
    if begun and isinstance(outcome, ExpertFailed):
        return replace(outcome, begun=begun.shown)
    return outcome


async def _ask_expert(context: TurnContext, call: Call, expert: Expert, hear: Hear) -> Outcome:
    if call.continues:
        return await _go_on(context, call, expert, hear)
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


async def _go_on(context: TurnContext, call: Call, expert: Expert, hear: Hear) -> Outcome:
    """Tell the expert what people decided on what it wanted, and hear what it says then."""
    verdict, matter = context.turn.verdict, context.permission.matter
    conversation = context.book.links.experts.get(expert.name)
    if not (verdict and matter) or conversation != matter.conversation:
        return ExpertFailed(call.id, Failure.FORGOT)
    by = context.said[0].speaker
    items = [prompts.given(one, verdict.decision, by) for one in matter.wanted]
    prompt = context.expert_prompt(conversation, expert, items, deeper=call.deeper)
    try:
        return await _answer(context, call, expert, replace(prompt, must_search=False), hear)
    except ConversationGone:
        return ExpertFailed(call.id, Failure.FORGOT)


async def _exchange(
    context: TurnContext, call: Call, expert: Expert, hear: Hear, attached: Attached
) -> Outcome:
    earlier = (*context.earlier, *context.so_far)
    quoted = () if call.brief else prompts.quoted(earlier)  # a brief tells what matters
    items = (*quoted, prompts.for_expert(call, context.said, attached))
    conversation = await context.book.expert(expert.name)
    prompt = context.expert_prompt(conversation, expert, items, deeper=call.deeper)
    return await _answer(context, call, expert, prompt, hear)


async def _answer(
    context: TurnContext, call: Call, expert: Expert, prompt: Prompt, hear: Hear
) -> Outcome:
    record = context.record
    repeated = call.id in record.progress.asked
    await record.note(ExpertAsked(call.id, prompt.model))
    answer = ask(
        context.model,
        prompt,
        ref=prompts.call_ref(call),
        repeated=repeated,
        patience=context.patience,
        fallbacks=context.fallbacks,
    )
    async with aclosing(answer) as events:
        async for event in events:
            hear(event)
            if not isinstance(event, Responded):
                continue
            context.made.update(event.contents)
            if event.wanted:
                return ApprovalAsked(
                    call.id, event.wanted, event.text, event.usage, event.files, event.model
                )
            if event.text.strip() or event.files:
                text = event.text if event.text.strip() else sentences.MADE
                text = _noted(text, context.toolbox.missing(expert.tools))
                return ExpertAnswered(
                    call.id, text, event.usage, event.citations, event.files, event.model
                )
    return ExpertFailed(call.id, Failure.BROKEN)


def _noted(text: str, missing: Sequence[ToolName]) -> str:
    """Return *text* with a word about the tools that the expert had to do without."""
    return f"{text}\n\n{sentences.tools_missing(missing)}" if missing else text


def _part(call: Call) -> str:
    return f"reply:{call.id}"
