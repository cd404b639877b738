"""Looking whether Redis can serve us: reachable, new enough, and keeping what it is told."""

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.panel.findings import Finding, bad, good, warning

_OLDEST = (7, 0)


async def examine(redis: Redis, address: str) -> list[Finding]:
    """Return what is found of the server at *address* (shown without its password)."""
    try:
        info = await redis.info()
    except (RedisError, OSError) as error:
        remedy = "Start Redis (redis-server --appendonly yes), or correct REDIS_URL."
        return [bad(f"Redis at {address} cannot be reached ({type(error).__name__})", remedy)]
    return [_version(str(info.get("redis_version", "0")), address), _persistence(info)]


def _version(version: str, address: str) -> Finding:
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < _OLDEST:
        return bad(f"Redis {version} is too old", "Use Redis 7 or later, or Valkey 8 or later.")
    return good(f"Redis {version} at {address}")


def _persistence(info: dict[str, object]) -> Finding:
    if info.get("aof_enabled"):
        return good("Redis keeps an append-only file")
    return warning(
        "Redis does not keep an append-only file: a crash loses turns and your panels",
        "Set appendonly yes in redis.conf (or CONFIG SET appendonly yes).",
    )
