"""Spans of what goes on: an observer that OpenTelemetry's SDK gets them from.

1. Only what is put on the queue and the attempts at turns begin a trace. What else belongs to none
   (the events of a busy channel that concern nobody, looks at an empty queue) leaves no span.
2. No span is ever OpenTelemetry's current one: which operation is part of which, its observer is
   told. So none can be left current where a generator is closed by another task.
3. While operations go on, they only get ids. Spans are made soon after their end, many at once:
   one by one that takes several times as long, as the processor's caches hold other things.
4. A trip to Redis and a wait for Slack's limits get a span if they take long, or fail: most take no
   time worth a look.
5. A name is one of few, and no error's message gets out: both may hold what people wrote.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    Status,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from bot import __version__, runtime
from bot.adapters.telemetry import content, conventions, ids
from bot.adapters.telemetry.descriptions import ModelServer, described, error_of
from bot.adapters.telemetry.evaluations import Evaluations
from bot.adapters.telemetry.ids import GivenIds
from bot.panel import observing
from bot.panel.model import Claim, Turn
from bot.panel.observing import Kind, Measure, Observed, Observer

_PARTS = frozenset(
    {Kind.ANSWER, Kind.CONSULTATION, Kind.MODEL_CALL, Kind.HOSTED_TOOL, Kind.SLACK_CALL}
)
_PARTS_IF_LONG = frozenset({Kind.REDIS_CALL, Kind.SLACK_WAIT})
_LONG = 0.05  # seconds
_SOON = 0.2  # seconds
_AT_ONCE = 50  # spans that are made without a break: some 2 ms
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_NOWHERE = Context()
_headers = TraceContextTextMapPropagator()

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Place:
    """Where an operation is in its trace, which may be kept or not."""

    trace: int
    span: int
    around: SpanContext | None
    is_kept: bool = True
    links: Sequence[Link] = ()

    @property
    def context(self) -> SpanContext:
        return SpanContext(self.trace, self.span, is_remote=False, trace_flags=_SAMPLED)


class SpanObserver(Observer):
    """Makes spans with *provider*, whose ids are *given*; with what is said if it *captures* it."""

    def __init__(
        self,
        provider: TracerProvider,
        given: GivenIds,
        server: ModelServer,
        evaluations: Evaluations,
        *,
        captures: bool,
    ) -> None:
        version = {conventions.CONVENTIONS: conventions.GEN_AI_VERSION}
        self._tracer = provider.get_tracer("panelbot", __version__, attributes=version)
        self._sampler = provider.sampler
        self._given = given
        self._server = server
        self._evaluations = evaluations
        self._captures = captures
        self._ended: list[tuple[Observed, _Place, float]] = []

    def begun(self, operation: Observed) -> None:
        if operation.kind in _PARTS and (around := _place_around(operation)):
            operation.notes = _part(operation, around)
        elif operation.kind in (Kind.PUT, Kind.TURN):
            operation.notes = place = self._root(operation)
            trace, flags = f"{place.trace:032x}", int(place.is_kept)
            operation.traceparent = f"00-{trace}-{place.span:016x}-{flags:02x}"
            operation.trace_id = trace if place.is_kept else ""

    def ended(self, operation: Observed) -> None:
        if operation.kind in _PARTS_IF_LONG and (operation.seconds > _LONG or error_of(operation)):
            around = _place_around(operation)
            operation.notes = around and _part(operation, around)
        place: _Place | None = operation.notes
        is_known = operation.kind is Kind.PUT and not operation.known.get("added")
        if place is None or not place.is_kept or (is_known and not operation.error):
            return
        if not self._ended:
            asyncio.get_running_loop().call_later(_SOON, self.make)
        self._ended.append((operation, place, runtime.time()))

    def measured(
        self, measure: Measure, value: float, known: dict[str, Any], during: Observed
    ) -> None:
        if measure is Measure.FEEDBACK:
            self._evaluations.tell(known["feedback"])

    def make(self) -> None:
        """Make spans of what has ended, some of them now."""
        ended, self._ended = self._ended[:_AT_ONCE], self._ended[_AT_ONCE:]
        if self._ended:
            asyncio.get_running_loop().call_soon(self.make)
        for one in ended:
            try:
                self._make(*one)
            except Exception:
                log.exception("span.not_made")

    def make_all(self) -> None:
        while self._ended:
            self.make()

    def _make(self, operation: Observed, place: _Place, ended_at: float) -> None:
        name, kind, attributes = described(operation, self._server)
        error = error_of(operation)
        if error:
            attributes[conventions.ERROR] = error
        if operation.kind in (Kind.TURN, Kind.ANSWER):
            attributes[conventions.OUTCOME] = str(operation.outcome)
        if self._captures and operation.kind is Kind.MODEL_CALL:
            known = operation.known
            attributes |= content.said(known["prompt"], known.get("response"))
        self._given.trace, self._given.span = place.trace, place.span
        began_at = round((ended_at - operation.seconds) * 1e9)
        around = _context(place.around)
        span = self._tracer.start_span(name, around, kind, attributes, place.links, began_at)
        if error:
            span.set_status(Status(StatusCode.ERROR))
        span.end(round(ended_at * 1e9))

    def _root(self, operation: Observed) -> _Place:
        if operation.kind is Kind.PUT:
            message = operation.known["message"]
            turn = Turn.of(operation.known["thread"], (message,)).id  # unless others wait there
            place = _Place(ids.trace_of(turn), ids.any_span(), None)
        else:
            place = _place_of_turn(operation.known["claim"])
        name, kind, attributes = described(operation, self._server)
        asked = (_context(place.around), place.trace, name, kind, attributes, place.links)
        place.is_kept = self._sampler.should_sample(*asked).decision is not Decision.DROP
        return place


def _place_around(operation: Observed) -> _Place | None:
    """Return the place of the innermost operation that *operation* is part of and that has one."""
    around = operation.parent
    while around is not None and around.notes is None:
        around = around.parent
    return around.notes if around else None


def _part(operation: Observed, around: _Place) -> _Place:
    span = ids.any_span()
    if operation.kind is Kind.CONSULTATION and _attempt(operation) == 1:
        span = ids.consultation(operation.known["turn"].id, operation.known["consultation"].call.id)
    return _Place(around.trace, span, around.context, around.is_kept)


def _attempt(operation: Observed) -> int:
    around = operation.parent
    while around is not None and around.kind is not Kind.TURN:
        around = around.parent
    return around.known["claim"].attempt if around else 0


def _place_of_turn(claim: Claim) -> _Place:
    """An attempt goes on with the trace of the message that began the turn.

    It is linked to all messages that it answers, and to the turn's first attempt.
    """
    turn, trace = claim.turn, ids.trace_of(claim.turn.id)
    sent = [context for one in turn.messages if (context := _context_in(one.traceparent))]
    began = next((one for one in sent if one.trace_id == trace), None)
    links, first = [Link(context) for context in sent], ids.first_attempt(turn.id)
    if claim.attempt == 1:
        return _Place(trace, first, began, links=links)
    earlier = SpanContext(trace, first, is_remote=True, trace_flags=_SAMPLED)
    links.append(Link(earlier, {conventions.ATTEMPT: 1}))
    return _Place(trace, ids.any_span(), began, links=links)


def _context_in(traceparent: str) -> SpanContext | None:
    """Return what a message in the queue says of its span; None if that is nothing of use."""
    span = get_current_span(_headers.extract({"traceparent": traceparent}, _NOWHERE))
    context = span.get_span_context()
    return context if context.is_valid else None


def _context(around: SpanContext | None) -> Context:
    return set_span_in_context(NonRecordingSpan(around), _NOWHERE) if around else _NOWHERE


def current_ids() -> Mapping[str, str]:
    """Return the ids of the current trace and span, by the names that logs have for them."""
    operation = observing.current()
    if not isinstance(operation, Observed) or not operation.trace_id:
        return {}
    place = operation.notes or _place_around(operation)
    return {"trace_id": operation.trace_id, "span_id": f"{place.span:016x}"} if place else {}
