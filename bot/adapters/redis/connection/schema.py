"""The version of the data in Redis: newer data is refused, older data is migrated."""

from collections.abc import Awaitable, Callable, Mapping

from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.shards import Shards
from bot.panel.errors import GiveUp

VERSION = 1

Migration = Callable[[Connection, Shards], Awaitable[None]]

# From each version, the migration to the next. It must be safe to run twice, and while workers of
# the older version are still running.
MIGRATIONS: Mapping[int, Migration] = {}


class SchemaRefused(GiveUp):
    """The data in Redis was written by a newer version, or for another number of shards."""


async def prepare(
    redis: Connection,
    shards: Shards,
    *,
    version: int = VERSION,
    migrations: Mapping[int, Migration] = MIGRATIONS,
) -> None:
    """Migrate the data in Redis to *version*, or raise SchemaRefused."""
    await redis.hsetnx(keys.SCHEMA, "version", str(version))
    await redis.hsetnx(keys.SCHEMA, "shards", str(shards.count))
    stored, count = await redis.hmget(keys.SCHEMA, ["version", "shards"])
    if int(stored) > version:
        raise SchemaRefused(
            f"Redis holds data of schema {stored}, and this version of panelbot knows {version}: "
            "start the newer version again."
        )
    if int(count) != shards.count:
        raise SchemaRefused(
            f"Redis holds data in {count} shards, not {shards.count}: start with {count}. To "
            f"change it, let the workers empty the queue and delete the key {keys.SCHEMA}."
        )
    for older in range(int(stored), version):
        await migrations[older](redis, shards)
        await redis.hset(keys.SCHEMA, "version", str(older + 1))
