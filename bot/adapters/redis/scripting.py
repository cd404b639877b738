"""Calling the Lua scripts, and turning Redis' errors into ours."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any, TypeAlias

from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    ConnectionError,  # noqa: A004 - it is what redis-py calls it
    OutOfMemoryError,
    ReadOnlyError,
    TimeoutError,  # noqa: A004 - same
    TryAgainError,
)

from bot.adapters.redis.keys import Shard
from bot.panel.errors import StoreUnavailable

# redis-py annotates every answer as "bytes | str | …"; with decode_responses it is str.
Connection: TypeAlias = Any

_PASSING = (
    BusyLoadingError,
    ClusterDownError,
    ConnectionError,
    OSError,
    OutOfMemoryError,
    ReadOnlyError,
    TimeoutError,
    TryAgainError,
)


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Raise StoreUnavailable for what passes by itself: a restart, a failover, a full memory."""
    try:
        yield
    except _PASSING as error:
        raise StoreUnavailable(f"Redis: {type(error).__name__}") from error


class Scripts:
    """The scripts beside this module, loaded once and called by their digest."""

    def __init__(self, redis: Connection) -> None:
        folder = files("bot.adapters.redis") / "scripts"
        self._scripts = {
            name: redis.register_script((folder / f"{name}.lua").read_text())
            for name in ("append", "claim", "done", "put", "release", "renew")
        }

    async def call(self, name: str, shard: Shard, *args: str | int) -> Any:
        """Call a script on *shard*."""
        async with translated():
            return await self._scripts[name](keys=[shard.prefix], args=args)
