"""Asking a model so that it hears each message once, whatever happens on the way."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from bot.panel.errors import ModelRefused, ModelUnavailable
from bot.panel.language_model.exchange import (
    ABORTED,
    ApprovalGiven,
    Begun,
    Item,
    ModelEvent,
    ModelSaid,
    Prompt,
    Responded,
    TextWritten,
    ToolAnswered,
    ToolCalled,
    UserSaid,
    joined,
)
from bot.panel.language_model.fallback import Choice, Fallbacks
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.retries import Retries
from bot.panel.timeouts import Timeouts
from bot.panel.tools import ApprovalWanted


@dataclass(frozen=True, slots=True)
class ResponseRestarted:
    """The response so far is lost, with the calls in it; another one follows."""


async def ask(
    model: LanguageModel,
    prompt: Prompt,
    *,
    ref: str,
    repeated: bool,
    timeouts: Timeouts,
    fallbacks: Fallbacks,
    begun: str = "",
) -> AsyncGenerator[ModelEvent | ResponseRestarted, None]:
    """Send *prompt* and yield what the model writes; the last event is Responded.

    *ref* marks the turn's message in the conversation. Where the prompt may have arrived
    before (*repeated*, or after a failure on the way) the conversation is looked at first:
    a stored answer is taken from there, stored items are not sent again. Of a response that
    may call tools, *begun* by an earlier try, some calls may be stored and others missing:
    it is asked for anew unless it is whole. Once the retries are spent with a model that has not
    written a word, the next of *fallbacks* is asked. Raises ModelUnavailable, or ModelRefused,
    if that helps no more.
    """
    tries = _Tries(timeouts, fallbacks.choose(prompt.model))
    while True:
        try:
            stored = await model.since(prompt.conversation, ref) if repeated else None
            answer = answer_in(stored, prompt.items) if stored else ()
            if answer and (not _calls(answer) or await _is_whole(model, begun)):
                for event in answer:
                    yield event
                return
            if answer:
                yield ResponseRestarted()
            items = (*unsent(prompt.items, stored or ()), *map(aborted, _calls(answer)))
            request = replace(prompt, items=items, model=tries.begin())
            async with aclosing(model.respond(request)) as events:
                async for event in events:
                    begun = event.response if isinstance(event, Begun) else begun
                    yield tries.hear(event)
        except (ModelUnavailable, ModelRefused) as error:
            await tries.before_another(error)
            repeated = True
            yield ResponseRestarted()
        else:
            return


class _Tries:
    """What was tried for one request, and what else can be."""

    def __init__(self, timeouts: Timeouts, choice: Choice) -> None:
        self._timeouts = timeouts
        self._retries = Retries(timeouts.backoff)
        self._choice = choice
        self._is_waiting = False  # for the first word of the model

    def begin(self) -> str:
        """Return the model to ask now."""
        self._is_waiting = True
        return self._choice.model

    def hear(self, event: ModelEvent) -> ModelEvent:
        """Return *event* with the model that it is from, where that is not the one wanted."""
        if isinstance(event, TextWritten | ToolCalled):
            self._is_waiting = False
        if isinstance(event, Responded):
            self._choice.answered()
            return replace(event, model=self._choice.replaced)
        return event

    async def before_another(self, error: ModelUnavailable | ModelRefused) -> None:
        """Wait, or take another model; raise *error* if neither is of any use."""
        waiting, self._is_waiting = self._is_waiting, False
        if waiting and self._choice.is_on_trial and self._choice.give_way(error):
            self._retries = Retries(self._timeouts.backoff)
            return
        if isinstance(error, ModelUnavailable) and await self._retries.wait(error.after):
            return
        if not (waiting and self._choice.give_way(error)):
            raise error
        self._retries = Retries(self._timeouts.backoff)


async def _is_whole(model: LanguageModel, response: str) -> bool:
    return bool(response) and await model.is_whole(response)


def _calls(answer: Sequence[ModelEvent]) -> list[ToolCalled]:
    return [event for event in answer if isinstance(event, ToolCalled)]


def aborted(call: ToolCalled) -> ToolAnswered:
    """Return the answer to a call that will be made again, or not at all."""
    return ToolAnswered(call.call_id, ABORTED)


def unsent(items: Sequence[Item], stored: Sequence[Item]) -> tuple[Item, ...]:
    """Return those of *items* that are not among *stored*, which begins at the turn's message."""
    calls = {item.call_id for item in stored if isinstance(item, ToolCalled)}
    outputs = {item.call_id for item in stored if isinstance(item, ToolAnswered)}
    decided = {item.request for item in stored if isinstance(item, ApprovalGiven)}

    def is_new(item: Item) -> bool:
        match item:
            case ToolCalled(call_id=call_id):
                return call_id not in calls
            case ToolAnswered(call_id=call_id):
                return call_id not in outputs
            case ApprovalGiven(request=request):
                return request not in decided
            case _:
                return not stored

    return tuple(item for item in items if is_new(item))


def answer_in(stored: Sequence[Item], items: Sequence[Item]) -> Sequence[ModelEvent]:
    """Return the events of the stored response to *items*, if all is stored and answered."""
    if unsent(items, stored):
        return ()
    given = UserSaid | ToolAnswered | ApprovalGiven
    inputs = [i for i, item in enumerate(stored) if isinstance(item, given)]
    after = stored[inputs[-1] + 1 :]
    calls = [item for item in after if isinstance(item, ToolCalled)]
    wanted = tuple(item for item in after if isinstance(item, ApprovalWanted))
    said = joined(item for item in after if isinstance(item, ModelSaid))
    return [*calls, replace(said, wanted=wanted)] if after else ()
