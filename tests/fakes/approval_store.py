"""What experts want to do and people have to approve of, in memory, beside a queue in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.panel.approvals.approval_store import ApprovalStore, VerdictResult
from bot.panel.approvals.approvals import Pending
from bot.panel.model import ApprovalId, Claim, Message, ThreadRef
from tests.fakes.turn_queue import FakeTurnQueue


@dataclass(slots=True)
class _Matter:
    thread: ThreadRef
    pending: Pending
    due: float | None = None
    verdict: Message | None = None


class FakeApprovalStore(ApprovalStore):
    """The approvals of the turns in *queue*, whose clock it shares."""

    def __init__(self, queue: FakeTurnQueue) -> None:
        self._queue = queue
        self._matters: dict[ApprovalId, _Matter] = {}

    async def open(self, claim: Claim, pending: Pending) -> None:
        self._queue.held(claim)
        self._matters.setdefault(pending.id, _Matter(claim.turn.thread, pending))

    async def ask(self, claim: Claim, pending: Pending, *, within: float) -> None:
        self._queue.held(claim)
        if matter := self._matters.get(pending.id):
            matter.pending = pending
            matter.due = matter.due or self._queue.now() + within

    async def pending(self, thread: ThreadRef) -> Sequence[Pending]:
        return [one.pending for one in self._matters.values() if one.thread == thread]

    async def record_verdict(
        self, thread: ThreadRef, approval: ApprovalId, verdict: Message
    ) -> VerdictResult:
        matter = self._matters.get(approval)
        if matter is None or matter.verdict not in (None, verdict):
            return VerdictResult.TOO_LATE
        if matter.verdict is None:
            matter.verdict = verdict
            self._queue.put_first(thread, verdict)
        return VerdictResult.IN_LINE if self._queue.is_busy(thread) else VerdictResult.AT_ONCE

    async def expired(self) -> Sequence[tuple[ThreadRef, Pending]]:
        now = self._queue.now()
        open_ = [one for one in self._matters.values() if one.due and not one.verdict]
        return [(one.thread, one.pending) for one in open_ if one.due and one.due <= now]

    async def close(self, claim: Claim, approval: ApprovalId) -> None:
        self._queue.held(claim)
        matter = self._matters.pop(approval, None)
        if matter and matter.verdict:
            await self._queue.amend(matter.thread, matter.verdict.ts, None)
