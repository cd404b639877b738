"""Chores in Redis: those of a workspace by when they are due, and how often each has failed."""

from collections.abc import Iterable, Mapping

from bot import runtime
from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection, Script, milliseconds
from bot.adapters.redis.encryption import CLEAR
from bot.adapters.redis.stores import workspace_stores
from bot.operations.chores import Chore, ChoreKind, ChoreStore

_TAKE, _SET = Script("chore_take"), Script("chore_set")
_TEAM, _TEAMS = Script("chore_team"), Script("chore_teams")


class RedisChoreStore(ChoreStore):
    """The chore itself is its entry, so that each is there once."""

    kind = "chores"  # of the slots that it uses

    def __init__(self, redis: Connection) -> None:
        self._redis = redis

    async def put(self, chore: Chore, *, after: float = 0) -> bool:
        is_new = bool(await self._set(chore, after, "new"))
        await self._note_due(chore.team_id, after)
        return is_new

    async def due_teams(self, lease: float, limit: int) -> Mapping[str, str]:
        claimed = iter(await _TEAMS(self._redis, self._all, milliseconds(lease), limit))
        return dict(zip(claimed, claimed, strict=True))

    async def looked_after(self, team_id: str, claim: str) -> None:
        due = f"{keys.slot(self.kind, team_id)}due"
        first = await self._redis.zrange(due, 0, 0, withscores=True)
        at = milliseconds(first[0][1] / 1000) if first else ""
        await _TEAM(self._redis, self._all, team_id, at, claim)

    async def take(self, team_id: str, lease: float) -> tuple[Chore, int] | None:
        prefix = keys.slot(self.kind, team_id)
        while taken := await _TAKE(self._redis, prefix, milliseconds(lease)):
            if readable := _readable([taken[0]]):
                return readable[0], taken[1]
        return None

    async def renew(self, chore: Chore, lease: float) -> None:
        await self._set(chore, lease, "renew")

    async def failed(self, chore: Chore, after: float) -> None:
        await self._set(chore, after, "failed")

    async def again(self, chore: Chore, after: float) -> None:
        await self._set(chore, after, "again")

    async def done(self, chore: Chore) -> bool:
        prefix, text = keys.slot(self.kind, chore.team_id), codec.dump(chore)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.zrem(f"{prefix}due", text)
            pipe.hdel(f"{prefix}failures", text)
            removed, _ = await pipe.execute()
        return bool(removed)

    async def note_installed(self, team_id: str) -> bool:
        prefix = keys.slot(self.kind, team_id)
        await self._redis.set(f"{prefix}installed", str(runtime.time()))
        chores = await self._waiting(team_id)
        dropped = [await self.done(one) for one in chores if one.kind is ChoreKind.REMOVE]
        return any(dropped)

    async def installed_at(self, team_id: str) -> float:
        return float(await self._redis.get(f"{keys.slot(self.kind, team_id)}installed") or 0)

    async def teams(self, kind: ChoreKind) -> list[str]:
        teams = await workspace_stores.with_key(self._redis, f"{keys.slot(self.kind, '*')}due")
        return [
            team for team in teams if any(one.kind is kind for one in await self._waiting(team))
        ]

    @property
    def _all(self) -> str:
        return keys.slot(self.kind, "")

    async def _note_due(self, team_id: str, after: float) -> None:
        """Note it after the chore: if this fails, the next chore of the workspace does it."""
        await _TEAM(self._redis, self._all, team_id, milliseconds(after), "")

    async def _waiting(self, team_id: str) -> list[Chore]:
        texts = await self._redis.zrange(f"{keys.slot(self.kind, team_id)}due", 0, -1)
        return _readable(texts)

    async def _set(self, chore: Chore, after: float, how: str) -> int:
        args = (codec.dump(chore), milliseconds(after), how)
        added: int = await _SET(self._redis, keys.slot(self.kind, chore.team_id), *args)
        return added


def _readable(texts: Iterable[str]) -> list[Chore]:
    """Return the chores that *texts* say, without those that are for workers of a newer version."""
    chores = (CLEAR.load(Chore, text, "", "chore.unreadable") for text in texts)
    return [chore for chore in chores if chore]
