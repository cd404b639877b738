"""Chores in Redis: those of a workspace by when they are due, and how often each has failed."""

import time

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.errors import store_errors
from bot.adapters.redis.connection.scripting import Connection, Script, milliseconds
from bot.operations.chores import Chore, ChoreKind, ChoreStore

_TAKE, _SET = Script("chore_take"), Script("chore_set")


class RedisChoreStore(ChoreStore):
    """The chore itself is its entry, so that each is there once."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis

    async def put(self, chore: Chore, *, after: float = 0) -> bool:
        return bool(await self._set(chore, after, "new"))

    async def take(self, team_id: str, lease: float) -> tuple[Chore, int] | None:
        with store_errors():
            taken = await _TAKE(self._redis, keys.chores(team_id), milliseconds(lease))
        return (codec.load(Chore, taken[0]), taken[1]) if taken else None

    async def renew(self, chore: Chore, lease: float) -> None:
        await self._set(chore, lease, "renew")

    async def failed(self, chore: Chore, after: float) -> None:
        await self._set(chore, after, "failed")

    async def again(self, chore: Chore, after: float) -> None:
        await self._set(chore, after, "again")

    async def done(self, chore: Chore) -> bool:
        prefix, text = keys.chores(chore.team_id), codec.dump(chore)
        with store_errors():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.zrem(f"{prefix}due", text)
                pipe.hdel(f"{prefix}failures", text)
                removed, _ = await pipe.execute()
        return bool(removed)

    async def note_installed(self, team_id: str) -> bool:
        prefix = keys.chores(team_id)
        with store_errors():
            await self._redis.set(f"{prefix}installed", str(time.time()))
            texts = await self._redis.zrange(f"{prefix}due", 0, -1)
        chores = [codec.load(Chore, text) for text in texts]
        dropped = [await self.done(one) for one in chores if one.kind is ChoreKind.REMOVE]
        return any(dropped)

    async def installed_at(self, team_id: str) -> float:
        with store_errors():
            return float(await self._redis.get(f"{keys.chores(team_id)}installed") or 0)

    async def teams(self, kind: ChoreKind) -> list[str]:
        before, after = f"{keys.chores('*')}due".split("*")
        with store_errors():
            found = [key async for key in self._redis.scan_iter(f"{before}*{after}")]
            teams = [key.removeprefix(before).removesuffix(after) for key in found]
            listed = [await self._redis.zrange(key, 0, -1) for key in found]
        return [
            team
            for team, chores in zip(teams, listed, strict=True)
            if any(codec.load(Chore, text).kind is kind for text in chores)
        ]

    async def _set(self, chore: Chore, after: float, how: str) -> int:
        with store_errors():
            args = (codec.dump(chore), milliseconds(after), how)
            added: int = await _SET(self._redis, keys.chores(chore.team_id), *args)
        return added
