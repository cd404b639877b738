"""Deciding on what experts want to do: by those who may, or by the clock."""

import asyncio
import logging
import time
from collections.abc import Collection

from bot.panel.approvals import approval_texts
from bot.panel.approvals.approval_store import ApprovalStore, VerdictResult
from bot.panel.approvals.approvals import Approvers, Pending
from bot.panel.errors import Refused, StoreUnavailable
from bot.panel.messaging.people import People
from bot.panel.model import ApprovalId, Decision, Person, ThreadRef, UserId

log = logging.getLogger(__name__)


class ApprovalDecisions:
    """Takes decisions, each once."""

    def __init__(self, store: ApprovalStore, people: People, approvers: Approvers) -> None:
        self._store = store
        self._people = people
        self._approvers = approvers

    async def decide(
        self, thread: ThreadRef, approval: ApprovalId, by: UserId, decision: Decision
    ) -> str:
        """Take the *decision* of *by*. Returns what they are to know besides, perhaps nothing.

        Raises Refused if they may not decide, or are too late.
        """
        found = [one for one in await self._store.pending(thread) if one.id == approval and one.ts]
        if not found:
            raise Refused(approval_texts.decided_before())
        await self._check(by, found[0])
        verdict = found[0].decided(found[0].verdict(decision, round(time.time())), by)
        entered = await self._store.record_verdict(thread, approval, verdict)
        if entered is VerdictResult.TOO_LATE:
            raise Refused(approval_texts.decided_before())
        log.info("approval.decided", extra={"approval": approval, "decision": decision})
        return approval_texts.in_line() if entered is VerdictResult.IN_LINE else ""

    async def _check(self, user: UserId, pending: Pending) -> None:
        person = await self._people.person(user)
        if not self._approvers.include(person, pending, await self._groups(person)):
            raise Refused(approval_texts.may_not_decide(self._approvers.described()))

    async def _groups(self, person: Person) -> Collection[str]:
        """Return those of the groups that may decide in which *person* is."""
        if not self._approvers.groups:
            return ()
        return await self._people.groups(person.id, self._approvers.groups)


class ApprovalExpiry:
    """Lets what nobody decides count as declined; looks every so many seconds."""

    def __init__(self, store: ApprovalStore, *, every: float = 5) -> None:
        self._store = store
        self._every = every

    async def run(self) -> None:
        """Look until cancelled. As many as like may do so side by side."""
        while True:
            try:
                await self.look()
            except StoreUnavailable as error:
                log.warning("approvals.unknown", extra={"reason": str(error)})
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        """Enter a verdict wherever the time has run out."""
        for thread, pending in await self._store.expired():
            verdict = pending.verdict(Decision.EXPIRED, round(time.time()))
            await self._store.record_verdict(thread, pending.id, pending.decided(verdict, None))
            log.info("approval.expired", extra={"approval": pending.id})
