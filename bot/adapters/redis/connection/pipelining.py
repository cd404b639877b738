"""Automatic pipelining: commands issued in the same pass of the event loop go out together.

Most of a command's cost in this process is the round trip, not the command. Under load one pass
of the loop serves many events and turns, and batching their commands delays none of them. Each
caller gets its own reply, or its own error.
"""

import asyncio
from typing import Any, NamedTuple

from redis.asyncio import Redis

_BLOCKING = frozenset({"BLPOP"})  # it would delay every command sent with it


class _Command(NamedTuple):
    args: tuple[Any, ...]
    options: dict[str, Any]
    reply: asyncio.Future[Any]


class PipeliningRedis(Redis):
    """A client whose commands share round trips."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._batch: list[_Command] = []
        self._round_trips: set[asyncio.Task[None]] = set()

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        if args[0] in _BLOCKING:
            return await self._execute(*args, **options)
        command = _Command(args, options, asyncio.get_running_loop().create_future())
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
        async with self.pipeline(transaction=False) as pipe:
            for args, options, _ in batch:
                pipe.execute_command(*args, **options)
            return await pipe.execute(raise_on_error=False)

    async def _execute(self, *args: Any, **options: Any) -> Any:
        return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
