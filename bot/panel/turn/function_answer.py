"""Hearing an expert that is a function.

It has no conversation: each request tells all that it needs. What it has answered is in the
journal, so it is not called again; one that a crash interrupted is, with the same key.
"""

from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

from bot.functions import Asker, FunctionRefused, Request, Said, Source, Thread
from bot.panel.errors import FunctionFailed, FunctionMissing
from bot.panel.journal.events import ExpertAnswered, ExpertAsked, ExpertFailed, Failure
from bot.panel.journal.progress import Outcome
from bot.panel.language_model.exchange import TextWritten
from bot.panel.model import BY_FUNCTION, Call, Utterance
from bot.panel.texts import sentences
from bot.panel.turn.turn_context import EventSink, TurnContext

LONGEST = 40_000  # characters of an answer: people read it, the router and the journal keep it


async def ask_function(context: TurnContext, call: Call, function: str, hear: EventSink) -> Outcome:
    """Return what became of the question."""
    deadline = datetime.now(UTC) + timedelta(seconds=context.timeouts.function)
    request = _request(context, call, await _so_far(context), deadline)
    await context.record.note(ExpertAsked(call.id, BY_FUNCTION))
    try:
        text = await _answer(context, function, request, hear)
    except FunctionRefused as refusal:
        return ExpertFailed(call.id, Failure.REFUSED, why=str(refusal).strip())
    except FunctionFailed:
        return ExpertFailed(call.id, Failure.FUNCTION)
    except FunctionMissing:
        return ExpertFailed(call.id, Failure.MISSING)
    return ExpertAnswered(call.id, text) if text else ExpertFailed(call.id, Failure.BROKEN)


async def _answer(context: TurnContext, function: str, request: Request, hear: EventSink) -> str:
    text, sources = "", dict[Source, None]()
    async with aclosing(context.functions.answer(function, request)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Source):
                sources[piece] = None
            else:
                text += piece
                hear(TextWritten(piece))
            if len(text) > LONGEST:
                return f"{text[:LONGEST]}\n\n{sentences.function_cut()}"
    if not (text.strip() and sources):
        return text.strip() and text
    told = [(" ".join(one.title.split()), "".join(one.url.split())) for one in sources]
    return f"{text.rstrip()}\n\n{sentences.function_sources(told)}"


async def _so_far(context: TurnContext) -> Sequence[Utterance]:
    """Return what was said in the thread before the question."""
    turn, first = context.turn, context.turn.messages[0].ts
    if first == turn.thread.thread_ts:
        return ()
    return await context.transcript.earlier(turn.thread, before=first, since=None)


def _request(
    context: TurnContext, call: Call, so_far: Sequence[Utterance], deadline: datetime
) -> Request:
    turn, said = context.turn, context.said
    thread = turn.thread
    return Request(
        question="\n\n".join(one.text for one in said),
        brief=call.brief,
        said=tuple(Said(one.speaker, one.text) for one in so_far),
        asker=Asker(turn.asker, said[-1].speaker),
        thread=Thread(thread.team_id, thread.channel_id, thread.thread_ts),
        files=tuple(file.name for one in said for file in one.files),
        deadline=deadline,
        key=f"{turn.id}/{call.id}",
    )
