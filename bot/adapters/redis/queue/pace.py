"""The places that calls to Slack take, shared by all processes.

Of each limit the times of its last places are kept, as many as it allows: the next place is due
when the oldest of these leaves the window. That keeps the limit exactly, lets bursts through as
far as it does, and serves in order. The place under a wider limit is taken only when that under
the narrower one is due: a flood in one channel must not book the workspace out.
"""

import asyncio
from collections.abc import Sequence

from bot.adapters.redis import keys
from bot.adapters.redis.connection.errors import store_errors
from bot.adapters.redis.connection.scripting import Connection, Script
from bot.panel.messaging.rate_limiter import Limit, RateLimiter

_TAKE = Script("take_places")
_ANY_TIME = -1


class RedisRateLimiter(RateLimiter):
    """The pace of one workspace; *share* is how much of each limit is ours to use."""

    def __init__(self, redis: Connection, team_id: str, *, share: float = 1.0) -> None:
        self._redis = redis
        self._prefix = keys.pace(team_id)
        self._share = share

    async def wait(self, limits: Sequence[Limit], *, within: float | None = None) -> bool:
        left = limits
        while left:
            taken, pause = await self.take(left, within=within)
            if not taken:
                return False
            while pause > 0:
                await asyncio.sleep(pause)
                pause = await self._held(limits)  # Slack may have said something meanwhile
            left = left[taken:]
        return True

    async def take(
        self, limits: Sequence[Limit], *, within: float | None = None
    ) -> tuple[int, float]:
        """Take places up to the first that is not due yet; return how many, and its wait.

        None are taken if it would take longer than *within*.
        """
        args: list[str | int] = [_ANY_TIME if within is None else round(within * 1000)]
        for limit in limits:
            args += [limit.name, max(1, round(limit.calls * self._share)), limit.seconds * 1000]
        with store_errors():
            taken, wait = await _TAKE(self._redis, self._prefix, *args)
        return taken, wait / 1000

    async def block(self, limit: Limit, seconds: float) -> None:
        key = f"{self._prefix}held:{limit.name}"
        with store_errors():
            await self._redis.set(key, 1, px=max(1, round(seconds * 1000)))

    async def _held(self, limits: Sequence[Limit]) -> float:
        with store_errors():
            async with self._redis.pipeline(transaction=False) as pipe:
                for limit in limits:
                    pipe.pttl(f"{self._prefix}held:{limit.name}")
                left: list[int] = await pipe.execute()
        return max(0, *left) / 1000
