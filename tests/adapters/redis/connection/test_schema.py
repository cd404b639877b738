import pytest

from bot.adapters.redis import keys
from bot.adapters.redis.connection import schema
from bot.adapters.redis.connection.client import prepare
from bot.adapters.redis.connection.schema import SchemaRefused
from bot.adapters.redis.shards import Shards
from bot.panel.errors import GiveUp


async def test_an_empty_redis_becomes_ours(redis):
    await schema.prepare(redis, Shards(2), version=3, migrations={})

    assert await redis.hgetall(keys.SCHEMA) == {"version": "3", "shards": "2"}


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


async def test_older_data_are_brought_forward_step_by_step(redis):
    steps = []

    async def first(redis, shards):
        steps.append(await redis.hget(keys.SCHEMA, "version"))

    async def second(redis, shards):
        steps.append(await redis.hget(keys.SCHEMA, "version"))

    await schema.prepare(redis, Shards(), version=1)
    await schema.prepare(redis, Shards(), version=3, migrations={1: first, 2: second})

    assert steps == ["1", "2"]
    assert await redis.hget(keys.SCHEMA, "version") == "3"


async def test_a_step_that_failed_is_done_again(redis):
    async def failing(redis, shards):
        raise RuntimeError("half way")

    steps = []

    async def working(redis, shards):
        steps.append("done")

    await schema.prepare(redis, Shards(), version=1)
    with pytest.raises(RuntimeError):
        await schema.prepare(redis, Shards(), version=2, migrations={1: failing})
    await schema.prepare(redis, Shards(), version=2, migrations={1: working})

    assert steps == ["done"]


def test_there_is_a_way_forward_from_every_version():
    assert set(schema.MIGRATIONS) == set(range(1, schema.VERSION))
