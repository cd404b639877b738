"""The second stage of a turn: one expert's part in it."""

import logging
from dataclasses import replace
from functools import partial

from bot.panel.errors import Refused
from bot.panel.journal.events import ApprovalAsked, ExpertAnswered, ExpertFailed
from bot.panel.journal.failures import Failure
from bot.panel.journal.progress import Outcome
from bot.panel.language_model import prompts
from bot.panel.made_files import MadeFile, StoredFile
from bot.panel.messaging.messenger import Sources
from bot.panel.model import Call
from bot.panel.texts import failure_sentences, footnotes, sentences
from bot.panel.texts.answers import says_nothing
from bot.panel.texts.code import with_note
from bot.panel.turn.consulting import file_posts
from bot.panel.turn.consulting.expert_answer import ask_expert
from bot.panel.turn.turn_context import TurnContext

log = logging.getLogger(__name__)

# What was shown of an answer that is filtered is taken back: a half is no fitter than the whole.
_UNFIT = (Failure.FILTERED, Failure.FILTERED_QUESTION, Failure.FILTERED_BEFORE)


async def consult(context: TurnContext, call: Call) -> None:
    """Ask the expert and post its reply, or one honest line if it has none."""
    async with context.locks[context.progress.path(call)]:
        call = context.progress.in_one(call)
        outcome = context.progress.outcomes.get(call.id)
        if outcome is None:
            await context.approvals.supersede(call)
            outcome = await _ask(context, call)
            if isinstance(outcome, ExpertAnswered) and not _is_function(context, call):
                context.record.note_with_next(outcome)  # the reply's PostStarted
            else:  # a function would be called again
                await context.record.note(outcome)
            await context.writer.take_back_delay()
        conversation = context.conversation_of(call)
        if isinstance(outcome, ApprovalAsked) and conversation:
            persona = context.panel.persona(call.expert)
            turn = context.turn
            authors = turn.words_of if turn.verdict else turn.authors  # an approver asks nothing
            await context.approvals.open(call, outcome, persona, conversation, authors)
        await context.approvals.close()
    await _post_outcome(context, call, outcome)
    await context.record.flush()  # if there was nothing to post
    await context.approvals.ask(call, context.writer, partial(_kept, context, call))
    context.plan.changed()


async def _ask(context: TurnContext, call: Call) -> Outcome:
    async with context.streamed(_part(call), call.expert) as on_event:
        outcome = await ask_expert(context, call, on_event)
    stream = context.writer.streams.find(f"{_part(call)}:0")
    if stream and isinstance(outcome, ExpertFailed) and outcome.failure not in _UNFIT:
        return replace(outcome, begun=stream.shown)  # people have seen how it began
    return outcome


async def _kept(context: TurnContext, call: Call, text: str) -> StoredFile | None:
    file = MadeFile(f"wanted:{call.id}", "tool.txt")
    context.made_files[call.id, file.id] = text.encode()
    try:
        return await file_posts.stored(context, call, file)
    except Refused as refusal:
        log.warning("approval.not_shown", extra={"call": call.id, "reason": str(refusal)})
        return None


async def _post_outcome(context: TurnContext, call: Call, outcome: Outcome) -> None:
    sources: Sources | None = None
    files: tuple[MadeFile, ...] = ()
    match outcome:
        case ExpertAnswered(text=text, citations=citations, files=files):
            reply = footnotes.under(text, citations, sentences.sources())
            has_passages = any(not citation.url for citation in citations)
            sources = _sources(context, call) if has_passages else None
        case ApprovalAsked(text=text, files=files):
            reply = text
        case ExpertFailed(failure=Failure.QUOTA | Failure.BUDGET):  # told once for all experts
            return
        case ExpertFailed(failure=failure, begun=begun, why=why, wait=wait):
            line = why or failure_sentences.expert_failed(failure, call.expert, wait=wait)
            reply = with_note(begun, line)
            await context.plan.precede_failure()
    if not says_nothing(reply):
        is_cut = isinstance(outcome, ExpertAnswered) and outcome.cut
        await _post(context, call, reply, sources, is_cut=is_cut)
    if files:
        context.plan.changed()
        await file_posts.post_files(context, call, files)


async def _post(
    context: TurnContext, call: Call, reply: str, sources: Sources | None, *, is_cut: bool
) -> None:
    await context.writer.post_as_expert(
        call.expert,
        context.panel.persona(call.expert),
        _part(call),
        reply,
        sources,
        by_function=_is_function(context, call),
        is_cut=is_cut,
    )


def _is_function(context: TurnContext, call: Call) -> bool:
    expert = context.panel.find(call.expert)
    return expert is not None and expert.function is not None


def _sources(context: TurnContext, call: Call) -> Sources | None:
    conversation = context.conversation_of(call)
    return Sources(conversation, prompts.call_ref(call)) if conversation else None


def _part(call: Call) -> str:
    return f"reply:{call.id}"
