"""Spans of what goes on: an observer that OpenTelemetry's SDK gets them from.

1. Only what is put on the queue and the attempts at turns begin a trace. What else belongs to none
   (the events of a busy channel that concern nobody, looks at an empty queue) leaves no span.
2. No span is ever OpenTelemetry's current one: which operation is part of which, its observer is
   told. So none can be left current where a generator is closed by another task.
3. A trip to Redis and a wait for Slack's limits get a span if they take long, or fail: there are
   many, and most take no time worth a look, but would double what traces take.
4. A name is one of few, and no error's message gets out: both may hold what people wrote.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    Status,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from bot import __version__, runtime
from bot.adapters.telemetry import content, conventions, descriptions, ids
from bot.adapters.telemetry.descriptions import ModelServer
from bot.adapters.telemetry.evaluations import Evaluations
from bot.adapters.telemetry.ids import DerivedIds
from bot.panel import observing
from bot.panel.model import Claim
from bot.panel.observing import Kind, Measure, Observed, Observer

_ROOTS = (Kind.PUT, Kind.TURN)
_AFTERWARDS = (Kind.REDIS_CALL, Kind.SLACK_WAIT)
_LONG = 0.05  # seconds
_SCOPE = "panelbot"
_NOWHERE = Context()
_headers = TraceContextTextMapPropagator()


class SpanObserver(Observer):
    """Makes spans with *provider*, whose ids are *ids*; with what is said if it *captures* that."""

    def __init__(
        self,
        provider: TracerProvider,
        ids: DerivedIds,
        server: ModelServer,
        evaluations: Evaluations,
        *,
        captures: bool,
    ) -> None:
        version = {conventions.CONVENTIONS: conventions.GEN_AI_VERSION}
        self._tracer = provider.get_tracer(_SCOPE, __version__, attributes=version)
        self._ids = ids
        self._server = server
        self._evaluations = evaluations
        self._captures = captures

    def begun(self, operation: Observed) -> None:
        if operation.kind not in _AFTERWARDS:
            self._begin(operation)

    def _begin(self, operation: Observed, at: int | None = None) -> None:
        parent = _span_around(operation)
        if parent is None and operation.kind not in _ROOTS:
            return
        if (described := descriptions.begun(operation, self._server)) is None:
            return
        around, links, trace, span_id = _place(operation, parent)
        with self._ids.wanted(trace=trace, span=span_id):
            span = self._tracer.start_span(
                described.name, around, described.kind, dict(described.attributes), links, at
            )
        operation.notes = span
        operation.traceparent = _traceparent(span)
        if span.is_recording():
            operation.trace_id = operation.traceparent.split("-")[1]

    def ended(self, operation: Observed) -> None:
        if operation.kind in _AFTERWARDS and _is_worth_a_look(operation):
            self._begin(operation, round((runtime.time() - operation.seconds) * 1e9))
        span: Span | None = operation.notes
        if span is None or not span.is_recording():
            return
        if operation.kind is Kind.PUT and not operation.known.get("added") and not operation.error:
            return  # the same message again: no turn comes of it
        span.set_attributes(dict(descriptions.ended(operation)))
        if self._captures and operation.kind is Kind.MODEL_CALL:
            span.set_attributes(_said(operation))
        if descriptions.error_of(operation):
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    def measured(
        self, measure: Measure, value: float, known: dict[str, Any], during: Observed
    ) -> None:
        if measure is Measure.FEEDBACK:
            self._evaluations.tell(known["feedback"])


def _is_worth_a_look(operation: Observed) -> bool:
    return operation.seconds > _LONG or bool(descriptions.error_of(operation))


def _span_around(operation: Observed) -> Span | None:
    """Return the span of the innermost operation that *operation* is part of and that has one."""
    around = operation.parent
    while around is not None and around.notes is None:
        around = around.parent
    return around.notes if around else None


def _place(operation: Observed, parent: Span | None) -> tuple[Context, Sequence[Link], int, int]:
    """Return the context of a new span, its links, and the ids that its trace and it must have."""
    known, around = operation.known, set_span_in_context(parent, _NOWHERE) if parent else _NOWHERE
    match operation.kind:
        case Kind.PUT:
            return around, (), ids.trace_of(ids.turn_of(known["thread"], known["message"])), 0
        case Kind.TURN:
            return _place_of_turn(known["claim"])
        case Kind.CONSULTATION if _attempt(operation) == 1:
            call = known["consultation"].call
            return around, (), 0, ids.consultation(known["turn"].id, call.id)
        case _:
            return around, (), 0, 0


def _place_of_turn(claim: Claim) -> tuple[Context, Sequence[Link], int, int]:
    """An attempt goes on with the trace of the message that began the turn.

    It is linked to all messages that it answers, and to the turn's first attempt.
    """
    turn, trace = claim.turn, ids.trace_of(claim.turn.id)
    sent = [context for one in turn.messages if (context := _context_of(one.traceparent))]
    links = [Link(context) for context in sent]
    began = next((one for one in sent if one.trace_id == trace), None)
    around = set_span_in_context(NonRecordingSpan(began), _NOWHERE) if began else _NOWHERE
    first = ids.first_attempt(turn.id)
    if claim.attempt == 1:
        return around, links, trace, first
    flags = TraceFlags(TraceFlags.SAMPLED)
    earlier = SpanContext(trace, first, is_remote=True, trace_flags=flags)
    return around, [*links, Link(earlier, {conventions.ATTEMPT: 1})], trace, 0


def _attempt(operation: Observed) -> int:
    """Return which attempt at a turn *operation* is part of; 0 if of none."""
    around = operation.parent
    while around is not None and around.kind is not Kind.TURN:
        around = around.parent
    return around.known["claim"].attempt if around else 0


def _context_of(traceparent: str) -> SpanContext | None:
    """Return what a message in the queue says of its span; None if that is nothing of use."""
    context = get_current_span(_headers.extract({"traceparent": traceparent}, _NOWHERE))
    found = context.get_span_context()
    return found if found.is_valid else None


def _traceparent(span: Span) -> str:
    context = span.get_span_context()
    flags = context.trace_flags & TraceFlags.SAMPLED
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{flags:02x}"


def _said(operation: Observed) -> dict[str, str]:
    response = operation.known.get("response")
    asked = content.of_request(operation.known["prompt"])
    return asked | content.of_response(response) if response else asked


def current_ids() -> Mapping[str, str]:
    """Return the ids of the current trace and span, by the names that logs have for them."""
    operation = observing.current()
    if not operation.trace_id:
        return {}
    return {"trace_id": operation.trace_id, "span_id": operation.traceparent.split("-")[2]}
