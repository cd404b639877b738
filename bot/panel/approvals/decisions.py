"""Deciding on requests for approval: by people, or by expiry."""

import asyncio
import logging

from bot import runtime
from bot.panel.approvals import approval_texts
from bot.panel.approvals.approval_rights import ApprovalRights
from bot.panel.approvals.approval_store import ApprovalStore, VerdictResult
from bot.panel.approvals.approvals import Pending
from bot.panel.audit.audit_log import Auditor
from bot.panel.audit.entry import Act
from bot.panel.errors import Refused
from bot.panel.loops import forever
from bot.panel.model import ApprovalId, Decision, ThreadRef, UserId

log = logging.getLogger(__name__)

_ACTS = {Decision.APPROVED: Act.APPROVED, Decision.DECLINED: Act.DECLINED}
_LOOK_EVERY = 0.1


class ApprovalDecisions:
    """Records people's decisions, one for each request."""

    def __init__(
        self, store: ApprovalStore, rights: ApprovalRights, auditor: Auditor, *, patience: float = 2
    ) -> None:
        self._store = store
        self._rights = rights
        self._auditor = auditor
        self._patience = patience  # seconds between a request's message and its being decidable

    async def decide(
        self, thread: ThreadRef, approval: ApprovalId, by: UserId, decision: Decision
    ) -> str:
        """Record the *decision* of *by*. Returns a notice for them, or an empty string.

        Raises Refused if they may not decide, or are too late.
        """
        pending = await self._posted(thread, approval)
        try:
            await self._check(by, pending, decision)
        except Refused:
            await self._auditor.refused(thread, by, "approval", approval=approval)
            raise
        act = _ACTS[decision]
        await self._auditor.record(act, thread, by, pending.call.expert, **_details(pending))
        verdict = pending.verdict_message(pending.verdict(decision, round(runtime.time())), by)
        result = await self._store.record_verdict(thread, approval, verdict)
        if result is VerdictResult.TOO_LATE:
            await self._auditor.refused(thread, by, "approval", approval=approval)
            raise Refused(approval_texts.decided_before())
        log.info("approval.decided", extra={"approval": approval, "decision": decision})
        return approval_texts.in_line() if result is VerdictResult.IN_LINE else ""

    async def _posted(self, thread: ThreadRef, approval: ApprovalId) -> Pending:
        """Return the request; people see its buttons before its turn has noted the message."""
        for _ in range(round(self._patience / _LOOK_EVERY)):
            pending = await self._find(thread, approval)
            if pending.ts:
                return pending
            await asyncio.sleep(_LOOK_EVERY)
        raise Refused(approval_texts.decidable_soon())  # another worker goes on with the turn

    async def _find(self, thread: ThreadRef, approval: ApprovalId) -> Pending:
        for pending in await self._store.pending(thread):
            if pending.id == approval:
                return pending
        raise Refused(approval_texts.decided_before())

    async def _check(self, by: UserId, pending: Pending, decision: Decision) -> None:
        is_taken_back = decision is Decision.DECLINED and pending.authors == (by,)
        if not is_taken_back and not await self._rights.may_decide(by, pending):
            raise Refused(approval_texts.may_not_decide(self._rights.described(pending)))
        if decision is Decision.APPROVED and not pending.is_intact:
            raise Refused(approval_texts.not_shown())


def _details(pending: Pending) -> dict[str, str]:
    tools = ",".join(f"{one.server}.{one.tool}" for one in pending.wanted)
    return {"approval": pending.id, "tools": tools, "shown": pending.digest}


class ApprovalExpiry:
    """Records requests that nobody has decided on in time as expired."""

    def __init__(self, store: ApprovalStore, *, every: float = 5) -> None:
        self._store = store
        self._every = every

    async def run(self) -> None:
        """Do so every few seconds until cancelled, in any number of workers in parallel."""
        await forever(self.expire, "approvals.unknown", every=self._every)

    async def expire(self) -> None:
        for thread, pending in await self._store.expired():
            verdict = pending.verdict(Decision.EXPIRED, round(runtime.time()))
            await self._store.record_verdict(
                thread, pending.id, pending.verdict_message(verdict, None)
            )
            log.info("approval.expired", extra={"approval": pending.id})
