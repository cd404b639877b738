"""Where the audit log is kept, and what writes to it."""

import logging
from collections.abc import AsyncIterator
from typing import Protocol

from bot import runtime
from bot.panel.audit.chain import Head, Record
from bot.panel.audit.entry import Act, Entry, Where
from bot.panel.errors import StoreUnavailable
from bot.panel.model import UserId

log = logging.getLogger(__name__)

NOBODY = "panelbot"  # the bot itself
_MINUTE = 60.0  # seconds
_MOST_OF_ONE = 20  # refusals of one person, recorded in a minute


class AuditLog(Protocol):
    """The log of each workspace. Every method may raise StoreUnavailable."""

    async def append(self, entry: Entry) -> None:
        """Append *entry* to its workspace's log."""

    def records(self, team_id: str, since: float = 0) -> AsyncIterator[Record]:
        """Yield the records since then, seconds since 1970, the oldest first."""

    async def head(self, team_id: str) -> Head:
        """Return how far the log has come."""

    async def expire(self, team_id: str, after: float) -> None:
        """Delete all of it *after* seconds, if nothing is added until then."""

    async def trim(self, team_id: str, before: float) -> int:
        """Delete records from before then, and say so in the log; returns how many there were."""


class Auditor:
    """Records what people do; *nobody* is who acts where no person does.

    What changes something is recorded before it is done: where that cannot be recorded, it is not
    done. So there may be a record of what a crash has prevented, but no act without its record.
    """

    def __init__(self, audit_log: AuditLog, nobody: str = NOBODY) -> None:
        self._log = audit_log
        self._nobody = nobody
        self._refusals = _Refusals()

    async def record(
        self, act: Act, where: Where, by: UserId | None, subject: str = "", **details: str
    ) -> None:
        """Record what *by* is about to do. Raises StoreUnavailable: then it is not to be done.

        Neither *subject* nor *details* may have content: names, numbers and digests only.
        """
        await self._log.append(Entry(act, where, by or self._nobody, subject, details))

    async def refused(self, where: Where, by: UserId | None, wish: str, **details: str) -> None:
        """Record that *by* was not allowed to do something; a refusal stands even if that fails.

        Each is recorded once a minute, and only some of one person: nobody is to fill the log.
        """
        entry = Entry(Act.REFUSED, where, by or self._nobody, wish, details)
        if not self._refusals.is_new(entry):
            return
        try:
            await self._log.append(entry)
        except StoreUnavailable as error:
            log.warning("audit.refusal_not_recorded", extra={"reason": str(error)})


class _Refusals:
    """What was refused in the last minute: each is new once, and few of one person."""

    def __init__(self) -> None:
        self._begun = 0.0
        self._seen: dict[str, set[tuple[Where, str]]] = {}

    def is_new(self, entry: Entry) -> bool:
        now = runtime.monotonic()
        if now - self._begun >= _MINUTE:
            self._begun, self._seen = now, {}
        seen = self._seen.setdefault(entry.by, set())
        one = (entry.where, entry.subject)
        if one in seen or len(seen) >= _MOST_OF_ONE:
            return False
        seen.add(one)
        return True
