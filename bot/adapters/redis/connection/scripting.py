"""Running Lua scripts: each is one atomic step, called by its hash, loaded where it is unknown."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import Any, TypeAlias

from redis.exceptions import NoScriptError

from bot.adapters.redis.keys import thread_name
from bot.adapters.redis.shards import Shards
from bot.panel.errors import StoreUnavailable, TurnLost
from bot.panel.model import Claim, ThreadRef

# Redis or RedisCluster. redis-py declares every reply as "bytes | str | …"; ours are str.
Connection: TypeAlias = Any


class Script:
    """The script ``scripts/<name>.lua``, whose header documents its arguments and result."""

    def __init__(self, name: str) -> None:
        self._source = _read("common") + "\n" + _read(name)
        self._digest = sha1(self._source.encode(), usedforsecurity=False).hexdigest()

    async def __call__(
        self, redis: Connection, key: str, *args: str | int, also: Sequence[str] = ()
    ) -> Any:
        """Run the script on *key*: the prefix of a shard, or the only key that it uses.

        It uses those that are *also* named, too, which no script for a Cluster can.
        """
        keys = (1 + len(also), key, *also)
        try:
            return await redis.evalsha(self._digest, *keys, *args)
        except StoreUnavailable as error:
            if not isinstance(error.__cause__, NoScriptError):
                raise
            # a new server, or a flushed cache
            return await redis.eval(self._source, *keys, *args)


class ThreadScripts:
    """Runs scripts on what is stored of threads, each in the thread's shard."""

    def __init__(self, redis: Connection, shards: Shards) -> None:
        self._redis = redis
        self._shards = shards

    async def run(
        self, script: Script, thread: ThreadRef, *args: str | int, also: Sequence[str] = ()
    ) -> Any:
        """Run *script* on *thread*."""
        prefix = self._shards.prefix(thread)
        return await script(self._redis, prefix, thread_name(thread), *args, also=also)

    async def fenced(self, script: Script, claim: Claim, *args: str | int) -> Any:
        """Run *script* on the turn of *claim*. Raises TurnLost if another worker has it."""
        result = await self.run(script, claim.turn.thread, claim.token, *args)
        if not result:
            raise TurnLost(claim.turn.id)
        return result


def milliseconds(seconds: float) -> int:
    """Return *seconds* as scripts take them."""
    return round(seconds * 1000)


@cache
def _read(name: str) -> str:
    return files("bot.adapters.redis").joinpath("scripts", f"{name}.lua").read_text("utf-8")
