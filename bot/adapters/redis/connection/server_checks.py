"""Checking the Redis server: reachable, new enough, and set up to lose nothing."""

from collections.abc import Mapping
from typing import Any

from redis.asyncio import RedisCluster

from bot.adapters.redis.connection.errors import reason, store_errors
from bot.adapters.redis.connection.scripting import Connection
from bot.panel.checks.findings import Finding, bad, good, warning
from bot.panel.errors import StoreUnavailable

_OLDEST = (7, 0)


async def examine(redis: Connection, address: str) -> list[Finding]:
    """Return the findings about the server at *address* (shown without its password)."""
    try:
        with store_errors():
            info = await _info(redis)
    except (StoreUnavailable, OSError) as error:
        remedy = "Start Redis (redis-server --appendonly yes), or correct REDIS_URL."
        return [bad(f"Redis at {address} cannot be reached ({reason(error)})", remedy)]
    return [
        _version(str(info.get("redis_version", "0")), address),
        _persistence(info),
        *_eviction(str(info.get("maxmemory_policy", "noeviction"))),
    ]


async def _info(redis: Connection) -> Mapping[str, Any]:
    if isinstance(redis, RedisCluster):  # all nodes are set up alike
        await redis.initialize()
        node_info: Mapping[str, Any] = await redis.info(target_nodes=redis.get_random_node())
        return node_info
    info: Mapping[str, Any] = await redis.info()
    return info


def _version(version: str, address: str) -> Finding:
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < _OLDEST:
        return bad(f"Redis {version} is too old", "Use Redis 7 or later, or Valkey 8 or later.")
    return good(f"Redis {version} at {address}")


def _persistence(info: Mapping[str, Any]) -> Finding:
    if info.get("aof_enabled"):
        return good("Redis keeps an append-only file")
    return warning(
        "Redis does not keep an append-only file: a crash loses turns and your panels",
        "Set appendonly yes in redis.conf (or CONFIG SET appendonly yes).",
    )


def _eviction(policy: str) -> list[Finding]:
    if policy.startswith("allkeys"):
        what = f"Redis may throw turns and panels away when memory is short ({policy})"
        return [warning(what, "Set maxmemory-policy noeviction in redis.conf.")]
    return []
