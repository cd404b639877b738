"""Automatic pipelining: commands issued in the same pass of the event loop go out together.

Errors are translated here, once for everything that uses the client.

All commands share one connection, but for those that wait at a list and for transactions, which
have connections of redis-py's pool. Each caller gets its own reply, or its own error. When the
connection breaks, the commands without a reply are sent again over the next one; when the server
does not answer in time, their callers are told.

A server that says it is a replica was the primary before a failover, and one that does not answer
in time may be cut off: new connections may reach another one, so all idle ones are closed.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.connection import AbstractConnection
from redis.backoff import ExponentialWithJitterBackoff
from redis.client import EMPTY_RESPONSE, NEVER_DECODE
from redis.exceptions import (
    ConnectionError,  # noqa: A004 - it is what redis-py calls it
    RedisError,
    TimeoutError,  # noqa: A004 - the same
)

from bot.adapters.redis.connection.errors import store_errors
from bot.adapters.redis.connection.shared_connection import (
    NO_PRIMARY,
    Command,
    SharedConnection,
)

MOST_LOSSES = 5  # of connections, before a caller is told
BACKOFF = ExponentialWithJitterBackoff(base=0.02, cap=0.5)
BLOCKING = frozenset({"BLPOP"})  # it would delay every command sent after it
_UNUSUAL = (NEVER_DECODE, EMPTY_RESPONSE)  # options for what only redis-py does


class _Pipeline(Pipeline):
    """Raises StoreUnavailable instead of errors of Redis; shares the connection with all else."""

    def __init__(
        self, client: "PipeliningRedis", transaction: bool, shard_hint: str | None
    ) -> None:
        super().__init__(client.connection_pool, client.response_callbacks, transaction, shard_hint)
        self._client = client

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        with store_errors():
            if self.is_transaction:
                return await super().execute(raise_on_error)
            commands, self.command_stack = self.command_stack, []
            replies = await self._client.replies(commands)
            for reply in replies if raise_on_error else ():
                if isinstance(reply, BaseException):
                    raise reply
            return replies


class PipeliningRedis(Redis):
    """A client whose commands share a connection, and raise StoreUnavailable; replies are texts."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._batch: list[Command] = []
        self._is_due = False  # the batch is about to be sent
        self._shared: SharedConnection | None = None
        self._connection: AbstractConnection | None = None  # that of it, or of the last one
        self._connecting: asyncio.Task[None] | None = None
        self._closed = False

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Close all connections, and see to it that none is opened by what still runs."""
        self._closed = True
        if self._connecting:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        if self._shared:
            self._shared.end(_closed())
        self._fail(_closed())
        await super().aclose(close_connection_pool)

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        with store_errors():
            self._check_open()
        return _Pipeline(self, transaction, shard_hint)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        if args[0] in BLOCKING or (options and not options.keys().isdisjoint(_UNUSUAL)):
            with store_errors():
                self._check_open()
                return await self._execute(*args, **options)
        try:
            self._check_open()
            return self._read(await self._issue(args), args, options)
        except Exception:
            with store_errors():
                raise

    async def replies(self, commands: Iterable[tuple[tuple[Any, ...], Any]]) -> list[Any]:
        """Return the replies to *commands*, and their errors, in order."""
        self._check_open()
        commands = [*commands]
        waiting = [self._issue(args) for args, _ in commands]
        replies = await asyncio.gather(*waiting, return_exceptions=True)
        return [
            reply if isinstance(reply, BaseException) else self._read(reply, *command)
            for reply, command in zip(replies, commands, strict=True)
        ]

    def _read(self, reply: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
        """Return *reply* in the form that redis-py gives to that of its command."""
        options.pop("keys", None)
        callback = self.response_callbacks.get(args[0])
        return callback(reply, **options) if callback else reply

    def _issue(self, args: Sequence[Any]) -> asyncio.Future[Any]:
        command = Command(args)
        self._batch.append(command)
        self._send_soon()
        return command.reply

    def _send_soon(self) -> None:
        if not self._is_due and not self._connecting:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._send_batch)

    def _send_batch(self) -> None:
        self._is_due = False
        if self._shared and self._shared.is_stale:
            self._shared.end(ConnectionError("idle for too long"))
        if self._closed or self._connecting or not self._batch:
            return
        if self._shared:
            batch, self._batch = self._batch, []
            self._shared.send(batch)
        else:
            self._connecting = asyncio.create_task(self._connect())

    async def _connect(self) -> None:
        """Connect, and send what waits for it; else tell those who do."""
        try:
            if losses := max((command.losses for command in self._batch), default=0):
                await asyncio.sleep(BACKOFF.compute(losses))
            self._shared = SharedConnection(await self._connected(), self._lost)
        except Exception as error:  # noqa: BLE001 - every caller gets it; none is left waiting
            self._fail(error)
        finally:
            self._connecting = None
        self._send_batch()

    async def _connected(self) -> AbstractConnection:
        if self._connection is None:
            pool: Any = self.connection_pool
            self._connection = await pool.get_connection()
        else:
            with suppress(RedisError):  # of a connection that does not close in order
                await self._connection.disconnect()
            await self._close_idle()
            await self._connection.connect()  # type: ignore[no-untyped-call]
        return self._connection

    def _lost(self, reason: Exception, unanswered: Sequence[Command]) -> None:
        """Send again what has no reply, unless the server was too slow or it was tried enough."""
        self._shared = None
        again = []
        for command in unanswered:
            command.losses += 1
            if self._closed or isinstance(reason, TimeoutError) or command.losses > MOST_LOSSES:
                _refuse(command, reason)
            else:
                again.append(command)
        self._batch[:0] = again
        if self._batch:
            self._send_soon()

    def _fail(self, error: Exception) -> None:
        """Tell all who wait for a connection that there is none."""
        batch, self._batch = self._batch, []
        for command in batch:
            _refuse(command, error)

    async def _execute(self, *args: Any, **options: Any) -> Any:
        try:
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except (*NO_PRIMARY, TimeoutError):
            await self._close_idle()
            raise

    def _check_open(self) -> None:
        if self._closed:
            raise _closed()

    async def _close_idle(self) -> None:
        with suppress(RedisError):  # of a connection that does not close in order
            await self.connection_pool.disconnect(inuse_connections=False)


def _refuse(command: Command, error: Exception) -> None:
    if not command.reply.done():  # cancelled meanwhile
        command.reply.set_exception(error)


def _closed() -> RedisError:
    return ConnectionError("the client is closed")
