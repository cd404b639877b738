"""Deciding on requests for approval: by people, or by expiry."""

import logging
import time
from collections.abc import Collection

from bot.panel.approvals import approval_texts
from bot.panel.approvals.approval_store import ApprovalStore, VerdictResult
from bot.panel.approvals.approvals import Approvers, Pending
from bot.panel.errors import Refused
from bot.panel.loops import forever
from bot.panel.messaging.people import People, Person
from bot.panel.model import ApprovalId, Decision, ThreadRef, UserId

log = logging.getLogger(__name__)


class ApprovalDecisions:
    """Records people's decisions, one for each request."""

    def __init__(self, store: ApprovalStore, people: People, approvers: Approvers) -> None:
        self._store = store
        self._people = people
        self._approvers = approvers

    async def decide(
        self, thread: ThreadRef, approval: ApprovalId, by: UserId, decision: Decision
    ) -> str:
        """Record the *decision* of *by*. Returns a notice for them, or an empty string.

        Raises Refused if they may not decide, or are too late.
        """
        posted = (pending for pending in await self._store.pending(thread) if pending.ts)
        pending = next((one for one in posted if one.id == approval), None)
        if pending is None:
            raise Refused(approval_texts.decided_before())
        await self._check(by, pending)
        verdict = pending.verdict_message(pending.verdict(decision, round(time.time())), by)
        result = await self._store.record_verdict(thread, approval, verdict)
        if result is VerdictResult.TOO_LATE:
            raise Refused(approval_texts.decided_before())
        log.info("approval.decided", extra={"approval": approval, "decision": decision})
        return approval_texts.in_line() if result is VerdictResult.IN_LINE else ""

    async def _check(self, user: UserId, pending: Pending) -> None:
        person = await self._people.person(user)
        if not self._approvers.include(person, pending, await self._groups(person)):
            raise Refused(approval_texts.may_not_decide(self._approvers.described()))

    async def _groups(self, person: Person) -> Collection[str]:
        """Return the groups of *person* among those that may decide."""
        if not self._approvers.groups:
            return ()
        return await self._people.groups(person.id, self._approvers.groups)


class ApprovalExpiry:
    """Records requests that nobody has decided on in time as expired."""

    def __init__(self, store: ApprovalStore, *, every: float = 5) -> None:
        self._store = store
        self._every = every

    async def run(self) -> None:
        """Do so every few seconds until cancelled, in any number of workers in parallel."""
        await forever(self.expire, "approvals.unknown", every=self._every)

    async def expire(self) -> None:
        """Record a verdict for every expired request."""
        for thread, pending in await self._store.expired():
            verdict = pending.verdict(Decision.EXPIRED, round(time.time()))
            await self._store.record_verdict(
                thread, pending.id, pending.verdict_message(verdict, None)
            )
            log.info("approval.expired", extra={"approval": pending.id})
