"""The turn queue, in Redis.

Lua scripts on lists, hashes and one sorted set, rather than Streams: a consumer group hands
out single entries, but here the unit is a thread. Its turns must come one at a time and in
order, messages that wait must be gathered into one turn, channels must take turns, and every
claim needs a fencing token; on top of a Stream each of these would be a second structure to
be kept in step with it. This way every step is one short atomic script, and the whole state
can be read with a handful of commands (see ``keys.py``).

Whoever makes a thread claimable pushes a token to the shard's ``wake`` list, on which idle
workers block. A lost token costs at most a second: workers look again by themselves, and in
any case when the next lease runs out.
"""

import asyncio
from itertools import count

from bot.adapters.redis import codec
from bot.adapters.redis.keys import SEEN_FOR, Shard, Shards, thread_id, thread_ref
from bot.adapters.redis.scripting import Connection, Scripts, translated
from bot.panel.errors import TurnLost
from bot.panel.model import Claim, Message, ThreadRef, Turn, TurnId
from bot.panel.ports import TurnQueue

MOST_GATHERED = 20
_LOOK_AGAIN = 1.0


class RedisTurnQueue(TurnQueue):
    """Turns in Redis; *lease* is in seconds."""

    def __init__(self, redis: Connection, shards: Shards, *, lease: float = 15) -> None:
        self._redis = redis
        self._shards = shards
        self._scripts = Scripts(redis)
        self._lease = round(lease * 1000)
        self._rounds = count()

    async def put(self, thread: ThreadRef, message: Message, *, alone: bool = False) -> bool:
        channel = f"{thread.team_id}/{thread.channel_id}"
        args = (thread_id(thread), channel, message.ts, codec.dump(message), int(alone), SEEN_FOR)
        return bool(await self._scripts.call("put", self._shards.of(thread), *args))

    async def claim(self) -> Claim:
        while True:
            shards = self._shards.all()
            start = next(self._rounds) % len(shards)  # no shard is always the first
            pause = _LOOK_AGAIN
            for shard in (*shards[start:], *shards[:start]):
                first, *rest = await self._scripts.call("claim", shard, self._lease, MOST_GATHERED)
                if first:
                    return _claim(first, *rest)
                if rest[0] > 0:
                    pause = min(pause, rest[0] / 1000)
            await self._wait(shards[start], pause)

    async def renew(self, claim: Claim) -> None:
        await self._held("renew", claim, self._lease)

    async def done(self, claim: Claim) -> None:
        await self._held("done", claim, "", claim.turn.id)

    async def release(self, claim: Claim, *, after: float) -> None:
        await self._held("release", claim, round(after * 1000))

    async def bury(self, claim: Claim, reason: str) -> None:
        await self._held("done", claim, reason, claim.turn.id)

    async def depth(self) -> int:
        """Return how many threads wait, run or are postponed."""
        total = 0
        async with translated():
            for shard in self._shards.all():
                total += await self._redis.zcard(f"{shard.prefix}leases")
                for channel in await self._redis.lrange(f"{shard.prefix}channels", 0, -1):
                    total += await self._redis.llen(f"{shard.prefix}ready:{channel}")
        return total

    async def _held(self, script: str, claim: Claim, *args: str | int) -> None:
        thread = claim.turn.thread
        shard = self._shards.of(thread)
        if not await self._scripts.call(script, shard, thread_id(thread), claim.token, *args):
            raise TurnLost(claim.turn.id)

    async def _wait(self, shard: Shard, pause: float) -> None:
        if self._shards.count > 1:  # one connection cannot block on several slots
            await asyncio.sleep(min(pause, 0.05))
            return
        async with translated():
            await self._redis.blpop([shard.wake], timeout=max(pause, 0.01))


def _claim(thread: str, token: int, attempt: int, *messages: str) -> Claim:
    ref = thread_ref(thread)
    said = tuple(codec.load(Message, message) for message in messages)
    turn_id = TurnId(f"{ref.team_id}:{ref.channel_id}:{said[0].ts}")
    return Claim(Turn(turn_id, ref, said), int(token), int(attempt))
