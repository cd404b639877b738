"""The changes of channels' ids. They never expire: Slack tells of each only once."""

from collections.abc import Sequence

from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection
from bot.panel.messaging.channel_moves import ChannelMove, ChannelMoveStore


class RedisChannelMoveStore(ChannelMoveStore):
    """All moves of a workspace in one hash: ``OLD>NEW`` and when."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis

    async def note(self, team_id: str, move: ChannelMove) -> None:
        name = f"{move.old}>{move.new}"
        await self._redis.hsetnx(keys.of_team("moves", team_id), name, str(move.at))

    async def of_team(self, team_id: str) -> Sequence[ChannelMove]:
        moves = await self._redis.hgetall(keys.of_team("moves", team_id))
        named = ((*name.partition(">"), at) for name, at in moves.items())
        return [ChannelMove(old, new, float(at)) for old, _, new, at in named]
