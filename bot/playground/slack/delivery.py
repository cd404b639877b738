"""Bringing events, commands and actions to the bot: over Socket Mode or as signed HTTP."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout, WSMsgType, web

from bot.playground.slack.workspace import Json

Kind = Literal["events_api", "slash_commands", "interactive"]

RETRY_AFTER = (0.0, 60.0, 300.0)  # Slack's own: at once, after a minute, after five
ACKNOWLEDGE_WITHIN = 3.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something for the bot."""

    kind: Kind
    payload: Json


@dataclass(frozen=True, slots=True)
class Attempt:
    """How often this has been tried before, and why it is tried again."""

    number: int = 0
    reason: str = ""


class Carrier(Protocol):
    """A way to the bot."""

    async def carry(self, delivery: Delivery, attempt: Attempt) -> Json | None:
        """Deliver and return what the bot answered; raises Undelivered."""
        ...


class Undelivered(Exception):
    """The bot did not acknowledge; the message is Slack's word for why."""


class SocketCarrier:
    """Websockets that the bot has opened."""

    def __init__(self) -> None:
        self._sockets: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}
        self._numbers = count(1)
        self._turn = count()
        self._opened = asyncio.Event()

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._sockets)

    async def wait_for_connection(self) -> None:
        """Return as soon as there is a connection."""
        await self._opened.wait()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Hold a connection until one side closes it."""
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self._sockets) + 1,
                "debug_info": {"host": "playground", "approximate_connection_time": 18060},
                "connection_info": {"app_id": "A0PANELBOT"},
            }
        )
        self._sockets.append(socket)
        self._opened.set()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            self._dropped(socket)
        return socket

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the bot to connect anew, as Slack does every few hours."""
        for socket in tuple(self._sockets):
            self._dropped(socket)
            with suppress(ConnectionError):
                await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    async def close(self) -> None:
        """Close all connections."""
        for socket in tuple(self._sockets):
            self._dropped(socket)
            await socket.close()

    async def carry(self, delivery: Delivery, attempt: Attempt) -> Json | None:
        if not self._sockets:
            raise Undelivered("no_connection")
        socket = self._sockets[next(self._turn) % len(self._sockets)]
        envelope_id = f"envelope-{next(self._numbers)}"
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
        answer: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        try:
            await socket.send_json(envelope)
            async with asyncio.timeout(ACKNOWLEDGE_WITHIN):
                return await answer
        except (TimeoutError, ConnectionError) as error:
            raise Undelivered("timeout") from error
        finally:
            self._waiting.pop(envelope_id, None)

    def _acknowledged(self, text: str) -> None:
        with suppress(ValueError):
            answer = json.loads(text)
            waiting = self._waiting.get(answer.get("envelope_id", ""))
            if waiting and not waiting.done():
                waiting.set_result(answer.get("payload"))

    def _dropped(self, socket: web.WebSocketResponse) -> None:
        if socket in self._sockets:
            self._sockets.remove(socket)
        if not self._sockets:
            self._opened.clear()


class HttpCarrier:
    """Signed requests to the bot's server."""

    def __init__(self, url: str, signing_secret: str) -> None:
        self._url = url
        self._secret = signing_secret
        self._session = ClientSession(timeout=ClientTimeout(total=ACKNOWLEDGE_WITHIN))

    async def close(self) -> None:
        """Close the client."""
        await self._session.close()

    async def verify_url(self) -> bool:
        """Ask the challenge that Slack asks when the URL is entered."""
        challenge = {"type": "url_verification", "token": "x", "challenge": "play-challenge"}
        answer = await self._send(json.dumps(challenge), "application/json", Attempt())
        return answer == {"challenge": "play-challenge"} or answer == {"text": "play-challenge"}

    async def carry(self, delivery: Delivery, attempt: Attempt) -> Json | None:
        match delivery.kind:
            case "events_api":
                return await self._send(json.dumps(delivery.payload), "application/json", attempt)
            case "slash_commands":
                body = urlencode(delivery.payload)
            case "interactive":
                body = urlencode({"payload": json.dumps(delivery.payload)})
        return await self._send(body, "application/x-www-form-urlencoded", attempt)

    async def _send(self, body: str, content_type: str, attempt: Attempt) -> Json | None:
        headers = sign(body, self._secret, int(time.time())) | {"Content-Type": content_type}
        if attempt.number:
            headers |= {
                "X-Slack-Retry-Num": str(attempt.number),
                "X-Slack-Retry-Reason": attempt.reason,
            }
        try:
            async with self._session.post(self._url, data=body.encode(), headers=headers) as answer:
                if answer.status != 200:
                    final = answer.headers.get("X-Slack-No-Retry") == "1"
                    raise Undelivered("no_retry" if final else "http_error")
                text = await answer.text()
        except TimeoutError as error:
            raise Undelivered("http_timeout") from error
        except ClientError as error:
            raise Undelivered("connection_failed") from error
        return _told(text)


def sign(body: str, secret: str, timestamp: int) -> dict[str, str]:
    """Return the headers by which a request of Slack's is known."""
    text = f"v0:{timestamp}:{body}".encode()
    digest = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


def _told(text: str) -> Json | None:
    if not text:
        return None
    try:
        answer: Any = json.loads(text)
    except ValueError:
        return {"text": text}
    return answer if isinstance(answer, dict) else None


@dataclass(slots=True)
class Deliverer:
    """Delivers, and delivers again what was not acknowledged."""

    sockets: SocketCarrier
    http: HttpCarrier | None = None
    retry_after: Sequence[float] = RETRY_AFTER
    undelivered: list[Delivery] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def event(self, payload: Json, *, copies: int = 1) -> None:
        """Deliver an event, in the background."""
        for number in range(copies):
            attempt = Attempt(number, "http_timeout" if number else "")
            self._start(Delivery("events_api", payload), attempt)

    async def ask(self, delivery: Delivery) -> Json | None:
        """Deliver a command or an action, once, and return the bot's answer."""
        return await self._carrier.carry(delivery, Attempt())

    async def close(self) -> None:
        """Stop delivering."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sockets.close()
        if self.http:
            await self.http.close()

    @property
    def _carrier(self) -> Carrier:
        return self.http or self.sockets

    def _start(self, delivery: Delivery, attempt: Attempt) -> None:
        task = asyncio.create_task(self._deliver(delivery, attempt))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivery: Delivery, attempt: Attempt) -> None:
        for number, pause in enumerate((0.0, *self.retry_after)):
            await asyncio.sleep(pause)
            try:
                await self._carrier.carry(delivery, attempt)
            except Undelivered as error:
                if str(error) == "no_retry":
                    break
                attempt = Attempt(number + 1, str(error))
            else:
                return
        self.undelivered.append(delivery)
