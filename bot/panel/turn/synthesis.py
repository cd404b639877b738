"""The last stage of a turn: the router learns what was said, and may sum it up."""

import logging
from collections.abc import Sequence
from contextlib import aclosing
from functools import partial

from bot.panel.budgets.ledger import OverBudget
from bot.panel.errors import ModelRefused
from bot.panel.journal.events import Closed, ClosingStarted
from bot.panel.journal.progress import Progress
from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import Item, Responded
from bot.panel.language_model.model_client import ResponseRestarted, unsent
from bot.panel.model import ConversationId, Synthesis
from bot.panel.replies.failure_notice import MENDABLE
from bot.panel.texts import sentences
from bot.panel.texts.answers import limited, says_nothing
from bot.panel.turn.choosing.routing import outputs
from bot.panel.turn.model_requests import router_prompt
from bot.panel.turn.turn_context import TurnContext

log = logging.getLogger(__name__)


async def close(context: TurnContext) -> None:
    """Give the router all outputs at once; post what it says itself, and never nothing."""
    record = context.record
    if record.progress.closed is None:
        closed = await context.in_conversation(partial(_return_outputs, context))
        record.note_with_next(closed)  # the synthesis, or what ends the turn
    progress, post = record.progress, context.writer.post
    routed, synthesis = progress.routed, progress.closed
    if routed and not progress.calls and not says_nothing(routed.text):
        await post("router", routed.text, reply=True, is_cut=routed.cut)
    if synthesis and synthesis.missing:
        await post("synthesis", sentences.synthesis_missing(synthesis.why))
    elif synthesis and not says_nothing(synthesis.text):
        await post("synthesis", synthesis.text, reply=True, is_cut=synthesis.cut)
    is_moot = context.turn.verdict and not progress.calls  # the approval had ended
    if not (record.posts.said_something or is_moot):
        await context.writer.post("refused", sentences.nothing_said())


def wants_synthesis(progress: Progress, setting: Synthesis) -> bool:
    """Return whether the router is to say something after the experts."""
    if progress.without_credit or (progress.over_budget and not progress.answers):
        return False
    if progress.awaits_approval and not progress.answers:
        return False  # an answer comes with the verdict
    if not progress.answers:
        return not progress.only_refused  # nobody answered: the router has to
    match setting:
        case Synthesis.AUTO:
            return len(progress.answers) > 1
        case Synthesis.ALWAYS:
            return True
        case Synthesis.NEVER:
            return False


async def _return_outputs(context: TurnContext) -> Closed:
    progress = context.progress
    if not progress.round_of().called:
        return Closed()
    items = _outputs(context)
    conversation = await context.conversations.router()
    router = progress.round_of()
    repeated = router.closing or router.is_cut or context.record.in_doubt
    await context.record.note(ClosingStarted())
    is_missing, why = False, ""
    if wants_synthesis(progress, context.panel.synthesis):
        try:
            return await _sum_up(context, conversation, items, repeated=repeated)
        except OverBudget as error:
            if not context.progress.answers:
                raise
            why = error.sentence  # but it learns what was said
            is_missing = repeated = True  # an earlier try may have been sent
        except ModelRefused as error:
            if error.fault in MENDABLE or not context.progress.answers:
                raise
            log.warning("synthesis.missing", extra={"reason": str(error)})
            is_missing = repeated = True
    try:
        await _append(context, conversation, items, repeated=repeated)
    except ModelRefused:
        if not is_missing:
            raise
    return Closed(missing=is_missing, why=why)


async def _append(
    context: TurnContext, conversation: ConversationId, items: Sequence[Item], *, repeated: bool
) -> None:
    ref, model = prompts.ref(context.turn), context.services.client.model
    stored = await model.since(conversation, ref) if repeated else None
    if missing := unsent(items, stored or ()):
        await model.append(conversation, missing)
        if repeated:
            await model.since(conversation, ref)  # an earlier try may have been stored since


async def _sum_up(
    context: TurnContext, conversation: ConversationId, items: Sequence[Item], *, repeated: bool
) -> Closed:
    await context.writer.show_status(sentences.closing())
    prompt = router_prompt(context, conversation, items, closing=True)
    ref = prompts.ref(context.turn)
    events = context.services.client.ask(prompt, ref=ref, repeated=repeated)
    async with context.streamed("synthesis") as on_event, aclosing(events):
        async for event in events:
            on_event(event)
            match event:
                case ResponseRestarted():
                    await context.record.note(ClosingStarted())
                case Responded():
                    return Closed(limited(event.text), event.usage, event.model, event.cut)
    return Closed()


def _outputs(context: TurnContext) -> Sequence[Item]:
    """Return everything of this turn that the router's conversation does not hold yet."""
    progress = context.progress
    items = outputs(progress, context.panel)
    router = progress.round_of()
    if router.anew or router.is_cut or (progress.routed and progress.routed.direct):
        question = prompts.for_router(context.input.question)
        return [*prompts.quoted(context.input.unread.said), question, *items]
    return items
