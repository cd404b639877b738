"""When somebody listened to Slack's events, and in which threads the panel was asked lately."""

from collections.abc import Mapping, Sequence

from bot import runtime
from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection, Script
from bot.adapters.redis.shards import Shards
from bot.panel.intake.missed_messages import Gap, ListeningRecord
from bot.panel.model import ThreadRef

_LISTEN, _LISTENED, _SEARCHED = Script("listen"), Script("listened"), Script("searched")
_PLACE = "at:"  # the fields that note how far a place has been searched
_PAUSE = 10_000  # ms without a sign of life that are no gap: a busy process, a slow Redis
_BREAK = 3_000  # ms, the same where a process begins: until then, others may listen
_LEASE = 5_000  # ms until another process looks into the gap of one that died


class RedisListeningRecord(ListeningRecord):
    """The record of one workspace, on behalf of one process."""

    def __init__(self, redis: Connection, shards: Shards, team_id: str) -> None:
        self._redis = redis
        self._shards = shards
        self._key = keys.key("listening", team_id)
        self._name = runtime.token(6)

    async def listen(self, seconds: float) -> Gap | None:
        args = (self._name, round(seconds * 1000), _PAUSE, _BREAK, _LEASE, keys.LISTENING_FOR)
        gap = await _LISTEN(self._redis, self._key, *args)
        return Gap(*(bound / 1000 for bound in gap)) if gap else None

    async def searched(self) -> Mapping[str, float]:
        known: Mapping[str, str] = await self._redis.hgetall(self._key)
        return {
            field.removeprefix(_PLACE): int(until) / 1000
            for field, until in known.items()
            if field.startswith(_PLACE)
        }

    async def note_searched(self, place: str, gap: Gap) -> None:
        await _SEARCHED(self._redis, self._key, self._name, place, f"{gap.until * 1000:.0f}")

    async def done(self, gap: Gap) -> None:
        await _LISTENED(self._redis, self._key, self._name, f"{gap.until * 1000:.0f}")

    async def leave(self) -> None:
        await _LISTENED(self._redis, self._key, self._name, "")

    async def recent_threads(self, limit: int) -> Sequence[ThreadRef]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for prefix in self._shards.prefixes:
                pipe.zrange(f"{prefix}recent", 0, limit - 1, desc=True, withscores=True)
            by_shard: list[list[tuple[str, float]]] = await pipe.execute()
        newest = sorted((entry for shard in by_shard for entry in shard), key=lambda one: -one[1])
        return [keys.thread_of(name) for name, _ in newest[:limit]]
