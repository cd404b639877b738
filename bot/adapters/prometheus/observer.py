"""What is counted of each operation.

Within a turn, it is only noted what there is to count. That is counted soon afterwards, many at
once: one by one it takes five times as long, as the processor's caches hold other things by then.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from bot import runtime
from bot.adapters.prometheus import metrics
from bot.panel.errors import ModelRefused
from bot.panel.journal.events import ApprovalAsked, ExpertAnswered, ExpertFailed
from bot.panel.language_model.exchange import Responded
from bot.panel.observing import Kind, Measure, Observed, Observer, Outcome
from bot.panel.prices import Prices
from bot.panel.usage import NO_USAGE, Usage

Metric: TypeAlias = Any  # or a series of it: what it can do depends on its type

log = logging.getLogger(__name__)

MOST_NOTED = 500  # what is noted, before it is counted in any case: some 2 ms
OTHER = "other"
_ROUTER = "router"
_OF_TURNS = (
    *(Outcome.OK, Outcome.ANSWERED, Outcome.POSTPONED, Outcome.GIVEN_UP, Outcome.STOPPED),
    *(Outcome.WITHDRAWN, Outcome.LOST, Outcome.HANDED_OVER),
)
_REDIS_CODES = frozenset(
    {
        *("ConnectionError", "TimeoutError", "BUSY", "CLUSTERDOWN", "LOADING", "MASTERDOWN"),
        *("MISCONF", "NOAUTH", "NOPERM", "NOREPLICAS", "OOM", "READONLY", "TRYAGAIN", "WRONGPASS"),
    }
)
_COUNTERS: Mapping[Measure, Metric] = {
    Measure.LEFT_OUT: metrics.LEFT_OUT,
    Measure.OVER_BUDGET: metrics.OVER_BUDGET,
    Measure.LEASE_NOT_RENEWED: metrics.RENEWALS_FAILED,
    Measure.UNREADABLE: metrics.UNREADABLE,
    Measure.REQUEST_REFUSED: metrics.REQUESTS_REFUSED,
    Measure.MODEL_RETRIED: metrics.MODEL_RETRIES,
    Measure.MODEL_REPLACED: metrics.MODEL_REPLACED,
    Measure.CONVERSATION_GONE: metrics.CONVERSATIONS_GONE,
    Measure.STORE_UNAVAILABLE: metrics.REDIS_ERRORS,
}


class MetricsObserver(Observer):
    """Counts what goes on; *experts* and the models of *prices* have names of their own."""

    def __init__(self, experts: Collection[str], prices: Prices, provider: str) -> None:
        self._experts = frozenset(experts)
        self._prices = prices
        self._provider = provider
        self._series: dict[tuple[Metric, tuple[str, ...]], Metric] = {}
        self._over: list[Observed] = []  # operations, still to be counted
        self._trips: list[tuple[float, str]] = []  # seconds, and traces: most operations are these
        self._noted: list[tuple[Callable[..., None], tuple[Any, ...]]] = []  # what else there is
        self._running = 0
        for outcome in _OF_TURNS:  # so that the first of each is seen as one more
            self._of(metrics.TURN, outcome)

    def begun(self, operation: Observed) -> None:
        if operation.kind is Kind.TURN:
            self._running += 1
            self._note(self._turn_begun, operation, runtime.time())

    def ended(self, operation: Observed) -> None:
        if operation.kind is Kind.REDIS_CALL:  # whose commands may be large
            self._trips.append((operation.seconds, operation.trace_id))
        else:
            self._over.append(operation)
            if operation.kind is Kind.TURN:
                self._running -= 1
        if len(self._over) + len(self._trips) >= MOST_NOTED:
            self.count()

    def measured(
        self, measure: Measure, value: float, known: dict[str, Any], during: Observed
    ) -> None:
        self._note(self._measured, measure, value, known, during)

    def _note(self, count: Callable[..., None], *what: Any) -> None:
        self._noted.append((count, what))
        if len(self._noted) >= MOST_NOTED:
            self.count()

    def count(self) -> None:
        noted, self._noted = self._noted, []
        over, self._over = self._over, []
        trips, self._trips = self._trips, []
        for seconds, trace_id in trips:
            metrics.REDIS_TRIP.observe(seconds, {"trace_id": trace_id} if trace_id else None)
        for count, what in (*noted, *((self._ended, (operation,)) for operation in over)):
            try:
                count(*what)
            except Exception:
                log.exception("metrics.not_counted")
        metrics.TURNS_RUNNING.set(self._running)

    def _turn_begun(self, operation: Observed, now: float) -> None:
        claim = operation.known["claim"]
        if claim.attempt > 1 or claim.postponed:
            metrics.RESUMED.inc()
        elif claim.turn.messages:
            waited = max(0.0, now - float(claim.turn.messages[0].ts))
            self._observe(operation, metrics.TURN_WAIT, seconds=waited)

    def _ended(self, operation: Observed) -> None:
        known, outcome = operation.known, operation.outcome or ""
        match operation.kind:
            case Kind.SLACK_WAIT:
                self._observe(operation, metrics.SLACK_WAIT)
            case Kind.SLACK_CALL:
                self._observe(operation, metrics.SLACK_CALL, known["method"])
                self._of(metrics.SLACK_CALLS, known["method"], outcome).inc()
            case Kind.RECEIVE:
                self._observe(operation, metrics.ACKNOWLEDGEMENT, str(known.get("status", OTHER)))
            case Kind.PUT if "added" in known:
                self._of(metrics.MESSAGES, "queued" if known["added"] else "known").inc()
            case Kind.TURN:
                self._observe(operation, metrics.TURN, outcome)
            case Kind.CONSULTATION:
                expert = self._expert(operation)
                self._observe(operation, metrics.CONSULTATION, expert)
                self._of(metrics.CONSULTATIONS, expert, _result(operation)).inc()
            case Kind.TOOL_CALL:
                self._observe(operation, metrics.FUNCTION, outcome)
            case Kind.MODEL_CALL if not known.get("stored"):
                self._model_called(operation)

    def _measured(
        self, measure: Measure, value: float, known: dict[str, Any], during: Observed
    ) -> None:
        if measure is Measure.FIRST_REPLY:
            self._observe(during, metrics.FIRST_REPLY, seconds=value)
        elif measure is Measure.FEEDBACK:
            self._of(metrics.FEEDBACK, known["feedback"].opinion).inc()
        elif counter := _COUNTERS.get(measure):
            self._of(counter, *(self._bounded(name, known[name]) for name in known)).inc(value)

    def _of(self, metric: Metric, *labels: str) -> Metric:
        """Return the series of *metric* with these labels; its own look-up takes much longer."""
        series = self._series.get((metric, labels))
        if series is None:
            series = self._series[metric, labels] = metric.labels(*labels) if labels else metric
        return series

    def _observe(
        self, operation: Observed, metric: Metric, *labels: str, seconds: float | None = None
    ) -> None:
        exemplar = {"trace_id": operation.trace_id} if operation.trace_id else None
        self._of(metric, *labels).observe(
            operation.seconds if seconds is None else seconds, exemplar
        )

    def _bounded(self, label: str, value: str) -> str:
        if label == "model":
            return self._prices.listed(value) or OTHER
        return OTHER if label == "code" and value not in _REDIS_CODES else value

    def _expert(self, operation: Observed | None) -> str:
        while operation and operation.kind is not Kind.CONSULTATION:
            operation = operation.parent
        if operation is None:
            return _ROUTER
        name: str = operation.known["consultation"].expert.name
        return name if name in self._experts else OTHER

    def _model_called(self, operation: Observed) -> None:
        response: Responded | None = operation.known.get("response")
        model = (response and response.model) or operation.known["prompt"].model
        labels = ("chat", self._provider, self._bounded("model", model))
        self._observe(operation, metrics.MODEL_CALL, *labels, _error_type(operation))
        if written_at := operation.known.get("written_at"):
            seconds = written_at - operation.began_at
            self._observe(operation, metrics.FIRST_CHUNK, *labels, seconds=seconds)
        if response and response.usage != NO_USAGE:
            self._count(response.usage, labels)
            cost = self._prices.cost(model, response.usage)
            if cost is None:
                metrics.UNPRICED.inc()
            else:
                self._of(metrics.COST, labels[-1], self._expert(operation)).inc(float(cost))

    def _count(self, usage: Usage, labels: tuple[str, ...]) -> None:
        self._of(metrics.INPUT, *labels).inc(usage.input)
        self._of(metrics.OUTPUT, *labels).inc(usage.output)
        if usage.cached:
            self._of(metrics.CACHE_READ, *labels).inc(usage.cached)
        if written := usage.extras.written + usage.extras.written_12h:
            self._of(metrics.CACHE_WRITE, *labels).inc(written)


def _result(operation: Observed) -> str:
    match operation.known.get("result"):
        case ExpertAnswered():
            return "answered"
        case ApprovalAsked():
            return "approval_asked"
        case ExpertFailed(failure=failure):
            return failure.value
        case _:
            return operation.outcome or OTHER


def _error_type(operation: Observed) -> str:
    """Return what the convention calls ``error.type``: one of our words, or nothing."""
    if isinstance(operation.error, ModelRefused):
        return operation.error.fault
    if operation.error is None or operation.outcome is Outcome.OK:
        return ""
    return type(operation.error).__name__
