"""What each running process notes about itself, for the others and for ``panelbot check``."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress

from bot import runtime
from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection
from bot.panel.errors import PanelError
from bot.panel.loops import meanwhile

_EVERY = 20.0  # seconds: several times while a note counts


class RedisProcessNotes:
    """The notes of all processes under *key*; what is not renewed is forgotten."""

    def __init__(self, redis: Connection, key: str) -> None:
        self._redis = redis
        self._key = key

    async def renew(self, notes: Iterable[str], process: str) -> None:
        """Let *notes*, one or more, of *process* count for two more minutes."""
        until = runtime.time() + keys.NOTED_FOR
        await self._redis.zadd(self._key, {f"{note} {process}": until for note in notes})
        await self._redis.expire(self._key, keys.NOTED_FOR)

    @asynccontextmanager
    async def kept(
        self, notes: Sequence[str], then: Callable[[], Awaitable[None]] | None = None
    ) -> AsyncIterator[None]:
        """Let *notes* of this process count meanwhile; call *then* whenever they are renewed."""

        async def renew() -> None:
            await self.renew(notes, runtime.process())
            if then:
                await then()

        await renew()
        try:
            async with meanwhile(renew, "process.not_noted", every=_EVERY):
                yield
        finally:
            with suppress(PanelError):
                ours = (f"{note} {runtime.process()}" for note in notes)
                await self._redis.zrem(self._key, *ours)

    async def current(self) -> Sequence[tuple[str, str]]:
        """Return the notes that count, each with the process."""
        now = runtime.time()
        await self._redis.zremrangebyscore(self._key, "-inf", now)
        members = await self._redis.zrangebyscore(self._key, now, "+inf")
        return [(note, process) for note, _, process in (one.rpartition(" ") for one in members)]
