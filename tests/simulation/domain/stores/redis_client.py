"""Redis as one process reaches it: redis-py's own commands and replies, over the simulated net.

A client tries again as the bot's does: after an error of the connection, a few times; not after a
reply that did not come in time. Either may have had its effect.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from redis import exceptions
from redis._parsers.base import BaseParser
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from bot.adapters.redis.connection.errors import store_errors
from tests.simulation.blocking import Waiter, Waiters
from tests.simulation.loop import SimulatedLoop
from tests.simulation.net import Net
from tests.simulation.process import Process
from tests.simulation.redis_server import RedisServer

_RETRIES = 5
_LONGEST_PAUSE = 0.5  # seconds between tries

Element = tuple[str, str]  # its list, and what it is


class RedisHost:
    """The server's side: carries out one command at a time, and lets clients wait for elements."""

    def __init__(self, loop: SimulatedLoop, net: Net, server: RedisServer) -> None:
        self._loop = loop
        self._net = net
        self._session = server.session()
        self._waiters = Waiters(loop, server)
        self._elements: dict[Waiter, asyncio.Future[Element | None]] = {}

    def do(self, callbacks: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Return the reply as redis-py reads it, or raise its error."""
        reply = _read(self._session.ask(*map(_encoded, args)), 0)[0]
        self._waiters.look(args[0].encode())
        if isinstance(reply, exceptions.RedisError):
            raise reply
        options.pop("keys", None)
        return callbacks[args[0]](reply, **options) if args[0] in callbacks else reply

    def wait(self, process: Process, key: str, seconds: float) -> Waiter:
        """Let *process* wait for an element of the list *key*."""
        element: asyncio.Future[Element | None] = self._loop.create_future()

        def give(reply: bytes | None) -> None:
            found = (key, _read(reply, 0)[0]) if reply else None
            self._net.travel(lambda: None if element.done() else element.set_result(found))

        waiter = self._waiters.wait(key.encode(), seconds, give, lambda: process.is_alive)
        self._elements[waiter] = element
        return waiter

    async def element(self, waiter: Waiter) -> Element | None:
        """Return what a process has waited for."""
        try:
            return await self._elements[waiter]
        finally:
            self._waiters.leave(waiter)
            del self._elements[waiter]

    def drop_waiters(self) -> None:
        """Close the connections of all who wait."""
        for waiter in [*self._waiters.all]:
            self._waiters.leave(waiter)
            element = self._elements[waiter]
            if not element.done():
                element.set_exception(exceptions.ConnectionError("simulated: the server is gone"))
                element.exception()  # nobody may be there to look


class SimulatedRedis(Redis):
    """A client in *process*; None: the world's own, over no net."""

    def __init__(self, host: RedisHost, net: Net, process: Process | None = None) -> None:
        super().__init__(decode_responses=True, protocol=2)
        self._host = host
        self._net = net
        self._process = process

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Carry out a command."""
        if args[0] == "BLPOP":
            return await self._blpop(*args[1:])
        return await self.carried(args[0], partial(self.do, *args, **options))

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        """Return commands that go out together."""
        return _Together(self, transaction)

    def do(self, *args: Any, **options: Any) -> Any:
        """Carry out a command at this moment."""
        return self._host.do(self.response_callbacks, *args, **options)

    async def carried(self, name: str, deed: Callable[[], Any]) -> Any:
        """Let the server do *deed*, again if the connection breaks."""
        with store_errors():
            if self._process is None:
                return deed()
            for attempt in range(_RETRIES):
                with suppress(exceptions.ConnectionError):
                    return await self._once(name, deed)
                await asyncio.sleep(self._net.between(0, min(_LONGEST_PAUSE, 0.02 * 2**attempt)))
            return await self._once(name, deed)

    async def _once(self, name: str, deed: Callable[[], Any]) -> Any:
        assert self._process
        return await self._net.call(self._process, f"store.{name.lower()}", deed, self._broken)

    def _broken(self, reason: str) -> Exception:
        is_reset = self._net.between(0, 1) < 0.5
        return (exceptions.ConnectionError if is_reset else exceptions.TimeoutError)(reason)

    async def _blpop(self, key: str, seconds: float) -> Element | None:
        assert self._process
        wait = partial(self._host.wait, self._process, key, seconds)
        waiter: Waiter = await self.carried("blpop", wait)
        with store_errors():
            return await self._host.element(waiter)


class _Together(Pipeline):
    """Commands that go out together."""

    def __init__(self, client: SimulatedRedis, transaction: bool) -> None:
        super().__init__(client.connection_pool, client.response_callbacks, transaction, None)
        self._client = client

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        """Carry them out."""
        commands, self.command_stack = self.command_stack, []

        def deed() -> list[Any]:
            return [self._client.do(*args, **options) for args, options in commands]

        replies: list[Any] = await self._client.carried("pipeline", deed)
        return replies


def _encoded(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def _read(reply: bytes, place: int) -> tuple[Any, int]:
    """Return what a reply holds at *place*, and where the next part begins."""
    end = reply.index(b"\r\n", place)
    kind, head, rest = reply[place : place + 1], reply[place + 1 : end], end + 2
    match kind:
        case b"$" if head != b"-1":
            last = rest + int(head)
            return reply[rest:last].decode("utf-8", "surrogateescape"), last + 2
        case b":":
            return int(head), rest
        case b"*" if head != b"-1":
            parts = []
            for _ in range(int(head)):
                part, rest = _read(reply, rest)
                parts.append(part)
            return parts, rest
        case b"+":
            return head.decode(), rest
        case b"-":
            return BaseParser.parse_error(head.decode()), rest
    return None, rest
