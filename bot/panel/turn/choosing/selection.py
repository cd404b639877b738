"""What becomes of the calls that a model makes while it chooses experts.

1. An expert who is called waits for the end of the response, a moment at most: what it is asked
   besides goes with the same message. What comes later is another one, or, where it asks the
   same, has the same answer.
2. A turn has a maximum of consultations. Whoever calls more is told so.
3. Calls of a response that was lost, with what they have started, are found again by their expert.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from bot.panel import observing
from bot.panel.journal.events import CallAdopted, ExpertCalled, StrangerCalled
from bot.panel.journal.posts import LEFT_OUT
from bot.panel.journal.selection_rounds import Round
from bot.panel.language_model import expert_calls, prompts
from bot.panel.language_model.exchange import ToolCalled
from bot.panel.model import Call, CallId, Panel
from bot.panel.observing import Measure
from bot.panel.texts import sentences
from bot.panel.turn.turn_context import TurnContext

Start = Callable[[Call], None]


class Selection:
    """The calls of one response, made by the router or, as *by*, by an expert."""

    def __init__(self, context: TurnContext, panel: Panel, by: CallId | None, start: Start) -> None:
        self._context = context
        self._panel = panel
        self._by = by
        self._start = start
        self._waiting: dict[CallId, asyncio.TimerHandle] = {}
        self._made: set[CallId] = set()  # by this response
        self._chooser: asyncio.Task[object] | None = None
        self._cancelled_before = 0  # how often the chooser was: a failed TaskGroup counts as well

    @contextmanager
    def open(self) -> Iterator[None]:
        """Let calls wait meanwhile, with those that an earlier attempt has not asked yet."""
        self._chooser = asyncio.current_task()
        self._cancelled_before = self._chooser.cancelling() if self._chooser else 0
        for call in unasked(self._context, self._by):
            self._let_wait(call)
        try:
            yield
            self._start_waiting()
        finally:
            for timer in self._waiting.values():
                timer.cancel()

    def restart(self) -> None:
        """Begin again: the response so far is lost, but not what its calls have started."""
        self._made.clear()

    async def take(self, made: ToolCalled) -> None:
        """Consult whom *made* calls, or go on with what is there for the call."""
        for one in expert_calls.called_one_by_one(made, self._panel):
            await self._take(one)

    async def _take(self, made: ToolCalled) -> None:
        record = self._context.record
        taken = {call.id for each in record.progress.rounds.values() for call in each.all_calls}
        id_ = prompts.own_id(self._context.turn.id, made.call_id, self._by, taken)
        expert = expert_calls.expert_called(made.tool, self._panel)
        if expert is None:
            await self._turn_away(made, id_)
            return
        call = expert_calls.as_call(made, expert, id_, self._by)
        if forgotten := self._forgotten(call):
            self._made.add(forgotten.id)
            if not made.written:
                await record.note(CallAdopted(forgotten.id, known_as=made.call_id))
        elif joins := self._answering(call):
            self._note(replace(call, joins=joins))
        elif record.progress.consultations_by_models >= self._context.rules.consultations:
            await self._turn_away(made, id_, limit=self._context.rules.consultations)
        else:
            self._note(call)
            self._let_wait(call)

    def _note(self, call: Call) -> None:
        self._made.add(call.id)
        self._context.record.note_with_next(ExpertCalled(call))  # until then nothing comes of it

    async def _turn_away(self, made: ToolCalled, id_: CallId, limit: int = 0) -> None:
        call_id = id_ if made.written else made.call_id
        if limit:
            observing.count(Measure.LEFT_OUT)
        await self._context.record.note(
            StrangerCalled(call_id, made.tool, made.written, limit, by=self._by)
        )

    @property
    def _round(self) -> Round:
        return self._context.progress.round_of(self._by)

    def _forgotten(self, call: Call) -> Call | None:
        """Return a call of an earlier response that *call* repeats: at best, word for word."""
        calls = [
            one
            for one in self._round.calls_of(call.expert)
            if one.known_as is None and one.id not in self._made
        ]
        alike = (one for one in calls if expert_calls.asks_the_same(one, call))
        return next(alike, None) or next(iter(calls), None)

    def _answering(self, call: Call) -> CallId | None:
        """Return the call that answers *call*, too."""
        calls = self._round.calls_of(call.expert)
        alike = (one for one in calls if expert_calls.asks_the_same(one, call))
        waiting = (one for one in calls if one.id in self._waiting)
        found = next(alike, None) or next(waiting, None)
        return (found.joins or found.id) if found else None

    def _let_wait(self, call: Call) -> None:
        pause = self._context.rules.timeouts.further_calls
        loop = asyncio.get_running_loop()
        self._waiting[call.id] = loop.call_later(pause, self._start_one, call)

    def _start_one(self, call: Call) -> None:
        """Start *call*, unless whoever chose it is being cancelled, which may take a while."""
        self._waiting.pop(call.id).cancel()
        if not (self._chooser and self._chooser.cancelling() > self._cancelled_before):
            self._context.started.add(call.id)
            self._start(call)

    def _start_waiting(self) -> None:
        for call in self._round.calls:
            if call.id in self._waiting:
                self._start_one(call)


def unasked(context: TurnContext, by: CallId | None = None) -> tuple[Call, ...]:
    """Return the calls that wait while a model still chooses experts."""
    round_, progress = context.progress.round_of(by), context.progress
    is_choosing = round_.asked and round_.routed is None
    known = progress.asked | progress.outcomes.keys() | context.started
    return tuple(call for call in round_.calls if is_choosing and call.id not in known)


async def post_left_out(context: TurnContext) -> None:
    """Name the experts that were not asked because the turn has consulted enough."""
    called = (expert_calls.expert_called(name, context.panel) for name in context.progress.left_out)
    if titles := dict.fromkeys(expert.title for expert in called if expert):
        line = sentences.left_out([*titles], context.rules.consultations)
        await context.writer.post(LEFT_OUT, line)
