"""Which workspaces have something: found by scanning all keys, for commands and removals."""

from bot.adapters.redis.connection.scripting import Connection


async def with_key(redis: Connection, pattern: str) -> list[str]:
    """Return the workspaces that have a key like *pattern*, with ``*`` in place of their ids."""
    before, after = pattern.split("*")
    found = [key async for key in redis.scan_iter(pattern)]
    return sorted(key.removeprefix(before).removesuffix(after) for key in found)
