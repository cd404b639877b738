from bot.adapters.redis.connection.client import connect
from bot.adapters.redis.connection.server_checks import examine
from bot.panel.checks.findings import Severity
from tests.adapters.redis.servers import free_port


async def test_a_server_that_forgets_at_a_crash_is_a_concern(redis):
    found = await examine(redis, "redis://here")

    assert [finding.severity for finding in found] == [Severity.GOOD, Severity.WARNING]
    assert "append-only" in found[1].what
    assert "appendonly yes" in found[1].remedy


async def test_a_server_that_throws_keys_away_is_a_concern(redis):
    await redis.config_set("maxmemory-policy", "allkeys-lru")
    found = await examine(redis, "redis://here")
    await redis.config_set("maxmemory-policy", "noeviction")

    assert found[-1].severity is Severity.WARNING
    assert "allkeys-lru" in found[-1].what
    assert "noeviction" in found[-1].remedy


async def test_a_server_that_is_not_there_is_bad():
    redis = connect(f"redis://:s3cret@127.0.0.1:{free_port()}")
    (found,) = await examine(redis, "redis://here")
    await redis.aclose()

    assert found.severity is Severity.BAD
    assert found.what.startswith("Redis at redis://here cannot be reached (Error ")
    assert ".)" not in found.what
    assert "s3cret" not in found.what
