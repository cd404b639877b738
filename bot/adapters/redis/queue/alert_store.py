"""Alerts in Redis: telling them are chores, in slots of their own."""

import json

from bot import runtime
from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Script, milliseconds
from bot.adapters.redis.stores.chore_store import RedisChoreStore
from bot.operations.alerting import NotedAlert, ToldAlertStore
from bot.operations.chores import Chore, ChoreKind
from bot.panel.alerts.alerts import Alert

_NOTE = Script("alert_note")


class RedisAlertStore(RedisChoreStore, ToldAlertStore):
    """The state of each alert, and the chores of telling them."""

    kind = "alerts"

    async def note(self, team_id: str, alert: Alert, count: int, *, after: float) -> bool:
        repeats = alert.repeats
        noted = await _NOTE(
            self._redis,
            keys.slot(self.kind, team_id),
            alert.name,
            codec.dump(_chore(team_id, alert)),
            json.dumps(alert.details),
            count,
            milliseconds(repeats.when_quiet),
            milliseconds(repeats.when_old),
            milliseconds(after),
            keys.ALERT_FOR,
        )
        await self._note_due(team_id, after)
        return bool(noted)

    async def forget(self, team_id: str, alert: Alert) -> None:
        await self._redis.delete(self._key(team_id, alert.name))
        await self.done(_chore(team_id, alert))

    async def begin(self, team_id: str, name: str) -> NotedAlert | None:
        key = self._key(team_id, name)
        noted = await self._redis.hgetall(key)
        if not noted.get("since") or "told" in noted:  # over, or told by a worker that then died
            return None
        await self._redis.hset(key, "tried", 1)
        since, details = int(noted["since"]) / 1000, json.loads(noted["details"])
        return NotedAlert(details, int(noted["count"]), since, was_tried="tried" in noted)

    async def told(self, team_id: str, name: str) -> None:
        key = self._key(team_id, name)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(key, "told", milliseconds(runtime.time()))
            pipe.hdel(key, "tried")
            pipe.expire(key, keys.ALERT_FOR)
            await pipe.execute()

    async def looked(self, team_id: str) -> float:
        return int(await self._redis.get(f"{keys.slot(self.kind, team_id)}looked") or 0) / 1000

    async def note_looked(self, team_id: str, until: float) -> None:
        await self._redis.set(f"{keys.slot(self.kind, team_id)}looked", milliseconds(until))

    def _key(self, team_id: str, name: str) -> str:
        return f"{keys.slot(self.kind, team_id)}alert:{name}"


def _chore(team_id: str, alert: Alert) -> Chore:
    return Chore(ChoreKind.ALERT, team_id, about=alert.name)
