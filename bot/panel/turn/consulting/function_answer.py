"""Asking an expert that is a function.

It has no conversation: each request carries all that the function needs. An answer that is in
the journal is not asked for again; a call that a crash interrupted is repeated with the same key.
"""

from contextlib import aclosing
from datetime import UTC, datetime

from bot import runtime
from bot.characters import Joiner, whole
from bot.functions import FunctionRefused, Request, Source
from bot.panel import observing
from bot.panel.errors import FunctionFailed, FunctionMissing, FunctionNeedsAsker, FunctionOff
from bot.panel.journal.events import ExpertAnswered, ExpertAsked, ExpertFailed
from bot.panel.journal.failures import Failure
from bot.panel.journal.progress import Outcome
from bot.panel.language_model.exchange import TextWritten
from bot.panel.model import Call
from bot.panel.observing import Kind
from bot.panel.texts import failure_sentences, sentences, shortcomings
from bot.panel.texts.answers import limited, says_nothing
from bot.panel.texts.code import with_note
from bot.panel.turn.consulting.function_request import request_for
from bot.panel.turn.turn_context import EventSink, TurnContext
from bot.panel.usage import BY_FUNCTION

LONGEST = 40_000  # characters of an answer: people read it, the router and the journal keep it
MOST_SOURCES = 100  # of an answer; more are left out


async def ask_function(
    context: TurnContext, call: Call, function: str, on_event: EventSink
) -> Outcome:
    """Return what became of the call."""
    until = runtime.time() + context.rules.timeouts.function
    deadline = datetime.fromtimestamp(until, UTC)
    request = await request_for(context, call, deadline)
    await context.record.note(ExpertAsked(call.id, BY_FUNCTION))
    try:
        with observing.begin(Kind.TOOL_CALL, function=function):
            text = await _answer(context, function, request, on_event)
    except FunctionRefused as refusal:
        return ExpertFailed(call.id, Failure.REFUSED, why=_reason(refusal))
    except FunctionOff as error:
        await context.note_failure(call.expert, error)
        return ExpertFailed(call.id, Failure.FUNCTION, why=shortcomings.function_off())
    except FunctionNeedsAsker:
        why = failure_sentences.function_needs_asker(call.expert)
        return ExpertFailed(call.id, Failure.REFUSED, why=why)
    except (FunctionFailed, FunctionMissing) as error:
        is_missing = isinstance(error, FunctionMissing)
        await context.note_failure(call.expert, error)
        return ExpertFailed(call.id, Failure.MISSING if is_missing else Failure.FUNCTION)
    if text:
        return ExpertAnswered(call.id, text)
    await context.note_failure(call.expert, "answered with nothing")
    why = failure_sentences.function_said_nothing(call.expert)
    return ExpertFailed(call.id, Failure.FUNCTION, why=why)


async def _answer(
    context: TurnContext, function: str, request: Request, on_event: EventSink
) -> str:
    text, sources, halves = "", dict[Source, None](), Joiner()
    async with aclosing(context.services.functions.answer(function, request)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Source):
                if len(sources) < MOST_SOURCES:
                    sources[piece] = None
            else:
                text += (joined := halves.join(piece))
                on_event(TextWritten(joined))
            if len(text) > LONGEST:
                return with_note(text[:LONGEST], sentences.function_cut())
    if says_nothing(text):
        return ""
    if not sources:
        return text
    titles_and_urls = [
        (" ".join(whole(source.title).split()), "".join(whole(source.url).split()))
        for source in sources
    ]
    return with_note(text.rstrip(), sentences.function_sources(titles_and_urls))


def _reason(refusal: FunctionRefused) -> str:
    reason = whole(str(refusal)).strip()
    return "" if says_nothing(reason) else limited(reason)
