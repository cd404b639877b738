"""Which bot works with this Redis in a workspace: two of them would answer for each other."""

from bot.adapters.redis import keys
from bot.adapters.redis.connection.errors import store_errors
from bot.adapters.redis.connection.scripting import Connection


class BotClaim:
    """The claim of the bot *bot_id* on the workspace; all its processes share it."""

    def __init__(self, redis: Connection, team_id: str, bot_id: str) -> None:
        self._redis = redis
        self._key = keys.bot(team_id)
        self._bot_id = bot_id

    async def other(self) -> str:
        """Return the id of another bot that works here now; empty if there is none."""
        with store_errors():
            holder = await self._redis.get(self._key) or ""
        return "" if holder == self._bot_id else str(holder)

    async def renew(self) -> str:
        """Claim the workspace for another minute, or return the id of the bot that has it."""
        with store_errors():
            holder = await self._redis.set(
                self._key, self._bot_id, nx=True, get=True, ex=keys.BOT_FOR
            )
            if holder == self._bot_id:
                await self._redis.expire(self._key, keys.BOT_FOR)
        return "" if holder in (None, self._bot_id) else str(holder)
