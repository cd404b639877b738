"""Sending together what is wanted at the same moment.

Most of what a command costs this process is the trip and not the command. So whatever is asked
for in one pass of the event loop goes out as one pipeline: under load that is many events or
many turns, and nobody waits for it. Each caller gets its own answer, or its own error.
"""

import asyncio
from typing import Any, NamedTuple

from redis.asyncio import Redis

_BLOCKING = frozenset({"BLPOP"})  # these would hold up all that is sent with them


class _Wanted(NamedTuple):
    args: tuple[Any, ...]
    options: dict[str, Any]
    answer: asyncio.Future[Any]


class PipeliningRedis(Redis):
    """A client whose commands share their trips."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._gathered: list[_Wanted] = []
        self._trips: set[asyncio.Task[None]] = set()

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        if args[0] in _BLOCKING:
            return await self._execute(*args, **options)
        wanted = _Wanted(args, options, asyncio.get_running_loop().create_future())
        self._gathered.append(wanted)
        if len(self._gathered) == 1:
            trip = asyncio.create_task(self._travel())
            self._trips.add(trip)
            trip.add_done_callback(self._trips.discard)
        return await wanted.answer

    async def _travel(self) -> None:
        gathered, self._gathered = self._gathered, []
        try:
            answers = await self._answers(gathered)
        except BaseException as error:  # noqa: BLE001 - each caller is told, and then nobody is left
            answers = [error] * len(gathered)
        for wanted, answer in zip(gathered, answers, strict=True):
            if wanted.answer.done():  # cancelled meanwhile
                continue
            if isinstance(answer, BaseException):
                wanted.answer.set_exception(answer)
            else:
                wanted.answer.set_result(answer)

    async def _answers(self, gathered: list[_Wanted]) -> list[Any]:
        if len(gathered) == 1:
            return [await self._execute(*gathered[0].args, **gathered[0].options)]
        async with self.pipeline(transaction=False) as pipe:
            for args, options, _ in gathered:
                pipe.execute_command(*args, **options)
            return await pipe.execute(raise_on_error=False)

    async def _execute(self, *args: Any, **options: Any) -> Any:
        return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
