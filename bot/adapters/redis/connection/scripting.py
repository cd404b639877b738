"""Running Lua scripts: each is one atomic step, called by its hash, loaded where it is unknown."""

from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import Any, TypeAlias

from redis.exceptions import NoScriptError

# Redis or RedisCluster. redis-py declares every reply as "bytes | str | …"; ours are str.
Connection: TypeAlias = Any


class Script:
    """The script ``scripts/<name>.lua``, whose header documents its arguments and result."""

    def __init__(self, name: str) -> None:
        self._source = _read("common") + "\n" + _read(name)
        self._digest = sha1(self._source.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, redis: Connection, key: str, *args: str | int) -> Any:
        """Run the script on *key*: the prefix of a shard, or the only key that it uses."""
        try:
            return await redis.evalsha(self._digest, 1, key, *args)
        except NoScriptError:  # a new server, or a flushed cache
            return await redis.eval(self._source, 1, key, *args)


def milliseconds(seconds: float) -> int:
    """Return *seconds* as scripts take them."""
    return round(seconds * 1000)


@cache
def _read(name: str) -> str:
    return files("bot.adapters.redis").joinpath("scripts", f"{name}.lua").read_text("utf-8")
