"""Connections from outside: strangers can neither keep them nor fill the memory through them.

1. A request has to arrive within some seconds, from its first byte or from the opening of its
   connection. aiohttp itself waits for an hour.
2. All connections together hold so many bytes of requests that are not yet answered, and each of
   them little more than one request. The one that holds most has to go.
3. There are so many connections at most. For a new one, the one that has waited longest goes.
4. Requests that Slack has signed are exempt from all that while they are handled.
"""

import asyncio
import logging
from dataclasses import dataclass
from math import inf
from typing import cast

from bot import runtime
from bot.logs import RepeatedWarning

log = logging.getLogger(__name__)

_SWEEP_EVERY = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class Limits:
    """How much strangers may take."""

    connections: int
    largest: int  # bytes of one request, with all that is sent behind it
    held: int = 16 * 1024 * 1024  # bytes of all requests that are not yet answered
    arrival: float = 15.0  # seconds that a request may take to arrive


class GuardedConnection(asyncio.Protocol):
    """Passes on what arrives to the *handler* of one connection, and lets the guard count it."""

    transport: asyncio.Transport

    def __init__(self, handler: asyncio.Protocol, guard: "ConnectionGuard") -> None:
        self._handler = handler
        self._guard = guard
        self.since = runtime.monotonic()  # when it was opened, or its last request answered
        self.deadline = inf  # for the whole of the request that is arriving
        self.held = 0  # bytes
        self.is_exempt = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._guard.add(self)
        self._handler.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self._guard.count(self, len(data))
        if not self.transport.is_closing():
            self._handler.data_received(data)

    def eof_received(self) -> bool | None:
        return self._handler.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._guard.remove(self)
        self._handler.connection_lost(exc)

    def pause_writing(self) -> None:
        self._handler.pause_writing()

    def resume_writing(self) -> None:
        self._handler.resume_writing()


class ConnectionGuard:
    """Keeps the connections of one server within *limits*."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open: dict[asyncio.BaseTransport, GuardedConnection] = {}
        self._held = 0  # bytes, by all of them
        self._ended = RepeatedWarning(log, "web.connection.ended")

    def exempt(self, transport: asyncio.BaseTransport | None) -> None:
        """Leave a connection alone until its request is answered: Slack has signed that."""
        if transport and (connection := self._open.get(transport)):
            connection.is_exempt = True
            connection.deadline = inf

    def answered(self, transport: asyncio.BaseTransport | None) -> None:
        """Take note that the request of a connection has been handled."""
        if transport and (connection := self._open.get(transport)):
            self._held -= connection.held
            connection.held, connection.is_exempt = 0, False
            connection.since, connection.deadline = runtime.monotonic(), inf

    def add(self, connection: GuardedConnection) -> None:
        """Take in a new connection; end the one that has waited longest if there are too many."""
        connection.deadline = runtime.monotonic() + self._limits.arrival
        self._open[connection.transport] = connection
        if len(self._open) > self._limits.connections:
            self._end(min(self._endable(), key=lambda other: other.since), "too many")

    def remove(self, connection: GuardedConnection) -> None:
        if self._open.pop(connection.transport, None):
            self._held -= connection.held

    def count(self, connection: GuardedConnection, size: int) -> None:
        """Count *size* more bytes that a connection holds; end the largest if it is too much."""
        if connection.transport not in self._open:
            return
        connection.held += size
        self._held += size
        if connection.is_exempt:
            return
        connection.deadline = min(connection.deadline, runtime.monotonic() + self._limits.arrival)
        if connection.held > self._limits.largest:
            self._end(connection, "too large a request")
        elif self._held > self._limits.held:
            self._end(max(self._endable(), key=lambda other: other.held), "too much together")

    async def watch(self) -> None:
        """End connections whose requests arrive too slowly, until cancelled."""
        while True:
            await asyncio.sleep(_SWEEP_EVERY)
            now = runtime.monotonic()
            for connection in [*self._open.values()]:
                if connection.deadline < now:
                    self._end(connection, "too slow a request")

    def _endable(self) -> list[GuardedConnection]:
        return [connection for connection in self._open.values() if not connection.is_exempt]

    def _end(self, connection: GuardedConnection, reason: str) -> None:
        connection.transport.abort()
        self.remove(connection)
        self._ended.tell(reason)
