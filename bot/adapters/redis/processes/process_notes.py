"""What each running process notes about itself, for the others and for ``panelbot check``."""

from collections.abc import Iterable, Sequence

from bot import runtime
from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection


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

    async def withdraw(self, notes: Iterable[str], process: str) -> None:
        """Forget *notes*, one or more, of *process*, which ends."""
        await self._redis.zrem(self._key, *(f"{note} {process}" for note in notes))

    async def current(self) -> Sequence[tuple[str, str]]:
        """Return the notes that count, each with the process."""
        now = runtime.time()
        await self._redis.zremrangebyscore(self._key, "-inf", now)
        members = await self._redis.zrangebyscore(self._key, now, "+inf")
        return [(note, process) for note, _, process in (one.rpartition(" ") for one in members)]
