"""Which bot works with this Redis in a workspace: two of them would answer for each other."""

from bot import runtime
from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection, Script, milliseconds

_CLAIM = Script("claim_workspace")


class BotClaim:
    """The claim of the bot *bot_id* on the workspace: for ``keys.BOT_FOR`` after a ``kill -9``."""

    def __init__(self, redis: Connection, team_id: str, bot_id: str) -> None:
        self._redis = redis
        self._key = keys.key("bots", team_id)
        self._bot_id = bot_id
        self._process = runtime.token(6)

    async def other(self) -> str:
        """Return the id of another bot that works here now; empty if there is none."""
        return await self._claim("", keys.BOT_FOR)

    async def renew(self) -> str:
        """Claim the workspace, or return the id of the bot that has it."""
        return await self._claim(self._process, keys.BOT_FOR)

    async def release(self) -> None:
        await self._claim(self._process, 0)

    async def _claim(self, process: str, seconds: float) -> str:
        args = (self._bot_id, process, milliseconds(seconds))
        return str(await _CLAIM(self._redis, self._key, *args))
