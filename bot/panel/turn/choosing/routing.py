"""The first stage of a turn: who is to answer.

The router chooses experts by calling them as tools; so does an expert who consults colleagues.
People may also name experts themselves, or press a button, and then the router is not asked.
"""

import logging
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from bot.panel.budgets.ledger import OverBudget
from bot.panel.errors import ModelRefused, ModelUnavailable
from bot.panel.intake.addressing import addressed
from bot.panel.journal.events import ExpertCalled, Routed, RouterAsked, RouterBegan
from bot.panel.journal.posts import TOO_MANY
from bot.panel.journal.progress import Progress
from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import (
    Begun,
    Item,
    Prompt,
    Responded,
    TextWritten,
    ToolCalled,
    ToolsRunning,
)
from bot.panel.language_model.expert_calls import as_one_each, not_consulted
from bot.panel.language_model.model_client import ResponseRestarted, answer_in
from bot.panel.model import CallId, Expert, Panel, Wish
from bot.panel.retries import retry
from bot.panel.roster.suggestions import MOST_AT_ONCE
from bot.panel.routing.corrections import Correction
from bot.panel.texts import sentences
from bot.panel.texts.answers import limited
from bot.panel.threads import follow_ups
from bot.panel.turn.choosing import unsure
from bot.panel.turn.choosing.first_look import likely_experts, question
from bot.panel.turn.choosing.selection import Selection, Start
from bot.panel.turn.model_requests import router_prompt
from bot.panel.turn.turn_context import EventSink, TurnContext, ignore_event
from bot.panel.usage import NO_USAGE

log = logging.getLogger(__name__)


async def route(context: TurnContext, start: Start) -> None:
    """Find out who answers, and *start* each expert the moment it is called."""
    experts = _named_by_people(context)
    if context.turn.verdict:
        await _continue_after_verdict(context, start)
    elif 0 < len(experts) <= MOST_AT_ONCE:
        await _call_directly(context, experts, start)
    else:
        if experts:
            await context.writer.post(TOO_MANY, sentences.too_many(len(experts), MOST_AT_ONCE))
        steer = context.turn.steer
        examples = await _examples(context)
        likely = () if steer and steer.chosen else await likely_experts(context, examples)
        if await unsure.is_left_to_people(context):
            return
        if len(likely) == 1:
            await _call_directly(context, likely, start)
        else:
            await context.in_conversation(partial(_ask_router, context, start, likely, examples))


def _named_by_people(context: TurnContext) -> tuple[Expert, ...]:
    """Return the experts that people addressed, or chose at the press of a button."""
    if steer := context.turn.steer:
        return follow_ups.wanted(steer, context.panel)
    return addressed(context.turn.messages, context.panel)


async def _call_directly(context: TurnContext, experts: tuple[Expert, ...], start: Start) -> None:
    known = {call.id for call in context.progress.calls}
    steer = context.turn.steer
    deeper = steer is not None and steer.wish is Wish.DEEPER
    for expert in experts:
        call = prompts.direct_call(context.turn.id, expert, deeper=deeper)
        if call.id not in known:
            context.record.note_with_next(ExpertCalled(call))
            start(call)
    likelihoods = context.progress.likelihoods
    threshold = _threshold(context) if likelihoods else 0.0
    await context.record.note(Routed(direct=True, likelihoods=likelihoods, threshold=threshold))


def _threshold(context: TurnContext) -> float:
    """Return from which likelihood experts are asked after a first look."""
    look = context.rules.look
    return look.thresholds.wanted if look else 0.0


async def _continue_after_verdict(context: TurnContext, start: Start) -> None:
    """Let the expert that asked for approval go on, unless the approval has ended meanwhile."""
    request = context.approvals.decided
    if request and not context.progress.calls:
        call = prompts.continuing(request.call, context.turn.id)
        context.record.note_with_next(ExpertCalled(call))
        start(call)
    await context.record.note(Routed(direct=True))


async def _ask_router(
    context: TurnContext, start: Start, likely: Sequence[Expert], examples: Sequence[Correction]
) -> None:
    """Let the router choose: of those who are *likely* wanted, or of all."""
    conversation, asked = await context.conversations.router(), question(context)
    prompt = router_prompt(context, conversation, asked, examples=examples)
    if likely:
        names = {prompts.tool_name(expert.name) for expert in likely}
        prompt = replace(prompt, tools=tuple(tool for tool in prompt.tools if tool.name in names))
    ref = prompts.ref(context.turn)
    response = await choose_experts(context, prompt, start, ref=ref, panel=context.panel)
    text = limited(response.text)
    await context.record.note(
        Routed(
            text,
            usage=response.usage,
            model=response.model,
            cut=response.cut,
            why=response.why,
            likelihoods=context.progress.likelihoods,
            threshold=_threshold(context) if likely else 0.0,
        )
    )


async def _examples(context: TurnContext) -> Sequence[Correction]:
    """Return what people corrected of questions like this one, where that is kept."""
    if (examples := context.services.examples) is None:
        return ()
    said = "\n".join(message.text for message in context.input.question)
    return await examples.near(context.turn.thread, said)


async def choose_experts(
    context: TurnContext,
    prompt: Prompt,
    start: Start,
    *,
    ref: str,
    panel: Panel,
    by: CallId | None = None,
    repeated: bool = False,
    watch: EventSink = ignore_event,
) -> Responded:
    """Let a model choose experts of *panel*, and *start* them as soon as they are called.

    Returns the response. *by* is the call of the expert who chooses; None: the router does. The
    journal's RouterAsked and RouterBegan stand for an expert who chooses, too.
    *repeated* where the prompt may have arrived before, when nobody could be chosen yet. Whoever
    calls only experts that there are not is told which there are, and chooses once more.
    """
    usage = NO_USAGE
    while True:
        answered = context.progress.round_of(by).answered
        further = [item for one in answered for item in not_consulted(one, panel)]
        request = replace(prompt, items=(*prompt.items, *as_one_each(further)))
        selection = Selection(context, panel, by, start)
        response = await _choose(context, request, selection, ref, by, watch, repeated=repeated)
        round_, usage = context.progress.round_of(by), usage + response.usage
        if not round_.may_choose_again:
            return replace(response, usage=usage)
        answering = tuple(one.call_id for one in round_.strangers)
        await context.record.note(RouterAsked(answering, by=by))


async def _choose(
    context: TurnContext,
    prompt: Prompt,
    selection: Selection,
    ref: str,
    by: CallId | None,
    watch: EventSink,
    *,
    repeated: bool,
) -> Responded:
    record, begun = context.record, context.progress.round_of(by)
    asked = RouterAsked(tuple(one.call_id for one in begun.answered), by=by)
    await record.note(asked)
    events = context.services.client.ask(
        prompt, ref=ref, repeated=repeated or begun.asked or record.in_doubt, begun=begun.response
    )
    response = Responded("")
    with selection.open():
        try:
            async with aclosing(events):
                async for event in events:
                    watch(event)
                    match event:
                        case Begun(name):
                            await record.note(RouterBegan(name, by=by))
                        case ToolCalled():
                            await selection.take(event)
                        case ResponseRestarted():
                            await record.note(asked)
                            selection.restart()
                        case Responded():
                            response = event
                        case TextWritten() | ToolsRunning():
                            pass
        except ModelRefused as error:
            if not context.progress.round_of(by).all_calls:
                raise
            log.warning("choice.cut", extra={"reason": str(error)})
            await record.note(asked)  # whoever was called by then is consulted all the same
            selection.restart()
            why = error.sentence if isinstance(error, OverBudget) else ""
            response = await _left(context, prompt, selection, ref, by, why)
    return response


async def _left(
    context: TurnContext,
    prompt: Prompt,
    selection: Selection,
    ref: str,
    by: CallId | None,
    why: str,
) -> Responded:
    """Return what the conversation holds of a lost response that is not asked for again.

    The calls in it are taken. *why* it is not is said if that is not all.
    """
    model, backoff = context.services.client.model, context.rules.timeouts.backoff
    response = context.progress.round_of(by).response
    is_whole = bool(response) and await retry(
        partial(model.is_whole, response), backoff, on=ModelUnavailable
    )
    since = partial(model.since, prompt.conversation, ref)
    stored = await retry(since, backoff, on=ModelUnavailable)
    left = Responded("", cut=True, why=why)
    for event in answer_in(stored or (), prompt.items):
        if isinstance(event, ToolCalled):
            await selection.take(event)
        elif isinstance(event, Responded):
            left = event if is_whole else replace(event, cut=True, why=why)
    return left


def outputs(progress: Progress, panel: Panel, by: CallId | None = None) -> list[Item]:
    """Return the outputs of the calls, and the calls that the conversation may not hold yet."""
    items: list[Item] = []
    round_ = progress.round_of(by)
    for call in round_.all_calls:
        if call.known_as is None or round_.is_cut:
            items.append(prompts.as_tool_call(call, likely=progress.is_likely))
        expert, outcome = panel.find(call.expert), progress.outcome_of(call)
        items.append(prompts.as_tool_output(call, expert, outcome))
    items += (item for one in round_.strangers for item in not_consulted(one, panel))
    return as_one_each(items)
