"""Threads that have not been used for as long as their workspaces keep them."""

from collections import Counter
from collections.abc import Awaitable, Callable

from bot.operations.chores import Chore, ChoreKind, ChoreStore
from bot.operations.kept_data import KeptData

_DAY = 24 * 60 * 60

DaysOf = Callable[[str], Awaitable[int]]  # for how many days a workspace keeps them; 0: for ever


async def expire_idle(kept: KeptData, chores: ChoreStore, days_of: DaysOf, team: str = "") -> None:
    """Have all such threads forgotten, those of one workspace or, in one look, of all.

    One of a workspace after the other, with room for other chores between.
    """
    found = Counter[str]()
    async for thread, idle in kept.idle_threads(team):
        days = await days_of(thread.team_id)
        if days and idle >= days * _DAY:
            chore = Chore.in_thread(ChoreKind.EXPIRE, thread)
            await chores.put(chore, after=float(found[thread.team_id]))
            found[thread.team_id] += 1
