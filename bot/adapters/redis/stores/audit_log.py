"""The audit log in Redis: a stream for each workspace, and the head of its chain.

A record's hash is made here, as Redis can make no SHA-256. So the script that appends it checks
that nobody else has appended meanwhile; else it is made again.
"""

from collections.abc import AsyncIterator, Sequence

from bot import runtime
from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection, Script, milliseconds
from bot.adapters.redis.stores import workspace_stores
from bot.panel.audit.audit_log import NOBODY, AuditLog
from bot.panel.audit.chain import Chain, Head, Record
from bot.panel.audit.entry import Act, Entry
from bot.panel.roster.roster import WorkspaceScope

_APPEND = Script("audit_append")
_PAGE = 500  # records in one round trip


class RedisAuditLog(AuditLog):
    """Seals and keeps the log; nobody changes a record, but trimming removes old ones."""

    def __init__(self, redis: Connection, secrets: Sequence[str]) -> None:
        self._redis = redis
        self._chain = Chain(secrets)

    async def append(self, entry: Entry) -> None:
        prefix = keys.slot("audit", entry.where.team_id)
        appended = False
        while not appended:
            head = await self.head(entry.where.team_id)
            record, new = self._chain.next(head, entry, runtime.time())
            appended = await _APPEND(
                self._redis, prefix, head.number, head.hash, record.text, new.hash
            )

    async def teams(self) -> Sequence[str]:
        return await workspace_stores.with_key(self._redis, f"{keys.slot('audit', '*')}head")

    async def head(self, team_id: str) -> Head:
        number, hash_ = await self._redis.hmget(
            f"{keys.slot('audit', team_id)}head", "number", "hash"
        )
        return Head(int(number or 0), hash_ or "")

    async def records(self, team_id: str, since: float = 0) -> AsyncIterator[Record]:
        log, start = f"{keys.slot('audit', team_id)}log", str(max(0, milliseconds(since)))
        while True:
            page = await self._redis.xrange(log, start, "+", count=_PAGE)
            for _, fields in page:
                yield Record(fields.get("record", ""), fields.get("hash", ""))
            if len(page) < _PAGE:
                return
            start = f"({page[-1][0]}"

    async def expire(self, team_id: str, after: float) -> None:
        for name in ("log", "head"):
            await self._redis.expire(f"{keys.slot('audit', team_id)}{name}", round(after))

    async def trim(self, team_id: str, before: float) -> int:
        log, limit = f"{keys.slot('audit', team_id)}log", str(milliseconds(before))
        page = await self._redis.xrevrange(log, f"({limit}", "-", count=1)
        if not page:
            return 0
        fields = page[0][1]
        number = Record(fields["record"], fields["hash"]).fields().get("number")
        details = {"head": f"{number}:{fields['hash']}"}
        await self.append(Entry(Act.TRIMMED, WorkspaceScope(team_id), NOBODY, details=details))
        trimmed: int = await self._redis.xtrim(log, minid=limit, approximate=False)
        return trimmed
