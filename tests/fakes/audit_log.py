"""An AuditLog in memory."""

from collections.abc import AsyncIterator

from bot.panel.audit.audit_log import NOBODY, AuditLog, Auditor
from bot.panel.audit.chain import Chain, Head, Record
from bot.panel.audit.entry import Act, Entry
from bot.panel.errors import StoreUnavailable
from bot.panel.roster.roster import WorkspaceScope


class FakeAuditLog(AuditLog):
    """Keeps entries and their records; fails while it is *away*."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.away = False
        self.clock = 1000.0
        self.expires: float | None = None  # seconds
        self._records: list[tuple[float, Record]] = []
        self._head = Head()
        self._chain = Chain(["secret"])

    async def append(self, entry: Entry) -> None:
        if self.away:
            raise StoreUnavailable("away")
        self.entries.append(entry)
        record, self._head = self._chain.next(self._head, entry, self.clock)
        self._records.append((self.clock, record))

    async def head(self, team_id: str) -> Head:
        return self._head

    async def records(self, team_id: str, since: float = 0) -> AsyncIterator[Record]:
        for at, record in self._records:
            if at >= since:
                yield record

    async def expire(self, team_id: str, after: float) -> None:
        self.expires = after

    async def trim(self, team_id: str, before: float) -> int:
        old = [record for at, record in self._records if at < before]
        if old:
            details = {"head": f"{old[-1].fields()['number']}:{old[-1].hash}"}
            await self.append(Entry(Act.TRIMMED, WorkspaceScope(team_id), NOBODY, details=details))
            self._records = self._records[len(old) :]
        return len(old)


def auditor(audit_log: FakeAuditLog | None = None) -> Auditor:
    """Return what records in *audit_log*."""
    return Auditor(audit_log or FakeAuditLog())
