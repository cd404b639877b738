"""The limits of calls to Slack and of people's questions, shared by all processes.

Each is a sliding window log. For each limit the times of its last calls are kept, as many as the
limit allows: the next call is due when the oldest of them leaves the window. That is exact, allows
the same bursts as the limit, and serves callers in order. A caller takes its place under a wider
limit only when it is due under the narrower one: a flood in one channel must not use up the
workspace's limit.
"""

import asyncio
from collections.abc import Sequence

from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection, Script, milliseconds
from bot.panel.access.question_limits import WINDOW, Exceeded, QuestionCounter, QuestionLimit
from bot.panel.messaging.rate_limiter import Limit, RateLimiter
from bot.panel.model import TurnId

_TAKE = Script("take_places")
_NO_BOUND = -1


class RedisRateLimiter(RateLimiter):
    """Limits the calls to one workspace; *share* is the part of each limit that is ours to use."""

    def __init__(self, redis: Connection, team_id: str, *, share: float = 1.0) -> None:
        self._redis = redis
        self._prefix = keys.slot("pace", team_id)
        self._share = share

    async def wait(self, limits: Sequence[Limit], *, within: float | None = None) -> bool:
        remaining = limits
        while remaining:
            taken, pause = await self.take(remaining, within=within)
            if not taken:
                return False
            while pause > 0:
                await asyncio.sleep(pause)
                pause = await self._blocked_for(limits)  # meanwhile Slack may have refused a call
            remaining = remaining[taken:]
        return True

    async def take(
        self, limits: Sequence[Limit], *, within: float | None = None
    ) -> tuple[int, float]:
        """Take places up to the first that is not due yet; return their number, and its wait.

        Takes none if the wait would be longer than *within*.
        """
        args: list[str | int] = [_NO_BOUND if within is None else round(within * 1000)]
        for limit in limits:
            args += [limit.name, max(1, round(limit.calls * self._share)), limit.seconds * 1000]
        taken, wait = await _TAKE(self._redis, self._prefix, *args)
        return taken, wait / 1000

    async def block(self, limit: Limit, seconds: float) -> None:
        key = f"{self._prefix}held:{limit.name}"
        await self._redis.set(key, 1, px=max(1, round(seconds * 1000)))

    async def _blocked_for(self, limits: Sequence[Limit]) -> float:
        async with self._redis.pipeline(transaction=False) as pipe:
            for limit in limits:
                pipe.pttl(f"{self._prefix}held:{limit.name}")
            milliseconds: list[int] = await pipe.execute()
        return max(0, *milliseconds) / 1000


_COUNT = Script("count_question")


class RedisQuestionCounter(QuestionCounter):
    """Counts the questions of one workspace."""

    def __init__(self, redis: Connection, team_id: str) -> None:
        self._redis = redis
        self._prefix = keys.slot("asked", team_id)

    async def take(self, question: TurnId, limits: Sequence[QuestionLimit]) -> Exceeded | None:
        if not limits:
            return None
        args: list[str | int] = [question, milliseconds(WINDOW)]
        for limit in limits:
            args += [limit.of, limit.most]
        reached, wait = await _COUNT(self._redis, self._prefix, *args)
        return Exceeded(limits[reached - 1], wait / 1000) if reached else None
