"""The journal of running turns, in Redis; who has lost the turn cannot write in it."""

from collections.abc import Sequence
from secrets import token_hex

from bot.adapters.redis import codec
from bot.adapters.redis.keys import Shards, thread_id
from bot.adapters.redis.scripting import Connection, Scripts, translated
from bot.panel.errors import TurnLost
from bot.panel.events import TurnEvent
from bot.panel.model import Claim
from bot.panel.ports import Journal


class RedisJournal(Journal):
    """One list for each running turn; it goes when the turn is done."""

    def __init__(self, redis: Connection, shards: Shards) -> None:
        self._redis = redis
        self._shards = shards
        self._scripts = Scripts(redis)

    async def read(self, claim: Claim) -> Sequence[TurnEvent]:
        if claim.attempt == 1:
            return ()
        thread = claim.turn.thread
        async with translated():
            entries = await self._redis.lrange(self._shards.of(thread).journal(thread), 0, -1)
        return [codec.load_event(entry) for entry in entries]

    async def append(self, claim: Claim, event: TurnEvent) -> None:
        thread = claim.turn.thread
        entry = codec.dump_event(event, token_hex(4))
        shard = self._shards.of(thread)
        if not await self._scripts.call("append", shard, thread_id(thread), claim.token, entry):
            raise TurnLost(claim.turn.id)
