"""Automatic pipelining: commands issued in the same pass of the event loop go out together.

Errors are translated here, once for everything that uses the client.

Most of a command's cost in this process is the round trip, not the command. Under load one pass
of the loop serves many events and turns, and batching their commands delays none of them. Each
caller gets its own reply, or its own error. While ``MOST_TRIPS`` are under way, what is asked waits
for the next: so a process holds no more connections than that, and one for each list it waits at.

A server that says it is a replica was the primary before a failover, and one that does not answer
in time may be cut off: new connections may reach another one, so the idle ones are closed.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import (
    ConnectionError,  # noqa: A004 - it is what redis-py calls it
    ReadOnlyError,
    RedisError,
    TimeoutError,  # noqa: A004 - the same
)

from bot.adapters.redis.connection.errors import store_errors
from bot.adapters.redis.connection.scripting import SCRIPTS
from bot.panel import observing
from bot.panel.observing import Kind

MOST_TRIPS = 16  # at once
BLOCKING = frozenset({"BLPOP"})  # it would delay every command sent with it
_SCRIPTED = frozenset({"EVAL", "EVALSHA"})


class Command(NamedTuple):
    """A command, and whoever waits for its reply."""

    args: tuple[Any, ...]
    options: dict[str, Any]
    reply: asyncio.Future[Any]

    @property
    def name(self) -> str:
        """What it is, without its arguments; which script it runs, if it runs one."""
        name = str(self.args[0])
        script = SCRIPTS.get(self.args[1]) if name in _SCRIPTED else None
        return f"{name} {script}" if script else name


class _Pipeline(Pipeline):
    """Raises StoreUnavailable instead of errors of Redis; shares round trips with all else."""

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
    """A client whose commands share round trips, and raise StoreUnavailable."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._batch: list[Command] = []
        self._round_trips: set[asyncio.Task[None]] = set()
        self._is_due = False  # a round trip is about to begin
        self._closed = False

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Close all connections, and see to it that none is opened by what still runs."""
        self._closed = True
        for round_trip in self._round_trips:
            round_trip.cancel()
        await asyncio.gather(*self._round_trips, return_exceptions=True)
        for command in self._batch:
            if not command.reply.done():
                command.reply.set_exception(_closed())
        await super().aclose(close_connection_pool)

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        with store_errors():
            self._check_open()
        return _Pipeline(self, transaction, shard_hint)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        with store_errors():
            self._check_open()
            if args[0] in BLOCKING:
                return await self._execute(*args, **options)
            return await self._in_batch(args, options)

    async def replies(self, commands: Iterable[tuple[tuple[Any, ...], Any]]) -> list[Any]:
        """Return the replies to *commands*, and their errors, in order."""
        self._check_open()
        waiting = [self._in_batch(args, options) for args, options in commands]
        return await asyncio.gather(*waiting, return_exceptions=True)

    def _in_batch(self, args: tuple[Any, ...], options: dict[str, Any]) -> asyncio.Future[Any]:
        command = Command(args, options, asyncio.Future())
        self._batch.append(command)
        self._send_soon()
        return command.reply

    def _send_soon(self) -> None:
        if self._is_due or len(self._round_trips) >= MOST_TRIPS:
            return
        self._is_due = True
        round_trip = asyncio.create_task(self._send_batch())
        self._round_trips.add(round_trip)
        round_trip.add_done_callback(self._came_back)

    def _came_back(self, round_trip: asyncio.Task[None]) -> None:
        self._round_trips.discard(round_trip)
        if self._batch and not self._closed:
            self._send_soon()

    async def _send_batch(self) -> None:
        self._is_due = False
        batch, self._batch = self._batch, []
        try:
            with observing.begin(Kind.REDIS_CALL, commands=batch):
                replies = await self._trip(batch)
        except BaseException as error:  # noqa: BLE001 - every caller gets it; none is left waiting
            replies = [error] * len(batch)
        for command, reply in zip(batch, replies, strict=True):
            if command.reply.done():  # cancelled meanwhile
                continue
            if isinstance(reply, BaseException):
                command.reply.set_exception(reply)
            else:
                command.reply.set_result(reply)

    async def _trip(self, batch: list[Command]) -> list[Any]:
        if len(batch) == 1:
            return [await self._execute(*batch[0].args, **batch[0].options)]
        async with super().pipeline(transaction=False) as pipe:
            for args, options, _ in batch:
                pipe.execute_command(*args, **options)
            try:
                replies: list[Any] = await pipe.execute(raise_on_error=False)
            except TimeoutError:
                await self._connect_anew()
                raise
        if any(isinstance(reply, ReadOnlyError) for reply in replies):
            await self._connect_anew()
        return replies

    async def _execute(self, *args: Any, **options: Any) -> Any:
        try:
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except (ReadOnlyError, TimeoutError):
            await self._connect_anew()
            raise

    def _check_open(self) -> None:
        if self._closed:
            raise _closed()

    async def _connect_anew(self) -> None:
        with suppress(RedisError):  # of a connection that does not close in order
            await self.connection_pool.disconnect(inuse_connections=False)


def _closed() -> RedisError:
    return ConnectionError("the client is closed")
