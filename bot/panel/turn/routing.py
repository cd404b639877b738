"""The first stage of a turn: who is to answer."""

from bot.panel.errors import ConversationGone
from bot.panel.intake.addressing import addressed
from bot.panel.journal.events import ExpertCalled, Routed
from bot.panel.language_model import prompts
from bot.panel.model import Expert, Wish
from bot.panel.threads import follow_ups
from bot.panel.turn.expert_selection import Start, choose
from bot.panel.turn.turn_context import TurnContext


async def route(context: TurnContext, start: Start) -> None:
    """Find out who answers, and *start* each expert the moment it is called."""
    if context.turn.verdict:
        await _go_on(context, start)
        return
    steer = context.turn.steer
    experts = (
        follow_ups.wanted(steer, context.panel)
        if steer
        else addressed(context.turn.messages, context.panel)
    )
    if experts:
        await _call_directly(context, experts, start)
        return
    try:
        await _ask_router(context, start)
    except ConversationGone:  # begin anew, with what Slack remembers
        await context.book.forget_router()
        first = context.turn.messages[0]
        context.earlier = await context.transcript.earlier(
            context.turn.thread, before=first.ts, since=None
        )
        await _ask_router(context, start)


async def _call_directly(context: TurnContext, experts: tuple[Expert, ...], start: Start) -> None:
    known = {call.id for call in context.record.progress.calls}
    steer = context.turn.steer
    deeper = steer is not None and steer.wish is Wish.DEEPER
    for expert in experts:
        call = prompts.direct_call(context.turn.id, expert, deeper=deeper)
        if call.id not in known:
            await context.record.note(ExpertCalled(call))
            start(call)
    await context.record.note(Routed(direct=True))


async def _go_on(context: TurnContext, start: Start) -> None:
    """Let the expert go on about whom somebody has decided, unless the matter has ended."""
    decided, progress = context.permission.decided, context.record.progress
    if decided and not progress.calls:
        call = prompts.continuing(decided.call, context.turn.id)
        await context.record.note(ExpertCalled(call))
        start(call)
    await context.record.note(Routed(direct=True))


async def _ask_router(context: TurnContext, start: Start) -> None:
    items = (*prompts.quoted(context.earlier), prompts.for_router(context.said))
    prompt = context.router_prompt(await context.book.router(), items)
    ref = prompts.ref(context.turn)
    said = await choose(context, prompt, start, ref=ref, among=context.panel)
    await context.record.note(Routed(said.text, usage=said.usage, model=said.model))
