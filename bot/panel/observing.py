"""What goes on in a process, told to those who observe it: metrics and traces.

Code says when an operation begins and ends, and what else is worth counting; it does not know who
listens. Where nobody does, that costs next to nothing: what is told are the objects at hand, and
each observer takes from them what it may show. None of it may block or wait; what an observer
raises is logged, and harms nothing.

1. ``begin`` gives an operation that its caller ends, in any task: it may last across a ``yield``.
2. ``within`` makes it the current one as well, the parent of what begins meanwhile. That is for
   coroutines only: a generator may be closed by another task, whose current operation is another.
   ``tests/panel/test_observing.py`` holds it.

Whoever starts the parts of the bot binds the observers, as a Runtime is bound; tasks inherit them.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from types import TracebackType
from typing import Any, Protocol, Self

from bot import runtime
from bot.panel.errors import GiveUp, TryLater, TurnLost

log = logging.getLogger(__name__)


class Kind(StrEnum):
    """The kinds of operations, with what is known of each: at its beginning; at its end."""

    RECEIVE = "receive"  # -; status - a payload of Slack's, until it is acknowledged
    PUT = "put"  # thread, message; added - a message is put on the queue
    TURN = "turn"  # claim; failure: an error - one attempt at a turn
    ANSWER = "answer"  # -; - what the panel does in such an attempt
    CONSULTATION = "consultation"  # consultation, turn; result: what became of it
    MODEL_CALL = "model_call"  # prompt; id, written_at, called, response, stored - with retries
    TOOL_CALL = "tool_call"  # function - an expert that is a function
    HOSTED_TOOL = "hosted_tool"  # tool; - one that the model's side runs: its name, or a server's
    SLACK_CALL = "slack_call"  # method; - one request
    SLACK_WAIT = "slack_wait"  # method; - until the rate limits allow the call
    REDIS_CALL = "redis_call"  # commands, each with a name; - a round trip


class Measure(StrEnum):
    """What else is counted, with what is known of it; by one, unless a value is named."""

    FIRST_REPLY = "first_reply"  # turn; seconds from its first message to the first reply
    LEFT_OUT = "left_out"  # calls of experts for which there was no room in the turn
    OVER_BUDGET = "over_budget"  # level; requests that a budget did not allow
    LEASE_NOT_RENEWED = "lease_not_renewed"  # the store was away
    UNREADABLE = "unreadable"  # what: "turn", "journal", "last_state"
    REQUEST_REFUSED = "request_refused"  # requests that Slack has not signed
    MODEL_RETRIED = "model_retried"  # model; further attempts at a model call
    MODEL_REPLACED = "model_replaced"  # model; by a fallback
    CONVERSATION_GONE = "conversation_gone"  # and opened anew
    FEEDBACK = "feedback"  # feedback; somebody's opinion of a reply
    STORE_UNAVAILABLE = "store_unavailable"  # code; refusals and failures of the store


class Outcome(StrEnum):
    """How an operation ended."""

    OK = "ok"
    REFUSED = "refused"  # a repetition would fail the same way
    UNAVAILABLE = "unavailable"  # try again later
    RATE_LIMITED = "rate_limited"
    AMBIGUOUS = "ambiguous"  # it may have taken effect
    CANCELLED = "cancelled"
    LOST = "lost"  # another worker has the turn by now
    FAILED = "failed"  # a mistake of ours, or unknown
    # Of turns:
    ANSWERED = "answered"
    POSTPONED = "postponed"
    GIVEN_UP = "given_up"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    HANDED_OVER = "handed_over"


class Operation:
    """Something that goes on. Nobody observes this one."""

    trace_id = ""  # if it is traced and its trace is kept
    traceparent = ""  # with what others go on with its trace; it also tells whether that is kept

    def begin(self, _kind: Kind, _known: dict[str, Any], /) -> "Operation":
        """Return an operation that is part of this one."""
        return self

    def measure(self, _measure: Measure, _value: float, _known: dict[str, Any], /) -> None:
        """Tell what has happened meanwhile."""

    def know(self, **known: Any) -> None:
        """Add what is known by now."""

    def conclude(self, outcome: Outcome) -> None:
        """Say how it will have ended, whatever ends it."""

    def end(self, error: BaseException | None = None) -> None:
        """End it, by *error* if there is one; only the first time counts."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end(error)


class Observer(Protocol):
    """Who observes operations."""

    def begun(self, operation: "Observed") -> None:
        """Hear that *operation* has begun."""

    def ended(self, operation: "Observed") -> None:
        """Hear that *operation* has ended."""

    def measured(
        self, measure: Measure, value: float, known: dict[str, Any], during: "Observed"
    ) -> None:
        """Hear of what is counted; *during* is the operation that it happened in."""


class Observed(Operation):
    """An operation that *observers* observe, as part of *parent*; *kind* is None at the root."""

    began_at = 0.0  # by the loop's clock
    ended_at: float | None = None
    outcome: Outcome | None = None
    error: BaseException | None = None
    notes: Any = None  # for the one observer that needs a place for its own

    def __init__(
        self,
        observers: Sequence[Observer],
        kind: Kind | None = None,
        parent: "Observed | None" = None,
        known: dict[str, Any] | None = None,
    ) -> None:
        self._observers = observers
        self.kind = kind
        self.parent = parent
        self.known = known or {}

    @property
    def seconds(self) -> float:
        return 0.0 if self.ended_at is None else self.ended_at - self.began_at

    def begin(self, kind: Kind, known: dict[str, Any], /) -> "Operation":
        operation = Observed(self._observers, kind, self, known)
        operation.began_at = runtime.monotonic()
        if self.traceparent:
            operation.trace_id, operation.traceparent = self.trace_id, self.traceparent
        for observer in self._observers:
            try:
                observer.begun(operation)
            except Exception:
                log.exception("observer.failed")
        return operation

    def measure(self, measure: Measure, value: float, known: dict[str, Any], /) -> None:
        for observer in self._observers:
            try:
                observer.measured(measure, value, known, self)
            except Exception:
                log.exception("observer.failed")

    def know(self, **known: Any) -> None:
        self.known |= known

    def conclude(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def end(self, error: BaseException | None = None) -> None:
        if self.ended_at is not None or self.kind is None:
            return
        self.error, self.ended_at = error, runtime.monotonic()
        if self.outcome is None:
            self.outcome = Outcome.OK if error is None else _outcome_of(error)
        for observer in self._observers:
            try:
                observer.ended(self)
            except Exception:
                log.exception("observer.failed")


NOT_OBSERVED = Operation()

_current: ContextVar[Operation] = ContextVar("operation", default=NOT_OBSERVED)


def bind(observers: Sequence[Observer]) -> None:
    """Let *observers* observe the current task, and the tasks that it starts."""
    _current.set(Observed(observers) if observers else NOT_OBSERVED)


def current() -> Operation:
    """Return the innermost operation that goes on in the current task."""
    return _current.get()


def begin(kind: Kind, **known: Any) -> Operation:
    """Return an operation that begins now, as part of the current one: a context manager."""
    return _current.get().begin(kind, known)


@contextmanager
def within(kind: Kind, **known: Any) -> Iterator[Operation]:
    """Begin an operation that is the current one inside the block, and ends with it."""
    operation = _current.get().begin(kind, known)
    if operation is NOT_OBSERVED:
        yield operation
        return
    before = _current.set(operation)
    try:
        with operation:
            yield operation
    finally:
        _current.reset(before)


def count(measure: Measure, value: float = 1, **known: Any) -> None:
    """Tell of what is counted."""
    _current.get().measure(measure, value, known)


def _outcome_of(error: BaseException) -> Outcome:
    match error:
        case asyncio.CancelledError() | GeneratorExit():
            return Outcome.CANCELLED
        case TurnLost():
            return Outcome.LOST
        case TryLater():
            return Outcome.UNAVAILABLE
        case GiveUp():
            return Outcome.REFUSED
        case _:
            return Outcome.FAILED
