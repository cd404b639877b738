"""User groups as experts' handles. They never expire: they are stored nowhere else."""

from collections.abc import Collection, Mapping, Sequence

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.errors import store_errors
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
        with store_errors():
            texts = await self._redis.hmget(keys.handles(team_id), names)
        return {
            group: codec.load(Handle, text)
            for group, text in zip(names, texts, strict=True)
            if text is not None
        }

    async def of_team(self, team_id: str) -> Sequence[Handle]:
        with store_errors():
            texts = await self._redis.hvals(keys.handles(team_id))
        return [codec.load(Handle, text) for text in texts]

    async def put(self, team_id: str, handle: Handle) -> None:
        with store_errors():
            await self._redis.hset(keys.handles(team_id), handle.group, codec.dump(handle))

    async def drop(self, team_id: str, group: str) -> None:
        with store_errors():
            await self._redis.hdel(keys.handles(team_id), group)
