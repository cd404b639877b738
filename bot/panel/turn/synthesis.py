"""The last stage of a turn: the router learns what was said, and may sum it up."""

from collections.abc import Sequence
from contextlib import aclosing

from bot.panel.errors import ConversationGone
from bot.panel.journal.events import Closed, ClosingStarted, RouterAsked
from bot.panel.journal.progress import Progress
from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import Item, Responded
from bot.panel.language_model.requests import ask, unsent
from bot.panel.model import ConversationId, Synthesis
from bot.panel.texts import sentences
from bot.panel.turn.expert_selection import outputs
from bot.panel.turn.turn_context import TurnContext


async def close(context: TurnContext) -> None:
    """Give the router all outputs at once; post what it says itself, and never nothing."""
    record = context.record
    if record.progress.closed is None:
        await record.note(await _tell_some_router(context))
    progress = record.progress
    if progress.routed and not progress.calls and progress.routed.text.strip():
        await context.speaker.say("router", progress.routed.text, reply=True)
    if progress.closed and progress.closed.text.strip():
        await context.speaker.say("synthesis", progress.closed.text, reply=True)
    is_moot = context.turn.verdict and not progress.calls  # the matter had ended
    if not (record.progress.said_something or is_moot):
        await context.speaker.say("refused", sentences.nothing_said())


def wants_words(progress: Progress, setting: Synthesis) -> bool:
    """Return whether the router is to say something after the experts."""
    if progress.without_credit:
        return False
    if progress.awaits_approval and not progress.answers:
        return False  # who is to say something will
    if not progress.answers:
        return not progress.only_refused  # nobody answered: somebody has to
    match setting:
        case Synthesis.AUTO:
            return len(progress.answers) > 1
        case Synthesis.ALWAYS:
            return True
        case Synthesis.NEVER:
            return False


async def _tell_some_router(context: TurnContext) -> Closed:
    try:
        return await _tell_router(context)
    except ConversationGone:  # begin anew, with all of this turn
        await context.book.forget_router()
        await context.record.note(RouterAsked())
        context.speaker.router = await context.book.router()
        return await _tell_router(context)


async def _tell_router(context: TurnContext) -> Closed:
    progress = context.record.progress
    if not progress.round_of().called:
        return Closed()
    items = _outputs(context)
    conversation = await context.book.router()
    repeated = progress.round_of().closing
    await context.record.note(ClosingStarted())
    if wants_words(progress, context.panel.synthesis):
        return await _sum_up(context, conversation, items, repeated=repeated)
    ref = prompts.ref(context.turn)
    stored = await context.model.since(conversation, ref) if repeated else None
    if missing := unsent(items, stored or ()):
        await context.model.append(conversation, missing)
    return Closed()


async def _sum_up(
    context: TurnContext, conversation: ConversationId, items: Sequence[Item], *, repeated: bool
) -> Closed:
    await context.speaker.show_status(sentences.closing())
    answer = ask(
        context.model,
        context.router_prompt(conversation, items, closing=True),
        ref=prompts.ref(context.turn),
        repeated=repeated,
        timeouts=context.timeouts,
        fallbacks=context.fallbacks,
    )
    async with context.live("synthesis") as hear, aclosing(answer) as events:
        async for event in events:
            hear(event)
            if isinstance(event, Responded):
                return Closed(event.text, event.usage, event.model)
    return Closed()


def _outputs(context: TurnContext) -> Sequence[Item]:
    """Everything of this turn that the router's conversation does not hold yet."""
    progress = context.record.progress
    told = outputs(progress, context.panel)
    if progress.round_of().anew or (progress.routed and progress.routed.direct):
        return [*prompts.quoted(context.earlier), prompts.for_router(context.said), *told]
    return told
