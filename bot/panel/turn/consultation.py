"""The second stage of a turn: one expert's part in it."""

from dataclasses import replace

from bot.panel.journal.events import ApprovalAsked, ExpertAnswered, ExpertFailed, Failure
from bot.panel.journal.progress import Outcome
from bot.panel.language_model import prompts
from bot.panel.made_files import MadeFile
from bot.panel.messaging.messenger import Sources
from bot.panel.model import Call
from bot.panel.texts import footnotes, sentences
from bot.panel.turn import file_posts
from bot.panel.turn.expert_answer import hear_expert
from bot.panel.turn.turn_context import TurnContext


async def consult(context: TurnContext, call: Call) -> None:
    """Hear the expert and post its reply, or an honest line if it has none."""
    async with context.in_line[context.record.progress.path(call)]:
        outcome = context.record.progress.outcomes.get(call.id)
        if outcome is None:
            await context.permission.supersede(call)
            async with context.live(_part(call), call.expert) as hear:
                outcome = await hear_expert(context, call, hear)
            outcome = _as_seen(context, call, outcome)
            await context.record.note(outcome)
        conversation = context.book.links.experts.get(context.record.progress.path(call))
        if isinstance(outcome, ApprovalAsked) and conversation:
            face = context.panel.persona(call.expert)
            await context.permission.open(call, outcome, face, conversation)
        await context.permission.close()
    await _tell(context, call, outcome)
    await context.permission.ask(call, context.speaker)
    context.board.changed()


async def _tell(context: TurnContext, call: Call, outcome: Outcome) -> None:
    sources: Sources | None = None
    files: tuple[MadeFile, ...] = ()
    match outcome:
        case ExpertAnswered(text=text, citations=citations, files=files):
            reply = footnotes.under(text, citations, sentences.sources())
            has_passages = any(not citation.url for citation in citations)
            sources = _sources(context, call) if has_passages else None
        case ApprovalAsked(text=text, files=files):
            reply = text
        case ExpertFailed(failure=Failure.QUOTA):  # told once for all experts: see Apology
            return
        case ExpertFailed(failure=failure, begun=begun, why=why):
            line = why or sentences.expert_failed(failure, call.expert)
            reply = f"{begun}\n\n{line}" if begun else line
    if reply.strip():
        await _post(context, call, reply, sources)
    if files:
        context.board.changed()
        await file_posts.show(context, call, files)


async def _post(context: TurnContext, call: Call, reply: str, sources: Sources | None) -> None:
    expert = context.panel.find(call.expert)
    await context.speaker.say_as(
        call.expert,
        context.panel.persona(call.expert),
        _part(call),
        reply,
        sources,
        by_function=expert is not None and expert.function is not None,
    )


def _sources(context: TurnContext, call: Call) -> Sources | None:
    conversation = context.book.links.experts.get(context.record.progress.path(call))
    return Sources(conversation, prompts.call_ref(call)) if conversation else None


def _as_seen(context: TurnContext, call: Call, outcome: Outcome) -> Outcome:
    """Return *outcome* with what people have seen of an answer that broke off."""
    begun = context.speaker.streams.find(f"{_part(call)}:0")
    if begun and isinstance(outcome, ExpertFailed):
        return replace(outcome, begun=begun.shown)
    return outcome


def _part(call: Call) -> str:
    return f"reply:{call.id}"
