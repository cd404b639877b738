"""Which version of the keys is in Redis: newer ones are refused, older ones are brought forward."""

from collections.abc import Awaitable, Callable, Mapping

from bot.adapters.redis import keys
from bot.adapters.redis.connection.errors import store_errors
from bot.adapters.redis.connection.scripting import Connection
from bot.panel.errors import GiveUp

VERSION = 1

Migration = Callable[[Connection, keys.Shards], Awaitable[None]]

# From which version: what makes it the next one. Each must bear being run twice, and beside
# workers of the older version that have not stopped yet.
MIGRATIONS: Mapping[int, Migration] = {}


class SchemaRefused(GiveUp):
    """What is in Redis was written by a newer version, or for another number of shards."""


async def prepare(
    redis: Connection,
    shards: keys.Shards,
    *,
    version: int = VERSION,
    migrations: Mapping[int, Migration] = MIGRATIONS,
) -> None:
    """Make sure that what is in Redis is what this *version* means, or raise SchemaRefused."""
    with store_errors():
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
        with store_errors():
            await migrations[older](redis, shards)
            await redis.hset(keys.SCHEMA, "version", str(older + 1))
