"""Running Lua scripts: each is one atomic step, called by its hash, loaded where it is unknown.

Redis runs all of a script each time, also where it only defines what it may call. So each gets no
more of ``common.lua`` than it uses.
"""

import re
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

_DEFINITION = re.compile(r"^local .*\n(?:(?!local |--).*\n)*", re.MULTILINE)
_DEFINED = re.compile(r"local (?:function )?(\w+)")
_NAME, _NO_CODE = re.compile(r"[A-Za-z_]\w*"), re.compile(r"--.*|'[^']*'")


SCRIPTS: dict[str, str] = {}  # their names, by hash and by source


class Script:
    """The script ``scripts/<name>.lua``, whose header documents its arguments and result."""

    def __init__(self, name: str) -> None:
        self._source = _with_common(_read(name))
        self._digest = sha1(self._source.encode(), usedforsecurity=False).hexdigest()
        SCRIPTS[self._digest] = SCRIPTS[self._source] = name

    async def __call__(
        self, redis: Connection, key: str, *args: str | int | bytes, also: Sequence[str] = ()
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
        self, script: Script, thread: ThreadRef, *args: str | int | bytes, also: Sequence[str] = ()
    ) -> Any:
        prefix = self._shards.prefix(thread)
        return await script(self._redis, prefix, thread_name(thread), *args, also=also)

    async def fenced(self, script: Script, claim: Claim, *args: str | int | bytes) -> Any:
        """Run *script* on the turn of *claim*. Raises TurnLost if another worker has it."""
        result = await self.run(script, claim.turn.thread, claim.token, *args)
        if not result:
            raise TurnLost(claim.turn.id)
        return result


def milliseconds(seconds: float) -> int:
    """Return *seconds* as scripts take them."""
    return round(seconds * 1000)


def _with_common(script: str) -> str:
    """Return *script* behind what it uses of ``common.lua``, in which each uses those above it."""
    used, needed = _names(script), [script]
    for definition in reversed(_common()):
        if _DEFINED.match(definition)[1] in used:  # type: ignore[index]
            needed.append(definition)
            used |= _names(definition)
    return "".join(reversed(needed))


@cache
def _common() -> Sequence[str]:
    return _DEFINITION.findall(_read("common"))


def _names(code: str) -> set[str]:
    return set(_NAME.findall(_NO_CODE.sub("", code)))


@cache
def _read(name: str) -> str:
    return files("bot.adapters.redis").joinpath("scripts", f"{name}.lua").read_text("utf-8")
