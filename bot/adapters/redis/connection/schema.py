"""The version of the data in Redis, and its number of shards: other data are refused."""

from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.shards import Shards
from bot.panel.errors import GiveUp

VERSION = 1


class SchemaRefused(GiveUp):
    """The data in Redis was written by a newer version, or for another number of shards."""


async def prepare(redis: Connection, shards: Shards) -> None:
    """Note that the data in Redis are of this version, or raise SchemaRefused."""
    await redis.hsetnx(keys.SCHEMA, "version", str(VERSION))
    await redis.hsetnx(keys.SCHEMA, "shards", str(shards.count))
    stored, count = await redis.hmget(keys.SCHEMA, ["version", "shards"])
    if int(stored) > VERSION:
        raise SchemaRefused(
            f"Redis holds data of schema {stored}, and this version of panelbot knows {VERSION}: "
            "start the newer version again."
        )
    if int(count) != shards.count:
        raise SchemaRefused(
            f"Redis holds data in {count} shards, not {shards.count}: start with {count}. To "
            f"change it, let the workers empty the queue and delete the key {keys.SCHEMA}."
        )
