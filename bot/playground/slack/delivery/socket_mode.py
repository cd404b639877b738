"""Deliveries over the WebSockets that the bot has opened."""

import asyncio
import json
from contextlib import suppress
from itertools import count

from aiohttp import WSMsgType, web

from bot.json_types import Json
from bot.playground.slack.delivery.delivery import Attempt, Delivery, Undelivered
from bot.playground.slack.workspace.company import APP_ID

_MOST_CONNECTIONS = 10
_DEBUG = {"host": "playground", "build_number": 1, "approximate_connection_time": 18060}


class SocketCarrier:
    """Gives each delivery to one of the open connections, in turn."""

    late = "timeout"

    def __init__(self) -> None:
        self.url = ""  # of the WebSocket; known once the server runs
        self._tickets: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._requests: dict[web.WebSocketResponse, web.Request] = {}
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}
        self._numbers = count(1)
        self._next = count()
        self._opened = asyncio.Event()

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._sockets)

    async def wait_for_connection(self) -> None:
        """Wait until there is a connection."""
        await self._opened.wait()

    def new_url(self) -> str:
        """Return a URL with which one connection can be opened."""
        ticket = f"ticket-{next(self._numbers)}"
        self._tickets.add(ticket)
        return f"{self.url}?ticket={ticket}&app_id={APP_ID}"

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve a connection until one side closes it."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="invalid_ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        if len(self._sockets) >= _MOST_CONNECTIONS:
            await socket.send_json(self._message("disconnect", reason="too_many_websockets"))
            await socket.close()
            return socket
        await self._serve(socket, request)
        return socket

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the bot to reconnect, as Slack does every few hours."""
        for socket in tuple(self._sockets):
            self._forget(socket)
            with suppress(ConnectionError):
                await socket.send_json(self._message("disconnect", reason=reason))

    def drop(self) -> None:
        """Break all connections without closing them properly."""
        for socket in tuple(self._sockets):
            self._forget(socket)
            if transport := self._requests[socket].transport:
                transport.abort()

    async def close(self) -> None:
        """Close all connections."""
        for socket in tuple(self._sockets):
            self._forget(socket)
            await socket.close()

    async def carry(self, delivery: Delivery, attempt: Attempt) -> Json | None:
        if not self._sockets:
            raise Undelivered("no_connection")
        envelope_id = f"envelope-{next(self._numbers)}"
        return await self.carry_text(
            envelope_id, json.dumps(_envelope(envelope_id, delivery, attempt))
        )

    async def carry_text(self, envelope_id: str, text: str) -> Json | None:
        """Send *text* as it is; returns the answer to the envelope *envelope_id*."""
        socket = self._sockets[next(self._next) % len(self._sockets)]
        answer: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        try:
            await socket.send_str(text)
            return await answer
        except ConnectionError:
            raise Undelivered("connection_failed") from None
        finally:
            del self._waiting[envelope_id]

    async def _serve(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._sockets.append(socket)
        self._requests[socket] = request
        try:
            await socket.send_json(self._message("hello"))
            self._opened.set()
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            self._forget(socket)
            del self._requests[socket]

    def _message(self, kind: str, **more: str) -> Json:
        message = {"type": kind, "num_connections": len(self._sockets), "debug_info": _DEBUG}
        return message | {"connection_info": {"app_id": APP_ID}} | more

    def _acknowledge(self, text: str) -> None:
        try:
            answer = json.loads(text)
        except ValueError:
            return
        envelope_id = answer.get("envelope_id") if isinstance(answer, dict) else None
        acknowledged = self._waiting.get(envelope_id or "")
        if acknowledged and not acknowledged.done():
            acknowledged.set_result(answer.get("payload"))

    def _forget(self, socket: web.WebSocketResponse) -> None:
        if socket in self._sockets:
            self._sockets.remove(socket)
        if not self._sockets:
            self._opened.clear()


def _envelope(envelope_id: str, delivery: Delivery, attempt: Attempt) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "type": "interactive" if delivery.kind == "options" else delivery.kind,
        "payload": delivery.payload,
        "accepts_response_payload": delivery.kind != "events_api",
    }
    if delivery.kind == "events_api":
        envelope |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
    return envelope
