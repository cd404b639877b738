"""Letting a model choose experts: the router, or an expert who consults others."""

from collections.abc import Callable
from contextlib import aclosing

from bot.panel.journal.events import (
    CallAdopted,
    ExpertCalled,
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
from bot.panel.language_model.requests import ResponseRestarted, ask
from bot.panel.model import Call, CallId, Panel
from bot.panel.turn.turn_context import TurnContext

Start = Callable[[Call], None]


async def choose(
    context: TurnContext,
    prompt: Prompt,
    start: Start,
    *,
    ref: str,
    among: Panel,
    by: CallId | None = None,
    repeated: bool = False,
) -> Responded:
    """Ask, and *start* each expert the moment it is called; returns what was said besides.

    *by* is the call of the expert who chooses; None: the router does. *repeated* where the prompt
    may have arrived before, when nobody could be chosen yet.
    """
    record, begun = context.record, context.record.progress.round_of(by)
    await record.note(RouterAsked(by=by))
    answer = ask(
        context.model,
        prompt,
        ref=ref,
        repeated=repeated or begun.asked,
        timeouts=context.timeouts,
        fallbacks=context.fallbacks,
        begun=begun.response,
    )
    said = Responded("")
    async with aclosing(answer) as events:
        async for event in events:
            match event:
                case Begun(response):
                    await record.note(RouterBegan(response, by=by))
                case ToolCalled():
                    await _take(context, event, start, among, by)
                case ResponseRestarted():
                    await record.note(RouterAsked(by=by))
                case Responded():
                    said = event
                case TextWritten():
                    pass
    return said


async def _take(
    context: TurnContext, wish: ToolCalled, start: Start, among: Panel, by: CallId | None
) -> None:
    """Take up a call: start the expert, or go on with the one already started for it."""
    record = context.record
    call = prompts.called(wish, among, by)
    if call is None:
        await record.note(StrangerCalled(wish.call_id, wish.tool, by=by))
    elif started := record.progress.round_of(by).forgotten_call(call.expert):
        await record.note(CallAdopted(started.id, known_as=wish.call_id))
    else:
        await record.note(ExpertCalled(call))
        start(call)


def outputs(progress: Progress, among: Panel, by: CallId | None = None) -> list[Item]:
    """Return what became of the calls, and those that the conversation does not hold yet."""
    items: list[Item] = []
    for call in progress.round_of(by).calls:
        if call.known_as is None:
            items.append(prompts.as_tool_call(call))
        outcome = progress.outcomes[call.id]
        items.append(prompts.as_tool_output(call, among.find(call.expert), outcome))
    strangers = progress.round_of(by).strangers
    return items + [prompts.no_such_expert(one.call_id, one.name, among) for one in strangers]
