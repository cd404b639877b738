"""OpenTelemetry's SDK, as this process uses it: it sends to a collector, from threads of its own.

Whatever the collector does (refuse, fail, hang, be gone), nothing waits for it: what is to be sent
lies in a queue that drops what it has no room for, and an end waits a second at most. All else is
configured by the usual variables, ``OTEL_…``, which the SDK reads itself.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar

from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from bot import __version__
from bot.adapters.telemetry import conventions
from bot.adapters.telemetry.descriptions import ModelServer
from bot.adapters.telemetry.evaluations import Evaluations
from bot.adapters.telemetry.ids import GivenIds
from bot.adapters.telemetry.spans import SpanObserver
from bot.logs import RepeatedWarning

GRACE = 1.0  # seconds that an end waits for the collector

# They tell of each attempt, with what the collector has said; we tell once a minute that it fails.
_TALKATIVE = ("opentelemetry.exporter", "opentelemetry.sdk._shared_internal")

log = logging.getLogger(__name__)

Failed = Callable[[int], None]  # takes how many were not sent
E = TypeVar("E", OTLPSpanExporter, OTLPLogExporter)


def _telling(exporter: E, failed: Failed) -> E:
    """Return *exporter*, which tells how many it could not send."""
    export = exporter.export

    def export_and_tell(batch: Any) -> Any:
        result = export(batch)
        if result.name != "SUCCESS":
            failed(len(batch))
        return result

    exporter.export = export_and_tell  # type: ignore[assignment, method-assign]
    return exporter


class Exporting:
    """Sends what is observed of a process in that *role*; what is said, if it *captures* that."""

    def __init__(self, role: str, server: ModelServer, *, captures: bool) -> None:
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._loop = asyncio.get_running_loop()
        self._warning = RepeatedWarning(log, "traces.not_sent")
        resource, given = _resource(role), GivenIds()
        spans = TracerProvider(resource=resource, id_generator=given, shutdown_on_exit=False)
        spans.add_span_processor(BatchSpanProcessor(_telling(OTLPSpanExporter(), self._failed)))
        events = LoggerProvider(resource=resource, shutdown_on_exit=False)
        sending = _telling(OTLPLogExporter(), self._failed)
        events.add_log_record_processor(BatchLogRecordProcessor(sending))
        self._providers = (spans, events)
        evaluations = Evaluations(events, captures=captures)
        self.observer = SpanObserver(spans, given, server, evaluations, captures=captures)

    async def close(self, grace: float = GRACE) -> None:
        """Send what is left, as far as the collector takes it within *grace* seconds."""
        self.observer.make_all()
        closed = asyncio.Event()
        Thread(target=self._shut_down, args=(closed,), daemon=True).start()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await closed.wait()

    def _shut_down(self, closed: asyncio.Event) -> None:
        threads = [Thread(target=one.shutdown, daemon=True) for one in self._providers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._tell(closed.set)

    def _failed(self, number: int) -> None:
        self._tell(lambda: self._warning.tell("the collector did not take them", number=number))

    def _tell(self, callback: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            self._loop.call_soon_threadsafe(callback)


def _resource(role: str) -> Resource:
    ours = {"service.version": __version__, conventions.ROLE: role}
    resource = Resource.create(ours)
    if str(resource.attributes["service.name"]).startswith("unknown_service"):
        return resource.merge(Resource({"service.name": "panelbot"}))
    return resource
