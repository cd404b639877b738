"""Tool calls that people have to approve, a hash for each thread.

It is in the same shard as the thread's queue: one script records a verdict and queues it. A second
click, or the expiry, therefore finds out that it came too late.
"""

from collections.abc import Iterator, Sequence

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection, Script, ThreadScripts
from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.adapters.redis.shards import Shards
from bot.panel.approvals.approval_store import ApprovalStore, VerdictResult
from bot.panel.approvals.approvals import Pending
from bot.panel.model import ApprovalId, Claim, Message, ThreadRef

_OPEN, _ASK, _ENTER = map(Script, ("approval_open", "approval_ask", "approval_enter"))
_DUE, _SETTLE = map(Script, ("approval_due", "approval_settle"))
_MOST_EXPIRED = 100  # in one reply
_VERDICT_RESULTS = {0: VerdictResult.TOO_LATE, 1: VerdictResult.IN_LINE, 2: VerdictResult.AT_ONCE}


class RedisApprovalStore(ApprovalStore):
    """The approvals of a RedisTurnQueue with the same *shards*."""

    def __init__(self, redis: Connection, shards: Shards, cipher: Cipher = CLEAR) -> None:
        self._redis = redis
        self._cipher = cipher
        self._shards = shards
        self._scripts = ThreadScripts(redis, shards)

    async def open(self, claim: Claim, pending: Pending) -> None:
        written = self._written(claim.turn.thread, pending)
        await self._scripts.fenced(_OPEN, claim, pending.id, written, keys.APPROVAL_FOR)

    async def ask(self, claim: Claim, pending: Pending, *, within: float) -> None:
        milliseconds = round(within * 1000)
        written = self._written(claim.turn.thread, pending)
        await self._scripts.fenced(_ASK, claim, pending.id, written, milliseconds)

    async def pending(self, thread: ThreadRef) -> Sequence[Pending]:
        entries = await self._redis.hgetall(self._shards.key("approvals", thread))
        texts = [text for name, text in entries.items() if not name.endswith("!")]
        name = keys.thread_name(thread)
        return [pending for text in texts if (pending := self._readable(name, text))]

    async def record_verdict(
        self, thread: ThreadRef, approval: ApprovalId, verdict: Message
    ) -> VerdictResult:
        args = (approval, codec.dump(verdict))
        return _VERDICT_RESULTS[await self._scripts.run(_ENTER, thread, *args)]

    async def expired(self) -> Sequence[tuple[ThreadRef, Pending]]:
        expired: list[tuple[ThreadRef, Pending]] = []
        for prefix in self._shards.prefixes:
            expired += self._expired(await _DUE(self._redis, prefix, _MOST_EXPIRED))
        return expired

    async def undecided(self) -> int:
        async with self._redis.pipeline(transaction=False) as pipe:
            for prefix in self._shards.prefixes:
                pipe.zcard(f"{prefix}undecided")
            return sum(await pipe.execute())

    async def close(self, claim: Claim, approval: ApprovalId) -> None:
        await self._scripts.fenced(_SETTLE, claim, approval)

    def _written(self, thread: ThreadRef, pending: Pending) -> str:
        about = approvals_in(keys.thread_name(thread))
        return self._cipher.encrypt_object(codec.dump(pending), about)

    def _expired(self, reply: Sequence[str]) -> Iterator[tuple[ThreadRef, Pending]]:
        for name, text in zip(reply[::2], reply[1::2], strict=True):
            if pending := self._readable(name, text):
                yield keys.thread_of(name), pending

    def _readable(self, thread: str, text: str) -> Pending | None:
        return self._cipher.load(Pending, text, approvals_in(thread), "approval.unreadable")


def approvals_in(thread: str) -> str:
    """Return what approvals in the thread of that name are encrypted as."""
    return f"approval {thread}"
