"""User groups as experts' handles. They never expire: they are stored nowhere else."""

from collections.abc import Collection, Mapping, Sequence

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection
from bot.panel.messaging.handles import Handle, HandleStore


class RedisHandleStore(HandleStore):
    """All handles of a workspace in one hash, by user group."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis

    async def find(self, team_id: str, groups: Collection[str]) -> Mapping[str, Handle]:
        names = list(groups)
        if not names:
            return {}
        texts = await self._redis.hmget(keys.of_team("handles", team_id), names)
        return {
            group: codec.load(Handle, text)
            for group, text in zip(names, texts, strict=True)
            if text is not None
        }

    async def of_team(self, team_id: str) -> Sequence[Handle]:
        texts = await self._redis.hvals(keys.of_team("handles", team_id))
        return [codec.load(Handle, text) for text in texts]

    async def put(self, team_id: str, handle: Handle) -> None:
        await self._redis.hset(keys.of_team("handles", team_id), handle.group, codec.dump(handle))

    async def drop(self, team_id: str, group: str) -> None:
        await self._redis.hdel(keys.of_team("handles", team_id), group)
