"""A collector: takes OTLP over HTTP as a real one does, and decodes it as OpenTelemetry does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Encoded


@dataclass(frozen=True)
class Span:
    """A span as it arrived, its attributes as a dict."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent: str  # its id; empty: none
    links: tuple[tuple[str, str], ...]  # traces and spans
    attributes: Mapping[str, Any]
    resource: Mapping[str, Any]
    is_error: bool


@dataclass(frozen=True)
class Event:
    """A log record with a name."""

    name: str
    trace_id: str
    span_id: str
    attributes: Mapping[str, Any]


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Collector:
    """What has arrived, and what is answered instead, if anything."""

    spans: list[Span] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    answer: Answer | None = None
    forgets: bool = False
    url: str = ""

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Take a request of either kind."""
        body = await request.read()
        if self.forgets:
            return web.Response()
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        if self.answer:
            return await self.answer(request)
        if request.path == "/v1/traces":
            self._take_spans(body)
        else:
            self._take_events(body)
        return web.Response(content_type="application/x-protobuf")

    def named(self, name: str) -> list[Span]:
        """Return the spans of that name."""
        return [span for span in self.spans if span.name == name]

    def _take_spans(self, body: bytes) -> None:
        for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource = _attributes(of_resource.resource.attributes)
            for scope in of_resource.scope_spans:
                self.spans += [_span(span, resource) for span in scope.spans]

    def _take_events(self, body: bytes) -> None:
        for of_resource in ExportLogsServiceRequest.FromString(body).resource_logs:
            for scope in of_resource.scope_logs:
                for one in scope.log_records:
                    ids = (one.trace_id.hex(), one.span_id.hex())
                    self.events.append(Event(one.event_name, *ids, _attributes(one.attributes)))


def _span(span: Encoded, resource: Mapping[str, Any]) -> Span:
    return Span(
        span.name,
        Encoded.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        tuple((link.trace_id.hex(), link.span_id.hex()) for link in span.links),
        _attributes(span.attributes),
        resource,
        span.status.code == 2,
    )


def _attributes(pairs: Any) -> Mapping[str, Any]:
    return {pair.key: _value(pair) for pair in pairs}


def _value(pair: KeyValue) -> Any:
    value = pair.value
    if value.WhichOneof("value") == "array_value":
        return [one.string_value for one in value.array_value.values]
    return getattr(value, value.WhichOneof("value") or "string_value")


@asynccontextmanager
async def collector() -> AsyncIterator[Collector]:
    """Listen on this machine."""
    taking = Collector()
    app = web.Application(client_max_size=2**26)
    app.router.add_post("/v1/{signal}", taking.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    taking.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield taking
    finally:
        await runner.cleanup()


async def main() -> None:
    """Take what comes and forget it, as a process of its own; print its address first."""
    async with collector() as taking:
        taking.forgets = True
        print(taking.url, flush=True)  # noqa: T201 - for whoever starts it
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
