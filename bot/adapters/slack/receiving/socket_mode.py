"""Socket Mode: payloads arrive over WebSockets that we open.

1. A payload is acknowledged once its listeners have returned; Slack resends one that is not. One
   that makes no sense, or cannot be read, is acknowledged, too.
2. A connection that Slack wants replaced is read until Slack closes it, while its replacement is
   open already: no payload is lost in between.
3. A connection's URL lets anybody in, so it is never logged.
"""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from aiohttp import ClientError, ClientWebSocketResponse, WSMsgType
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.api import web_api
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.receiving.receiver import Receiver
from bot.adapters.slack.receiving.well_formed import parsed
from bot.json_types import Json
from bot.panel.errors import GiveUp, MessengerRefused, MessengerUnavailable
from bot.panel.loops import Trouble
from bot.panel.messaging.rate_limiter import NoRateLimiter
from bot.panel.retries import Backoff, Retries

log = logging.getLogger(__name__)

_HEARTBEAT = 15.0
_GREETING = 10.0
_LINGER = 60.0  # Slack closes a connection within half a minute of saying so
_GRACE = 3.0  # Slack waits no longer for an acknowledgement
_ENVELOPE = re.compile(r'(?<!\\)"envelope_id"\s*:\s*"([\w-]{1,100})"', re.ASCII)
_BACKOFF = Backoff((0, 0.5, 1, 2, 4, 8, 15), jitter=1, endless=True)


class SocketModeReceiver:
    """Keeps *connections* WebSockets for *app*; *on_rejected* is called if Slack rejects us."""

    def __init__(
        self,
        app: Receiver,
        app_token: str,
        web_client: AsyncWebClient,
        connections: int,
        *,
        on_rejected: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        if web_client.session is None:
            raise ValueError("Socket Mode needs a client with a session of its own")
        self._app = app
        self._session = web_client.session
        self._proxy = web_client.proxy
        web = web_api.client(app_token, web_client.base_url, self._session)
        # a few calls in the life of a process
        self._api = SlackApi(web, NoRateLimiter(), on_rejected=on_rejected)
        self._wanted = connections
        self._sockets: set[ClientWebSocketResponse] = set()
        self._readers: set[asyncio.Task[None]] = set()
        self._deliveries: set[asyncio.Task[None]] = set()

    @property
    def is_connected(self) -> bool:
        return any(not socket.closed for socket in self._sockets)

    async def serve(self, ready: Callable[[], None]) -> None:
        """Receive until cancelled; calls *ready* when it does."""
        try:
            await self.start()
            ready()
            await asyncio.Event().wait()
        finally:  # some may be open although others failed
            await self.stop()

    async def start(self) -> None:
        """Open the connections. Raises GiveUp if Slack does not take the token."""
        try:
            sockets = await asyncio.gather(*(self._connect() for _ in range(self._wanted)))
        except MessengerRefused as error:
            raise GiveUp(
                f"Slack rejects SLACK_APP_TOKEN ({error.code}). Make an app-level token with "
                "connections:write, and switch Socket Mode on; `panelbot check` tells more."
            ) from error
        for socket in sockets:
            _start(self._readers, self._keep(socket))
        log.info("socket_mode.connected", extra={"connections": self._wanted})

    async def stop(self) -> None:
        """Stop reading, wait for deliveries under way to be acknowledged, and close."""
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        if self._deliveries:
            _, late = await asyncio.wait(self._deliveries, timeout=_GRACE)
            for delivery in late:
                delivery.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await asyncio.gather(*(socket.close() for socket in self._sockets))
        self._sockets.clear()

    async def _keep(self, socket: ClientWebSocketResponse) -> None:
        while True:
            try:
                await self._read(socket)
            except Exception:  # the border: the next connection is read all the same
                log.exception("socket_mode.broken")
            _start(self._readers, self._finish(socket))
            socket = await self._reconnect()

    async def _read(self, socket: ClientWebSocketResponse) -> None:
        """Start deliveries until the connection closes or Slack announces its end."""
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            envelope = _parsed(message.data)
            if envelope.get("type") == "disconnect":
                log.info("socket_mode.replaced", extra={"reason": envelope.get("reason")})
                return
            if isinstance(envelope.get("envelope_id"), str):
                _start(self._deliveries, self._deliver(socket, envelope))

    async def _finish(self, socket: ClientWebSocketResponse) -> None:
        """Read what still arrives over a connection that Slack is about to close."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGER):
                while not socket.closed:
                    await self._read(socket)
        await self._close(socket)

    async def _deliver(self, socket: ClientWebSocketResponse, envelope: Json) -> None:
        response = await self._app.receive(envelope.get("payload"))
        if _may_come_again(response, envelope):
            log.warning("socket_mode.not_acknowledged", extra={"status": response.status})
            return
        with suppress(ConnectionError):  # Slack resends it over another connection
            await socket.send_json({"envelope_id": envelope["envelope_id"], **_answer(response)})

    async def _reconnect(self) -> ClientWebSocketResponse:
        retries, trouble = Retries(_BACKOFF), Trouble("socket_mode.not_connected")
        while await retries.wait():
            try:
                return await self._connect()
            except Exception as error:  # noqa: BLE001 - nothing but this connects again
                trouble.tell(error)
        raise AssertionError("the backoff is endless")

    async def _connect(self) -> ClientWebSocketResponse:
        answer = await self._api.read("apps.connections.open")
        try:
            socket = await self._session.ws_connect(
                answer["url"], heartbeat=_HEARTBEAT, proxy=self._proxy
            )
            self._sockets.add(socket)
            greeting = _parsed((await socket.receive(timeout=_GREETING)).data)
        except (ClientError, TimeoutError, OSError) as error:
            # The error's text may contain the URL, so it is dropped.
            raise MessengerUnavailable(f"connection: {type(error).__name__}") from None
        if greeting.get("type") != "hello":
            await self._close(socket)
            raise MessengerUnavailable(f"connection: {greeting.get('reason', 'no hello')}")
        return socket

    async def _close(self, socket: ClientWebSocketResponse) -> None:
        await socket.close()
        self._sockets.discard(socket)


def _parsed(data: object) -> Json:
    """Return the JSON object in *data*; of one that cannot be read, no more than its id."""
    text = data if isinstance(data, str) else ""
    try:
        return parsed(text)
    except ValueError:
        found = _ENVELOPE.search(text)
        return {"envelope_id": found[1]} if found else {}


def _may_come_again(response: BoltResponse, envelope: Json) -> bool:
    """Whether not to acknowledge: what makes no sense, or is not for us, makes none next time."""
    is_command = envelope.get("type") == "slash_commands"
    return response.status >= 500 or (response.status == 404 and is_command)


def _start(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)


def _answer(response: BoltResponse) -> Json:
    if not response.body:
        return {}
    kind = response.headers.get("content-type", [""])[0]
    is_json = kind.startswith("application/json")
    return {"payload": json.loads(response.body) if is_json else {"text": response.body}}
