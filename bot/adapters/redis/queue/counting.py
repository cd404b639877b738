"""Counting what a shard of the queue holds, in all and by workspace."""

from collections import Counter
from collections.abc import Sequence

from bot.adapters.redis.connection.scripting import Connection


async def depth(redis: Connection, prefix: str) -> Sequence[int]:
    """Return how many threads wait, how many are leased or delayed, and the dead letters."""
    async with redis.pipeline(transaction=False) as pipe:
        for kind in ("ready", "leases", "delayed", "dead"):
            pipe.zcard(f"{prefix}{kind}")
        pipe.hvals(f"{prefix}aside")
        pipe.hgetall(f"{prefix}line")
        ready, *others, aside, lines = await pipe.execute()
    stand = await redis.zmscore(f"{prefix}ready", list(lines)) if lines else ()
    ready -= sum(place is not None for place in stand)  # these are workspaces, and no threads
    return [ready + sum(map(int, (*aside, *lines.values()))), *others]


async def by_workspace(redis: Connection, prefix: str) -> tuple[Counter[str], Counter[str]]:
    """Return how many threads of each workspace wait, and how many turns are in progress.

    Those that wait for their channel's share count, too. Both are empty where workspaces do not
    share the turns.
    """
    async with redis.pipeline(transaction=False) as pipe:
        for kind in ("line", "aside", "active"):
            pipe.hgetall(f"{prefix}{kind}")
        lines, aside, active = await pipe.execute()
    waiting = Counter({team: int(count) for team, count in lines.items()})
    running = Counter({name: int(count) for name, count in active.items() if ":" not in name})
    for channel, count in aside.items():
        team = channel.partition(":")[0]
        if team in running:  # a channel whose share is taken has turns in progress
            waiting[team] += int(count)
    return waiting, running
