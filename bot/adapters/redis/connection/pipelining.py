"""Automatic pipelining: commands issued in the same pass of the event loop go out together.

Errors are translated here, once for everything that uses the client.

Most of a command's cost in this process is the round trip, not the command. Under load one pass
of the loop serves many events and turns, and batching their commands delays none of them. Each
caller gets its own reply, or its own error.

A server that says it is a replica was the primary before a failover, and one that does not answer
in time may be cut off: new connections may reach another one, so the idle ones are closed.
"""

import asyncio
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

_BLOCKING = frozenset({"BLPOP"})  # it would delay every command sent with it


class _Command(NamedTuple):
    args: tuple[Any, ...]
    options: dict[str, Any]
    reply: asyncio.Future[Any]


class _Pipeline(Pipeline):
    """Raises StoreUnavailable instead of errors of Redis."""

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        with store_errors():
            return await super().execute(raise_on_error)


class PipeliningRedis(Redis):
    """A client whose commands share round trips, and raise StoreUnavailable."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._batch: list[_Command] = []
        self._round_trips: set[asyncio.Task[None]] = set()
        self._closed = False

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Close all connections, and see to it that none is opened by what still runs."""
        self._closed = True
        for round_trip in self._round_trips:
            round_trip.cancel()
        await asyncio.gather(*self._round_trips, return_exceptions=True)
        await super().aclose(close_connection_pool)

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        with store_errors():
            self._check_open()
        return _Pipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        with store_errors():
            self._check_open()
            if args[0] in _BLOCKING:
                return await self._execute(*args, **options)
            return await self._in_batch(_Command(args, options, asyncio.Future()))

    async def _in_batch(self, command: _Command) -> Any:
        self._batch.append(command)
        if len(self._batch) == 1:
            round_trip = asyncio.create_task(self._send_batch())
            self._round_trips.add(round_trip)
            round_trip.add_done_callback(self._round_trips.discard)
        return await command.reply

    async def _send_batch(self) -> None:
        batch, self._batch = self._batch, []
        try:
            replies = await self._replies(batch)
        except BaseException as error:  # noqa: BLE001 - every caller gets it; none is left waiting
            replies = [error] * len(batch)
        for command, reply in zip(batch, replies, strict=True):
            if command.reply.done():  # cancelled meanwhile
                continue
            if isinstance(reply, BaseException):
                command.reply.set_exception(reply)
            else:
                command.reply.set_result(reply)

    async def _replies(self, batch: list[_Command]) -> list[Any]:
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
            raise ConnectionError("the client is closed")

    async def _connect_anew(self) -> None:
        with suppress(RedisError):  # of a connection that does not close in order
            await self.connection_pool.disconnect(inuse_connections=False)
