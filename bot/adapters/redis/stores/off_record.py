"""Which functions are off in which running process: what ``panelbot check`` reads."""

import time
from collections.abc import Iterable, Sequence

from bot.adapters.redis import keys
from bot.adapters.redis.connection.errors import store_errors
from bot.adapters.redis.connection.scripting import Connection


class RedisOffRecord:
    """The record, for all processes; what is not renewed is forgotten."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis

    async def renew(self, names: Iterable[str], process: str) -> None:
        """Note that the functions of the experts *names* are off in *process*."""
        until = time.time() + keys.OFF_FOR
        with store_errors():
            await self._redis.zadd(keys.OFF, {f"{name} {process}": until for name in names})
            await self._redis.expire(keys.OFF, keys.OFF_FOR)

    async def off(self) -> Sequence[tuple[str, str]]:
        """Return the experts whose functions are off, each with the process."""
        with store_errors():
            members = await self._redis.zrangebyscore(keys.OFF, time.time(), "+inf")
        return [(name, process) for name, _, process in (one.partition(" ") for one in members)]
