import pytest

from bot.adapters.redis import keys
from bot.adapters.redis.connection import schema
from bot.adapters.redis.connection.client import prepare
from bot.adapters.redis.connection.schema import SchemaRefused
from bot.adapters.redis.shards import Shards
from bot.panel.errors import GiveUp


async def test_an_empty_redis_becomes_ours(redis):
    await schema.prepare(redis, Shards(2))

    assert await redis.hgetall(keys.SCHEMA) == {"version": "1", "shards": "2"}


async def test_data_of_a_newer_version_are_refused(redis, redis_url):
    await redis.hset(keys.SCHEMA, mapping={"version": "99", "shards": "1"})

    with pytest.raises(SchemaRefused, match="schema 99, and this version of panelbot knows 1"):
        await schema.prepare(redis, Shards())
    with pytest.raises(GiveUp, match=r"Redis at redis://127\.0\.0\.1:\d+/0 cannot be used"):
        await prepare(redis, redis_url, Shards())


async def test_the_number_of_shards_does_not_change_silently(redis):
    await schema.prepare(redis, Shards(2))

    with pytest.raises(SchemaRefused, match="in 2 shards, not 4"):
        await schema.prepare(redis, Shards(4))
