"""The model client: sends each message to a model once, whatever fails on the way."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass, replace

from bot import runtime
from bot.panel import observing
from bot.panel.budgets.ledger import Bill, Ledger
from bot.panel.errors import ModelRefused, ModelUnavailable
from bot.panel.language_model import estimates
from bot.panel.language_model.conversations import pairing
from bot.panel.language_model.exchange import (
    ABORTED,
    ApprovalGiven,
    Begun,
    Item,
    Judged,
    ModelEvent,
    ModelSaid,
    Prompt,
    Responded,
    TextWritten,
    ToolAnswered,
    ToolCalled,
    ToolsRunning,
    UserSaid,
    WrittenCalls,
    joined,
)
from bot.panel.language_model.fallback import Choice, Fallbacks
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.language_model.tool_names import are_meant
from bot.panel.observing import Kind, Measure, Operation
from bot.panel.retries import Backoff, Retries
from bot.panel.tools import ApprovalWanted

_Send = Callable[[Prompt], AsyncGenerator[ModelEvent, None]]
OnRefusal = Callable[[ModelRefused, str], Awaitable[None]]  # with the model's name


async def ignore_refusal(_refusal: ModelRefused, _model: str) -> None:
    """Leave it to whoever has asked."""


@dataclass(frozen=True, slots=True)
class ResponseRestarted:
    """The response so far is lost, with the calls in it; another one follows."""


class ModelClient:
    """Asks models; while the one that is wanted is unavailable, one of *fallbacks*.

    Each request is held and settled in the *ledger*, where the prompt says who pays for it.
    """

    def __init__(
        self,
        model: LanguageModel,
        backoff: Backoff,
        fallbacks: Fallbacks | None = None,
        ledger: Ledger | None = None,
        *,
        on_refusal: OnRefusal = ignore_refusal,
    ) -> None:
        self.model = model
        self.ledger = ledger
        self.on_refusal = on_refusal
        self._backoff = backoff
        self._fallbacks = fallbacks or Fallbacks()

    async def ask(
        self, prompt: Prompt, *, ref: str, repeated: bool, begun: str = ""
    ) -> AsyncGenerator[ModelEvent | ResponseRestarted, None]:
        """Send *prompt* and yield what the model writes; the last event is Responded.

        *ref* marks the turn's message in the conversation. Where the prompt may have arrived
        before (*repeated*, or after a failure on the way) the conversation is looked at first:
        a stored answer is taken from there, and stored items are not sent again. Of a response
        that may call tools, *begun* by an earlier attempt, some calls may be stored and others
        missing: it is requested anew unless it has ended. Once the retries are spent with a
        model that has not written a word, a fallback is asked. Calls that it wrote as text are
        calls. Raises ModelUnavailable, or
        ModelRefused, if that does not help either; OverBudget is one.
        """
        has_called = False
        async with aclosing(self._ask(prompt, ref=ref, repeated=repeated, begun=begun)) as events:
            async for event in events:
                match event:
                    case ToolCalled():
                        has_called = True
                    case ResponseRestarted():
                        has_called = False
                    case Responded(written=WrittenCalls() as written) if are_meant(written, prompt):
                        for call in written.calls if prompt.may_call and not has_called else ():
                            yield call
                        event = replace(event, text=written.beside, citations=())
                yield event

    async def judge(self, prompt: Prompt) -> Judged:
        """Return how likely each of *prompt*'s tools is wanted. It is asked once, whatever fails.

        Raises NoDecisions, ModelUnavailable or ModelRefused; OverBudget is one.
        """
        with observing.begin(Kind.MODEL_CALL, prompt=prompt) as calling:
            if self.ledger is None or prompt.account is None:
                judged = await self.model.judge(prompt)
            else:
                async with estimates.bill(self.ledger, prompt.account, prompt) as bill:
                    judged = await self.model.judge(prompt)
                    bill.saw(0, judged.usage)
            calling.know(response=Responded("", judged.usage))
            return judged

    async def ask_once(self, prompt: Prompt) -> tuple[Sequence[ToolCalled], Responded]:
        """Return what is called for *prompt*, and the end of a response of which nothing is kept.

        It is asked once, whatever fails. Raises ModelUnavailable or ModelRefused; OverBudget is
        one.
        """
        calls, last = list[ToolCalled](), Responded("")
        with observing.begin(Kind.MODEL_CALL, prompt=prompt) as calling:
            async with aclosing(self._respond(prompt, self.model.respond_once)) as events:
                async for event in events:
                    match event:
                        case ToolCalled():
                            calls.append(event)
                        case Responded():
                            last = event
            calling.know(response=last)
        return calls, last

    async def _ask(
        self, prompt: Prompt, *, ref: str, repeated: bool, begun: str
    ) -> AsyncGenerator[ModelEvent | ResponseRestarted, None]:
        choice = self._fallbacks.choose(prompt.model)
        with (
            observing.begin(Kind.MODEL_CALL, prompt=prompt) as calling,
            closing(_Attempts(self._backoff, choice, calling)) as attempts,
        ):
            while True:
                try:
                    stored = await self.model.since(prompt.conversation, ref) if repeated else None
                    answer = answer_in(stored, prompt.items) if stored else ()
                    if answer and (not _calls(answer) or await self._is_complete(begun)):
                        calling.know(stored=True)
                        for event in answer:
                            yield event
                        return
                    if answer:
                        yield ResponseRestarted()
                    items = (*unsent(prompt.items, stored or ()), *map(aborted, _calls(answer)))
                    request = replace(prompt, items=items, model=attempts.begin())
                    async with aclosing(self._respond(request, self.model.respond)) as events:
                        async for event in events:
                            begun = event.response if isinstance(event, Begun) else begun
                            if repeated and isinstance(event, Responded):
                                # the first try may be there, too
                                await self.model.since(prompt.conversation, ref)
                            yield attempts.take(event)
                except (ModelUnavailable, ModelRefused) as error:
                    if isinstance(error, ModelRefused):
                        await self.on_refusal(error, attempts.model)
                    await attempts.before_next(error)
                    repeated = True
                    yield ResponseRestarted()
                else:
                    return

    def _respond(self, request: Prompt, send: _Send) -> AsyncGenerator[ModelEvent, None]:
        if self.ledger is None or request.account is None:
            return send(request)
        bill = estimates.bill(self.ledger, request.account, request)
        return self._paid(request, send, bill)

    async def _paid(
        self, request: Prompt, send: _Send, bill: Bill
    ) -> AsyncGenerator[ModelEvent, None]:
        async with bill, aclosing(send(request)) as events:
            async for event in events:
                estimates.note(bill, event)
                yield event

    async def _is_complete(self, response: str) -> bool:
        return bool(response) and await self.model.is_whole(response)


class _Attempts:
    """The attempts at one request: which model to ask, and whether to ask again."""

    def __init__(self, backoff: Backoff, choice: Choice, calling: Operation) -> None:
        self._backoff = backoff
        self._retries = Retries(backoff)
        self._choice = choice
        self._calling = calling
        self._has_written = True  # whether the model has written a word of this attempt
        self._running: dict[str, Operation] = {}  # tools of the model's side

    @property
    def model(self) -> str:
        """The model to ask now."""
        return self._choice.model

    def begin(self) -> str:
        """Return the model to ask now."""
        self._has_written = False
        return self.model

    def take(self, event: ModelEvent) -> ModelEvent:
        """Return *event*, with the model that answered where it is not the one wanted."""
        if isinstance(event, TextWritten | ToolCalled):
            if not self._has_written:
                self._calling.know(written_at=runtime.monotonic())
            self._has_written = True
        if isinstance(event, Begun):
            self._calling.know(id=event.response)
        if isinstance(event, ToolCalled):
            self._calling.know(called=True)
        if isinstance(event, ToolsRunning):
            self._run(event.tools)
        if isinstance(event, Responded):
            self._run(())
            self._choice.answered()
            event = replace(event, model=self._choice.replaced)
            self._calling.know(response=event)
            self._calling.end()  # nobody reads any further
        return event

    async def before_next(self, error: ModelUnavailable | ModelRefused) -> None:
        """Wait, or switch to another model; raises *error* if neither helps."""
        self._run(())
        may_switch, self._has_written = not self._has_written, True
        if may_switch and self._choice.is_on_trial and self._choice.give_way(error):
            self._retries = Retries(self._backoff)
            return
        self._calling.measure(Measure.MODEL_RETRIED, 1, {"model": self._choice.model})
        if isinstance(error, ModelUnavailable) and await self._retries.wait(error.after):
            return
        if not (may_switch and self._choice.give_way(error)):
            raise error
        self._retries = Retries(self._backoff)

    def close(self) -> None:
        """Tell observers that no tool runs any more, however it has ended."""
        self._run(())

    def _run(self, tools: Iterable[str]) -> None:
        """Tell observers that these tools run now, and no others."""
        running = {name: self._running.pop(name, None) for name in tools}
        for ended in self._running.values():
            ended.end()
        self._running = {
            name: operation or self._calling.begin(Kind.HOSTED_TOOL, {"tool": name})
            for name, operation in running.items()
        }


def _calls(answer: Sequence[ModelEvent]) -> list[ToolCalled]:
    return [event for event in answer if isinstance(event, ToolCalled)]


def aborted(call: ToolCalled) -> ToolAnswered:
    """Return the answer to a call that will be made again, or not at all."""
    return ToolAnswered(call.call_id, ABORTED)


def unsent(items: Sequence[Item], stored: Sequence[Item]) -> tuple[Item, ...]:
    """Return those of *items* that are not among *stored*, which begins at the turn's message."""
    calls = {item.call_id for item in stored if isinstance(item, ToolCalled)}
    answers = pairing.new_answers(items, stored)

    def is_new(place: int, item: Item) -> bool:
        match item:
            case ToolCalled(call_id=call_id):
                return call_id not in calls
            case ToolAnswered() | ApprovalGiven():
                return place in answers
            case _:
                return not stored

    return tuple(item for place, item in enumerate(items) if is_new(place, item))


def answer_in(stored: Sequence[Item], items: Sequence[Item]) -> Sequence[ModelEvent]:
    """Return the events of the stored response to *items*, if all is stored and answered."""
    if unsent(items, stored):
        return ()
    input_types = UserSaid | ToolAnswered | ApprovalGiven
    inputs = [i for i, item in enumerate(stored) if isinstance(item, input_types)]
    after = stored[inputs[-1] + 1 :]
    calls = [item for item in after if isinstance(item, ToolCalled)]
    wanted = tuple(item for item in after if isinstance(item, ApprovalWanted))
    response = joined(item for item in after if isinstance(item, ModelSaid))
    return [*calls, replace(response, wanted=wanted)] if after else ()
