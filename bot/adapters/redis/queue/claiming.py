"""Taking the next turn off the queue: from each shard in its turn, and waiting while there is none.

Why a wake list, and not publish/subscribe? ``BLPOP`` wakes exactly one waiting worker, within a
round trip, and needs no connection that stays subscribed; a published hint wakes all workers for
one turn and misses those that are just reconnecting. The list has at most one element; a worker
that claims while there is more to do puts it back, so that workers wake one another. It is only a
hint: a waiting worker also polls as soon as a lease or a delay may end, and at least every second.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields, replace
from math import ceil
from typing import Any

from bot import runtime
from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection, Script, milliseconds
from bot.adapters.redis.encryption import Cipher
from bot.adapters.redis.shards import Shards
from bot.panel import observing
from bot.panel.model import Claim, Message, Turn, UserId
from bot.panel.observing import Measure

MOST_MESSAGES = 20  # in one turn: what people type while one answer is written
UNREADABLE_FOR = 30.0  # seconds until a turn that cannot be read is claimed again
LEAST_ROOM = 4  # in each shard, as a channel's threads are spread over shards unevenly
CANCELLED_CLAIM_TIMEOUT = 2.0  # seconds
_FIELDS = frozenset(field.name for field in fields(Message))

_CLAIM, _RELEASE = Script("claim"), Script("release")

_log = logging.getLogger(__name__)


class Claiming:
    """Claims turns: *lease*, the rooms and *look_again* are those of the queue."""

    def __init__(
        self,
        redis: Connection,
        shards: Shards,
        cipher: Cipher,
        *,
        lease: float,
        room: int,
        workspace_room: int | None,
        look_again: float,
    ) -> None:
        self._redis = redis
        self._cipher = cipher
        self._lease = milliseconds(lease)
        self._rooms = [_share(of_all, shards) for of_all in (room, workspace_room or 0)]
        self._look_again = milliseconds(look_again)
        self._prefixes = deque(shards.prefixes)

    async def next(self) -> Claim:
        while True:
            self._prefixes.rotate(-1)  # so that no shard comes first each time
            pauses = []
            for prefix in tuple(self._prefixes):
                claim = await self._claim_from(prefix)
                if isinstance(claim, Claim):
                    return claim
                pauses.append(claim)
            await self._rest(min(pauses))

    async def _claim_from(self, prefix: str) -> Claim | float:
        args = (self._lease, MOST_MESSAGES, self._look_again, *self._rooms)
        requested_at = runtime.monotonic()
        request = asyncio.ensure_future(_CLAIM(self._redis, prefix, *args))
        try:
            reply = await asyncio.shield(request)
        except asyncio.CancelledError:
            await self._give_back(prefix, request)
            raise
        if len(reply) == 1:
            return float(reply[0]) / 1000
        claim = await self._read(prefix, reply)
        return replace(claim, requested_at=requested_at) if isinstance(claim, Claim) else claim

    async def _read(self, prefix: str, reply: Sequence[Any]) -> Claim | float:
        thread, messages, token, attempt, postponed, deaths, in_doubt, pressed, *more = reply
        overtaken, is_new, has_old_links = map(bool, more)
        try:
            turn = stored_turn(thread, messages or "[]", self._cipher)
            turn = replace(turn, pressed=tuple(map(UserId, pressed.split())))
            counts = (attempt, postponed, deaths)
            flags = {"in_doubt": bool(in_doubt), "overtaken": overtaken, "is_new": is_new}
            return Claim(turn, int(token), *counts, **flags, has_old_links=has_old_links)
        except codec.Unreadable as error:  # perhaps a newer worker can read it
            _log.error("queue.unreadable", extra={"slack_thread": thread, "reason": str(error)})
            observing.count(Measure.UNREADABLE, what="turn")
            await self._release(prefix, reply, UNREADABLE_FOR)
            return self._look_again / 1000

    async def _give_back(self, prefix: str, request: asyncio.Future[Any]) -> None:
        """Release what a cancelled claim still receives; if that fails, the lease expires."""
        with suppress(Exception):  # no error may replace the cancellation
            async with asyncio.timeout(CANCELLED_CLAIM_TIMEOUT):
                reply = await request
                if len(reply) > 1:
                    await self._release(prefix, reply, 0.0)

    async def _release(self, prefix: str, reply: Sequence[Any], after: float) -> None:
        thread, _, token, *_ = reply
        args = (keys.ENDED_FOR, milliseconds(after), 0, 0)
        await _RELEASE(self._redis, prefix, thread, token, *args)

    async def _rest(self, seconds: float) -> None:
        """Wait until there may be something to do in one of the shards."""
        waits = [
            asyncio.ensure_future(self._redis.blpop([f"{prefix}wake"], timeout=seconds))
            for prefix in self._prefixes
        ]
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in done:
                wait.result()
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


def _share(room: int, shards: Shards) -> int:
    return max(min(room, LEAST_ROOM), ceil(room / shards.count))


def messages_in(thread: str) -> str:
    """Return what messages of the thread of that name are encrypted as."""
    return f"message {thread}"


def stored_turn(thread: str, raw: str, cipher: Cipher) -> Turn:
    """Return the turn of the messages in *raw*. Raises Unreadable."""
    ref = keys.thread_of(thread)
    messages = codec.load_tuple(Message, cipher.decrypt(raw, messages_in(thread)))
    if not messages:  # evicted by the server: see its maxmemory-policy
        raise codec.Unreadable("a turn without messages")
    if lacking := {name for message in messages for name in message.needs} - _FIELDS:
        raise codec.UnknownKind(f"a message that needs {', '.join(sorted(lacking))}")
    return Turn.of(ref, messages)
