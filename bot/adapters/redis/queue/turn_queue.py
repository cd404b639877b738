"""The queue of turns: one thread at a time and in order, the others side by side.

Why Lua on lists and sorted sets, and not Streams with consumer groups. A group hands out entries
one by one and knows nothing of threads; that a thread's next entry must wait for the one before,
that waiting messages are gathered into one turn, that a flood in one channel must not starve the
others and that an old owner must not write any more, would all have to be built beside it, and
the two kept in step. Here a thread is in one place at any time (ready, leased or delayed), each
move is one script, and the token that the scripts compare is the fence.

Why a wake list, and not publish/subscribe. ``BLPOP`` wakes exactly one waiting worker, within a
round trip, and needs no connection of its own kept subscribed; a published hint wakes all of them
for one turn and is lost on those that are just reconnecting. The list holds at most one element;
whoever claims while there is more to do puts it there again, so that workers wake one another.
It is a hint only: a waiting worker looks by itself as soon as a lease or a delay may end, and at
least every second.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from math import ceil
from secrets import token_urlsafe
from time import monotonic
from typing import Any

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.errors import store_errors
from bot.adapters.redis.connection.scripting import Connection, Script
from bot.adapters.redis.queue.journal import written
from bot.operations.queue_admin import DeadLetter, Depth, Hold, QueueAdmin
from bot.panel.errors import TurnLost
from bot.panel.intake.turn_queue import StopResult, WaitingThread
from bot.panel.journal.events import Retried
from bot.panel.model import Claim, Message, MessageTs, ThreadRef, Turn, TurnId, UserId

MOST_MESSAGES = 20  # in one turn: what people type during one answer, not a transcript
UNREADABLE_FOR = 30.0
HERALD_FOR = 6.0  # seconds that one worker stays the one who tells places
LEAST_ROOM = 4  # in each shard: a channel's threads fall on them by chance
LONGEST_GOODBYE = 2.0  # seconds that a cancelled claim may still take

_PUT, _CLAIM, _RENEW, _DONE, _RELEASE = map(Script, ("put", "claim", "renew", "done", "release"))
_BURY, _LETTERS, _RETRY, _DROP = map(Script, ("bury", "letters", "retry", "drop"))
_LINE, _STOP, _AMEND, _HOLD = map(Script, ("line", "stop", "amend", "hold"))

_log = logging.getLogger(__name__)


class RedisTurnQueue(QueueAdmin):
    """The queue in Redis; a claim is a lease of *lease* seconds.

    Of one channel, about *room* turns at most are begun and not done at any time: Slack takes no
    more than a message a second there, and the others want their turn. A waiting worker that
    nobody wakes looks by itself after *look_again* seconds.
    """

    def __init__(
        self,
        redis: Connection,
        shards: keys.Shards,
        *,
        lease: float = 15.0,
        room: int = 10,
        look_again: float = 1.0,
    ) -> None:
        self._redis = redis
        self._shards = shards
        self._lease = _milliseconds(lease)
        self._room = max(min(room, LEAST_ROOM), ceil(room / shards.count))
        self._name = token_urlsafe(6)
        self._look_again = _milliseconds(look_again)
        self._prefixes = deque(shards.prefixes)

    async def put(self, thread: ThreadRef, message: Message, *, alone: bool = False) -> bool:
        entry = ("!" if alone else "+") + codec.dump(message)
        nonce = token_urlsafe(6)
        args = (keys.thread_name(thread), message.ts, entry, nonce, keys.SEEN_FOR)
        return bool(await self._run(_PUT, self._shards.prefix(thread), *args))

    async def amend(self, thread: ThreadRef, ts: MessageTs, message: Message | None) -> bool:
        args = (keys.thread_name(thread), ts, codec.dump(message) if message else "")
        return bool(await self._run(_AMEND, self._shards.prefix(thread), *args))

    async def claim(self) -> Claim:
        while True:
            self._prefixes.rotate(-1)  # so that no shard comes first each time
            pauses = []
            for prefix in tuple(self._prefixes):
                found = await self._take(prefix)
                if isinstance(found, Claim):
                    return found
                pauses.append(found)
            await self._rest(min(pauses))

    async def renew(self, claim: Claim) -> None:
        await self._fenced(_RENEW, claim, self._lease)

    async def done(self, claim: Claim) -> None:
        await self._fenced(_DONE, claim, keys.ENDED_FOR)

    async def postpone(self, claim: Claim, *, after: float) -> None:
        await self._fenced(_RELEASE, claim, keys.ENDED_FOR, _milliseconds(after), 1)

    async def hand_over(self, claim: Claim) -> None:
        await self._fenced(_RELEASE, claim, keys.ENDED_FOR, 0, 0)

    async def waiting_threads(self, limit: int) -> Sequence[WaitingThread]:
        told: list[WaitingThread] = []
        for prefix in self._shards.prefixes:  # which take turns
            args = (self._name, _milliseconds(HERALD_FOR), limit)
            line = await self._run(_LINE, prefix, *args)
            askers = (UserId(user) if user else None for user in line[2::3])
            told += map(WaitingThread, map(keys.thread_of, line[::3]), line[1::3], askers)
        return told

    async def stop(self, thread: ThreadRef, ts: MessageTs, by: UserId) -> StopResult | None:
        args = (keys.thread_name(thread), ts, keys.SEEN_FOR, by)
        answer = await self._run(_STOP, self._shards.prefix(thread), *args)
        if not answer:
            return None
        stopping, dropped = answer
        return StopResult(bool(stopping), codec.load(Message, dropped).ts if dropped else None)

    async def stop_requests(self) -> Mapping[ThreadRef, UserId]:
        with store_errors():
            async with self._redis.pipeline(transaction=False) as pipe:
                for prefix in self._shards.prefixes:
                    pipe.hgetall(f"{prefix}stops")
                found = await pipe.execute()
        return {
            keys.thread_of(name): UserId(user) for stops in found for name, user in stops.items()
        }

    async def depth(self) -> Depth:
        """Return how much there is to do, over all shards."""
        counts = [await self._counts(prefix) for prefix in self._shards.prefixes]
        return Depth(*(sum(column) for column in zip(*counts, strict=True)))

    async def bury(self, claim: Claim, reason: str) -> None:
        """Give the turn up: it becomes a dead letter. Raises TurnLost if another worker has it."""
        await self._fenced(_BURY, claim, keys.ENDED_FOR, claim.turn.id, reason, keys.DEAD_FOR)

    async def buried(self, *, most: int = 1000) -> Sequence[DeadLetter]:
        """Return the dead letters, the oldest first; those that cannot be read are logged."""
        letters: list[DeadLetter] = []
        for prefix in self._shards.prefixes:
            letters += filter(None, map(_letter, await self._run(_LETTERS, prefix, most)))
        return sorted(letters, key=lambda letter: letter.buried_at)[:most]

    async def dead_letter(self, turn: TurnId) -> DeadLetter | None:
        return next((found for found in await self.buried() if found.turn.id == turn), None)

    async def retry(self, turn: TurnId) -> bool:
        return await self._anywhere(_RETRY, turn, written(Retried()))

    async def drop(self, turn: TurnId) -> bool:
        return await self._anywhere(_DROP, turn)

    async def hold(self, thread: ThreadRef, *, drop: bool = False) -> Hold | None:
        args = (keys.thread_name(thread), self._lease, int(drop))
        requested_at = monotonic()
        found = await self._run(_HOLD, self._shards.prefix(thread), *args)
        if not found:
            return None
        token, dropped = found
        turn = Turn(TurnId(f"{keys.thread_name(thread)} held"), thread, ())
        return Hold(Claim(turn, int(token), attempt=1, requested_at=requested_at), dropped)

    async def _take(self, prefix: str) -> Claim | float:
        """Return a claim, or how long to wait for one at most."""
        args = (self._lease, MOST_MESSAGES, self._look_again, self._room)
        requested_at = monotonic()
        asking = asyncio.ensure_future(self._run(_CLAIM, prefix, *args))
        try:
            answer = await asyncio.shield(asking)
        except asyncio.CancelledError:
            await self._give_back(prefix, asking)
            raise
        if len(answer) == 1:
            return float(answer[0]) / 1000
        found = await self._read(prefix, answer)
        return replace(found, requested_at=requested_at) if isinstance(found, Claim) else found

    async def _read(self, prefix: str, answer: Sequence[Any]) -> Claim | float:
        """Return the claim that *answer* is; set it aside if it cannot be read."""
        thread, messages, token, *counts = answer
        try:
            return Claim(_turn(thread, messages or "[]"), int(token), *counts)
        except codec.Unreadable as why:  # perhaps a newer worker can read it
            _log.error("queue.unreadable", extra={"slack_thread": thread, "reason": str(why)})
            await self._leave(prefix, answer, UNREADABLE_FOR)
            return self._look_again / 1000

    async def _give_back(self, prefix: str, asking: asyncio.Future[Any]) -> None:
        """Return what a cancelled claim gets after all; failing that, the lease runs out."""
        with suppress(Exception):  # the cancellation goes on, whatever happens here
            async with asyncio.timeout(LONGEST_GOODBYE):
                answer = await asking
                if len(answer) > 1:
                    await self._leave(prefix, answer, 0.0)

    async def _leave(self, prefix: str, answer: Sequence[Any], after: float) -> None:
        thread, _, token, *_ = answer
        await self._run(_RELEASE, prefix, thread, token, keys.ENDED_FOR, _milliseconds(after), 0)

    async def _rest(self, seconds: float) -> None:
        """Wait until there may be something to do in one of the shards."""
        waits = [
            asyncio.ensure_future(self._redis.blpop([f"{prefix}wake"], timeout=seconds))
            for prefix in self._prefixes
        ]
        with store_errors():
            try:
                done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                for wait in done:
                    wait.result()
            finally:
                for wait in waits:
                    wait.cancel()
                await asyncio.gather(*waits, return_exceptions=True)

    async def _counts(self, prefix: str) -> list[int]:
        with store_errors():
            async with self._redis.pipeline(transaction=False) as pipe:
                for kind in ("ready", "leases", "delayed", "dead"):
                    pipe.zcard(f"{prefix}{kind}")
                pipe.hvals(f"{prefix}aside")
                ready, *others, aside = await pipe.execute()
        return [ready + sum(map(int, aside)), *others]

    async def _fenced(self, script: Script, claim: Claim, *args: str | int) -> None:
        thread = claim.turn.thread
        prefix, name = self._shards.prefix(thread), keys.thread_name(thread)
        if not await self._run(script, prefix, name, claim.token, *args):
            raise TurnLost(claim.turn.id)

    async def _anywhere(self, script: Script, turn: TurnId, *args: str) -> bool:
        for prefix in self._shards.prefixes:
            if await self._run(script, prefix, turn, *args):
                return True
        return False

    async def _run(self, script: Script, prefix: str, *args: str | int) -> Any:
        with store_errors():
            return await script(self._redis, prefix, *args)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _letter(raw: Sequence[str]) -> DeadLetter | None:
    turn, thread, messages, reason, attempts, at = raw
    try:
        return DeadLetter(_turn(thread, messages), reason, int(attempts), int(at) / 1000)
    except codec.Unreadable as why:  # perhaps another version can read it; it can be dropped
        _log.error("letter.unreadable", extra={"turn": turn, "reason": str(why)})
        return None


def _turn(thread: str, raw: str) -> Turn:
    ref = keys.thread_of(thread)
    messages = codec.load_tuple(Message, raw)
    if not messages:  # the server threw them away: see its maxmemory-policy
        raise codec.Unreadable("a turn without messages")
    return Turn.of(ref, messages)
