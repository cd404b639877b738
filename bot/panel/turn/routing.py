"""The first stage of a turn: who is to answer.

The router chooses experts by calling them as tools; so does an expert who consults colleagues.
People may also name experts themselves, or press a button, and then the router is not asked.
"""

from collections.abc import Callable
from contextlib import aclosing
from functools import partial

from bot.panel.intake.addressing import addressed
from bot.panel.journal.events import (
    CallAdopted,
    ExpertCalled,
    Routed,
    RouterAsked,
    RouterBegan,
    StrangerCalled,
)
from bot.panel.journal.progress import Progress
from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import (
    Begun,
    Item,
    Prompt,
    Responded,
    TextWritten,
    ToolCalled,
)
from bot.panel.language_model.model_client import ResponseRestarted
from bot.panel.model import Call, CallId, Expert, Panel, Wish
from bot.panel.texts.answers import limited
from bot.panel.threads import follow_ups
from bot.panel.turn.turn_context import TurnContext

Start = Callable[[Call], None]


async def route(context: TurnContext, start: Start) -> None:
    """Find out who answers, and *start* each expert the moment it is called."""
    if context.turn.verdict:
        await _continue_after_verdict(context, start)
    elif experts := _named_by_people(context):
        await _call_directly(context, experts, start)
    else:
        await context.in_conversation(partial(_ask_router, context, start))


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
            await context.record.note(ExpertCalled(call))
            start(call)
    await context.record.note(Routed(direct=True))


async def _continue_after_verdict(context: TurnContext, start: Start) -> None:
    """Let the expert that asked for approval go on, unless the approval has ended meanwhile."""
    request = context.approvals.decided
    if request and not context.progress.calls:
        call = prompts.continuing(request.call, context.turn.id)
        await context.record.note(ExpertCalled(call))
        start(call)
    await context.record.note(Routed(direct=True))


async def _ask_router(context: TurnContext, start: Start) -> None:
    given = context.input
    items = (*prompts.quoted(given.earlier), prompts.for_router(given.question))
    prompt = context.router_prompt(await context.conversations.router(), items)
    ref = prompts.ref(context.turn)
    response = await choose_experts(context, prompt, start, ref=ref, panel=context.panel)
    text = limited(response.text)
    await context.record.note(Routed(text, usage=response.usage, model=response.model))


async def choose_experts(
    context: TurnContext,
    prompt: Prompt,
    start: Start,
    *,
    ref: str,
    panel: Panel,
    by: CallId | None = None,
    repeated: bool = False,
) -> Responded:
    """Let a model choose experts of *panel*, and *start* each the moment it is called.

    Returns the response. *by* is the call of the expert who chooses; None: the router does. The
    journal's RouterAsked and RouterBegan stand for an expert who chooses, too.
    *repeated* where the prompt may have arrived before, when nobody could be chosen yet.
    """
    record, begun = context.record, context.progress.round_of(by)
    await record.note(RouterAsked(by=by))
    events = context.services.client.ask(
        prompt,
        ref=ref,
        repeated=repeated or begun.asked or record.in_doubt,
        begun=begun.response,
    )
    response = Responded("")
    async with aclosing(events):
        async for event in events:
            match event:
                case Begun(name):
                    await record.note(RouterBegan(name, by=by))
                case ToolCalled():
                    await _start_called(context, event, start, panel, by)
                case ResponseRestarted():
                    await record.note(RouterAsked(by=by))
                case Responded():
                    response = event
                case TextWritten():
                    pass
    return response


async def _start_called(
    context: TurnContext, tool_call: ToolCalled, start: Start, panel: Panel, by: CallId | None
) -> None:
    """Start the expert that was called, or go on with the one already started for the call."""
    record = context.record
    taken = {call.id for call in record.progress.all_calls}
    id_ = prompts.own_id(context.turn.id, tool_call.call_id, by, taken)
    call = prompts.called(tool_call, panel, id_, by)
    if call is None:
        await record.note(StrangerCalled(tool_call.call_id, tool_call.tool, by=by))
    elif started := record.progress.round_of(by).forgotten_call(call.expert):
        await record.note(CallAdopted(started.id, known_as=tool_call.call_id))
    else:
        await record.note(ExpertCalled(call))
        start(call)


def outputs(progress: Progress, panel: Panel, by: CallId | None = None) -> list[Item]:
    """Return the outputs of the calls, and the calls that the conversation does not hold yet."""
    items: list[Item] = []
    for call in progress.round_of(by).calls:
        if call.known_as is None:
            items.append(prompts.as_tool_call(call))
        outcome = progress.outcomes[call.id]
        items.append(prompts.as_tool_output(call, panel.find(call.expert), outcome))
    unknown = progress.round_of(by).strangers
    return items + [prompts.no_such_expert(call.call_id, call.name, panel) for call in unknown]
