"""The outbox in Redis: of each thing its last state, until it is sent.

A state lies in the shard of its thread, so that the script that keeps it can check the token of the
turn that leaves it: a worker that has lost its turn cannot replace a newer state.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot import runtime
from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection, Script, ThreadScripts, milliseconds
from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.adapters.redis.shards import Shards
from bot.panel import observing
from bot.panel.errors import TurnLost
from bot.panel.messaging.outbox import LastState, Outbox, Outgoing
from bot.panel.model import Claim, ThreadRef
from bot.panel.observing import Measure

UNREADABLE_FOR = 30.0  # seconds until a state that cannot be read is claimed again
MOST_STATES = 10_000  # in a shard: some 30 MB; then the oldest is dropped

_PUT, _CLAIM, _RENEW, _SETTLE = map(
    Script, ("outbox_put", "outbox_claim", "outbox_renew", "outbox_settle")
)

log = logging.getLogger(__name__)


class RedisOutbox(Outbox):
    """Leases a state for *lease* seconds; looks every *look_again* seconds what others have put."""

    def __init__(
        self,
        redis: Connection,
        shards: Shards,
        *,
        lease: float = 15.0,
        look_again: float = 1.0,
        most: int = MOST_STATES,
        cipher: Cipher = CLEAR,
    ) -> None:
        self._redis = redis
        self._shards = shards
        self._scripts = ThreadScripts(redis, shards)
        self._lease = milliseconds(lease)
        self._look_again = milliseconds(look_again)
        self._most = most
        self._cipher = cipher
        self._prefixes = deque(shards.prefixes)
        self._look_now = asyncio.Event()

    async def put(self, state: LastState, claim: Claim | None = None) -> None:
        token, passing = claim.token if claim else "", int(state.passing)
        request = self._cipher.encrypt(state.request, states_of(keys.thread_name(state.thread)))
        args = (token, state.about, request, passing, keys.OUTBOX_FOR, self._most)
        dropped = await self._scripts.run(_PUT, state.thread, *args)
        if dropped < 0:
            raise TurnLost(claim.turn.id if claim else state.about)
        if dropped:
            log.error("outbox.full", extra={"dropped": dropped})
        self._look_now.set()

    async def claim(self, busy: Collection[str] = ()) -> Outgoing:
        while True:
            self._look_now.clear()
            self._prefixes.rotate(-1)  # so that no shard comes first each time
            pauses = []
            for prefix in tuple(self._prefixes):
                claimed = await self._claim_from(prefix, busy)
                if isinstance(claimed, Outgoing):
                    return claimed
                pauses.append(claimed)
            with suppress(TimeoutError):
                async with asyncio.timeout(min(pauses)):
                    await self._look_now.wait()

    async def renew(self, outgoing: Outgoing) -> None:
        state = outgoing.state
        args = (state.about, outgoing.token, self._lease)
        if not await self._scripts.run(_RENEW, state.thread, *args):
            raise TurnLost(state.about)

    async def sent(self, outgoing: Outgoing) -> None:
        await self._settle(outgoing, "", failed=False)
        self._look_now.set()  # its workspace may be busy no more

    async def postpone(self, outgoing: Outgoing, *, after: float, failed: bool = True) -> None:
        await self._settle(outgoing, str(milliseconds(after)), failed=failed)
        self._look_now.set()

    async def of(self, thread: ThreadRef) -> Mapping[str, LastState]:
        states = await self._redis.hgetall(self._shards.key("outbox", thread))
        return {
            about: self._state(thread, about, json.loads(state)["request"])
            for about, state in states.items()
        }

    async def waiting(self) -> int:
        async with self._redis.pipeline(transaction=False) as pipe:
            for prefix in self._shards.prefixes:
                pipe.zcard(f"{prefix}outbox")
            return sum(await pipe.execute())

    async def _claim_from(self, prefix: str, busy: Collection[str]) -> Outgoing | float:
        while True:
            requested_at = runtime.monotonic()
            tried_for = milliseconds(keys.TRIED_FOR)
            args = (self._lease, self._look_again, tried_for)
            reply: Sequence[Any] = await _CLAIM(self._redis, prefix, *args, *busy)
            match reply:
                case [pause]:
                    return float(pause) / 1000
                case [thread, about]:
                    log.error("outbox.expired", extra={"slack_thread": thread, "about": about})
                case [thread, about, request, token, failed]:
                    state = LastState(keys.thread_of(thread), about, request)
                    leased = Outgoing(state, int(token), failed, requested_at)
                    if outgoing := await self._readable(leased):
                        return outgoing

    async def _readable(self, leased: Outgoing) -> Outgoing | None:
        """Return *leased* as it can be sent; postpone it if this process lacks the key."""
        thread, about, request = leased.state.thread, leased.state.about, leased.state.request
        try:
            return replace(leased, state=self._state(thread, about, request))
        except codec.Unreadable as error:
            log.warning("outbox.unreadable", extra={"reason": str(error)})
            observing.count(Measure.UNREADABLE, what="last_state")
            await self.postpone(leased, after=UNREADABLE_FOR, failed=False)
            return None

    def _state(self, thread: ThreadRef, about: str, request: str) -> LastState:
        return LastState(
            thread, about, self._cipher.decrypt(request, states_of(keys.thread_name(thread)))
        )

    async def _settle(self, outgoing: Outgoing, delay: str, *, failed: bool) -> None:
        state = outgoing.state
        await self._scripts.run(
            _SETTLE, state.thread, state.about, outgoing.token, delay, int(failed)
        )


def states_of(thread: str) -> str:
    """Return what last states in the thread of that name are encrypted as."""
    return f"outbox {thread}"
