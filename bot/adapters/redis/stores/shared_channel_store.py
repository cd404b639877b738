"""Which channels are shared with other organisations, as the newest event of each has said."""

from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection
from bot.panel.access.channel_facts import SharedChannelStore


class RedisSharedChannelStore(SharedChannelStore):
    """All channels of a workspace in one hash: ``1`` if it is shared, ``0`` if not."""

    def __init__(self, redis: Connection, team_id: str) -> None:
        self._redis = redis
        self._key = keys.of_team("shared", team_id)

    async def note(self, channel_id: str, *, shared: bool) -> None:
        await self._redis.hset(self._key, channel_id, int(shared))

    async def is_shared(self, channel_id: str) -> bool | None:
        value = await self._redis.hget(self._key, channel_id)
        return None if value is None else value == "1"
