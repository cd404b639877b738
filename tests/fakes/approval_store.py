"""Requests for approval in memory, beside a queue in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.panel.approvals.approval_store import ApprovalStore, VerdictResult
from bot.panel.approvals.approvals import Pending
from bot.panel.model import ApprovalId, Claim, Message, ThreadRef
from tests.fakes.turn_queue import FakeTurnQueue


@dataclass(slots=True)
class _Request:
    thread: ThreadRef
    pending: Pending
    due: float | None = None
    verdict: Message | None = None


class FakeApprovalStore(ApprovalStore):
    """The approvals of the turns in *queue*, whose clock it shares."""

    def __init__(self, queue: FakeTurnQueue) -> None:
        self._queue = queue
        self._requests: dict[ApprovalId, _Request] = {}

    async def open(self, claim: Claim, pending: Pending) -> None:
        self._queue.held(claim)
        self._requests.setdefault(pending.id, _Request(claim.turn.thread, pending))

    async def ask(self, claim: Claim, pending: Pending, *, within: float) -> None:
        self._queue.held(claim)
        if request := self._requests.get(pending.id):
            request.pending = pending
            request.due = request.due or self._queue.now() + within

    async def pending(self, thread: ThreadRef) -> Sequence[Pending]:
        return [one.pending for one in self._requests.values() if one.thread == thread]

    async def record_verdict(
        self, thread: ThreadRef, approval: ApprovalId, verdict: Message
    ) -> VerdictResult:
        request = self._requests.get(approval)
        if request is None or request.verdict not in (None, verdict):
            return VerdictResult.TOO_LATE
        if request.verdict:
            return VerdictResult.AT_ONCE
        request.verdict = verdict
        self._queue.put_first(thread, verdict)
        return VerdictResult.IN_LINE if self._queue.is_busy(thread) else VerdictResult.AT_ONCE

    async def expired(self) -> Sequence[tuple[ThreadRef, Pending]]:
        asked = [one for one in self._requests.values() if one.due and not one.verdict]
        return [(one.thread, one.pending) for one in asked if self._is_over(one)]

    async def close(self, claim: Claim, approval: ApprovalId) -> None:
        self._queue.held(claim)
        request = self._requests.pop(approval, None)
        if request and request.verdict:
            await self._queue.amend(request.thread, request.verdict.ts, None)

    def _is_over(self, one: _Request) -> bool:
        is_late = one.due is not None and one.due <= self._queue.now()
        return is_late or self._queue.was_deleted(one.thread, one.pending.about)
