"""The queue of turns: in order within a thread, in parallel across threads.

Why Lua on lists and sorted sets, and not Streams with consumer groups? A group delivers entries
one by one and knows nothing of threads. We need more: a thread's next entry waits for the one
before, waiting messages are gathered into one turn, a flood in one channel does not starve the
others, and a former owner can no longer write. All of this would have to be built beside the
group, and kept consistent with it. Here a thread is in exactly one state (ready, leased or
delayed), each transition is one script, and the token that the scripts compare is a fencing token.
"""

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import replace

from redis.asyncio import RedisCluster

from bot import runtime
from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection, Script, ThreadScripts, milliseconds
from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.adapters.redis.queue import counting
from bot.adapters.redis.queue.claiming import Claiming, messages_in, stored_turn
from bot.adapters.redis.queue.journal import journal_entry
from bot.adapters.redis.shards import Shards
from bot.operations.queue_admin import DeadLetter, Depth, Hold, QueueAdmin, WorkspaceDepth
from bot.panel import observing
from bot.panel.errors import Poisoned
from bot.panel.intake.turn_queue import MOST_APP_QUESTIONS, StopResult, WaitingThread, messages_of
from bot.panel.journal.events import Retried
from bot.panel.messaging.channel_moves import ChannelsMoved
from bot.panel.model import Claim, Message, MessageTs, ThreadRef, Turn, TurnId, UserId
from bot.panel.observing import Kind

HERALD_FOR = 6.0  # seconds that one worker alone posts queue positions
HURRIED = 3  # turns that a success of another lets be tried, in each shard
NEXT = 100  # threads, in each shard, whose messages count as the oldest
_MOVED = -2
_LETTERS_AT_ONCE = 500
_DELETED = "deleted"  # in place of what else is remembered of a message that was put

_PUT, _RENEW, _DONE, _RELEASE = map(Script, ("put", "renew", "done", "release"))
_BURY, _LETTERS, _RETRY, _DROP = map(Script, ("bury", "letters", "retry", "drop"))
_LINE, _STOP, _AMEND, _DELETE, _HOLD = map(Script, ("line", "stop", "amend", "delete", "hold"))
_TRY_NOW, _HURRY, _NOTE_LOST = map(Script, ("try_now", "hurry", "note_lost"))
_OLDEST = Script("oldest")

_log = logging.getLogger(__name__)


class RedisTurnQueue(QueueAdmin):
    """The queue in Redis; a claim is a lease of *lease* seconds.

    At most about *room* turns of one channel are in progress at any time: Slack accepts no more
    than a message a second there, and other channels need workers, too. With a *workspace_room*
    workspaces share the turns: they are served by turns, each by turns of its channels, and at most
    about so many turns of one are in progress. A waiting worker that is not woken polls after
    *look_again* seconds.
    """

    def __init__(
        self,
        redis: Connection,
        shards: Shards,
        *,
        lease: float = 15.0,
        room: int = 10,
        workspace_room: int | None = None,
        look_again: float = 1.0,
        cipher: Cipher = CLEAR,
        keep_dead: int = keys.DEAD_FOR,
    ) -> None:
        self.knows_moves = not isinstance(redis, RedisCluster)  # they lie in another slot
        self._keep_dead = keep_dead
        self._redis = redis
        self._shards = shards
        self._scripts = ThreadScripts(redis, shards)
        self._lease = milliseconds(lease)
        self._name = runtime.token(6)
        self._cipher = cipher
        self._is_shared = int(workspace_room is not None)
        self._claiming = Claiming(
            redis,
            shards,
            cipher,
            lease=lease,
            room=room,
            workspace_room=workspace_room,
            look_again=look_again,
        )

    async def put(
        self, thread: ThreadRef, message: Message, *, alone: bool = False, moves: int | None = None
    ) -> bool:
        nonce = runtime.token(3)  # of the tries of one call: kept for a day
        most = MOST_APP_QUESTIONS if message.by_app else ""
        ours_for = keys.THREAD_FOR if message.mentioned else ""
        args = (nonce, keys.SEEN_FOR, most, ours_for, moves or 0, self._is_shared)
        checked = (keys.key("moves", thread.team_id),) if moves is not None else ()
        with observing.within(Kind.PUT, thread=thread, message=message) as putting:
            if putting.traceparent:
                message = replace(message, traceparent=putting.traceparent)
            entry = ("!" if alone else "+") + self._written(thread, message)
            added = await self._scripts.run(_PUT, thread, message.ts, entry, *args, also=checked)
            putting.know(added=added > 0)
        if added == _MOVED:
            raise ChannelsMoved("other moves of channels are known")
        if added < 0:
            _log.warning("app.asks_too_often", extra={"slack_thread": thread})
        return bool(added > 0)

    async def amend(self, thread: ThreadRef, ts: MessageTs, message: Message | None) -> bool:
        written = self._written(thread, message) if message else ""
        return bool(await self._scripts.run(_AMEND, thread, ts, written))

    async def delete(self, thread: ThreadRef, ts: MessageTs) -> bool:
        lifetimes = (keys.SEEN_FOR, keys.DELETED_FOR)
        return bool(await self._scripts.run(_DELETE, thread, ts, *lifetimes))

    async def deleted(self, turns: Collection[Turn]) -> Mapping[TurnId, Set[MessageTs]]:
        asked = [(turn, ts) for turn in turns for ts in messages_of(turn)]
        async with self._redis.pipeline(transaction=False) as pipe:
            for turn, ts in asked:
                pipe.hget(*self._shards.seen_with(turn.thread, ts))
            values = await pipe.execute() if asked else ()
        deleted: defaultdict[TurnId, set[MessageTs]] = defaultdict(set)
        for (turn, ts), known in zip(asked, values, strict=True):
            if known == _DELETED:
                deleted[turn.id].add(ts)
        return deleted

    async def claim(self) -> Claim:
        return await self._claiming.next()

    async def renew(self, claim: Claim) -> None:
        await self._scripts.fenced(_RENEW, claim, self._lease)

    async def done(self, claim: Claim, *, model_answers: bool = False) -> None:
        hurried = HURRIED if model_answers else 0
        await self._scripts.fenced(_DONE, claim, keys.ENDED_FOR, hurried)
        for prefix in {*self._shards.prefixes} - {self._shards.prefix(claim.turn.thread)}:
            if model_answers:
                await _HURRY(self._redis, prefix, HURRIED)

    async def postpone(self, claim: Claim, *, after: float, outage: bool = False) -> None:
        how = (milliseconds(after), 1, int(outage))
        await self._scripts.fenced(_RELEASE, claim, keys.ENDED_FOR, *how)

    async def try_now(self, thread: ThreadRef, turn: TurnId, by: UserId) -> bool:
        place, _, ts = turn.rpartition(":")
        if place != f"{thread.team_id}:{thread.channel_id}":
            return False
        return bool(await self._scripts.run(_TRY_NOW, thread, ts, by))

    async def hand_over(self, claim: Claim, *, after: float = 0) -> None:
        how = (milliseconds(after), 0, 0)
        await self._scripts.fenced(_RELEASE, claim, keys.ENDED_FOR, *how)

    async def note_lost(self, claim: Claim) -> None:
        await self._scripts.fenced(_NOTE_LOST, claim)

    async def waiting_threads(self, limit: int) -> Sequence[WaitingThread]:
        waiting: list[WaitingThread] = []
        for prefix in self._shards.prefixes:
            args = (self._name, milliseconds(HERALD_FOR), limit)
            line = await _LINE(self._redis, prefix, *args)
            addressees = (UserId(user) if user else None for user in line[2::3])
            waiting += map(WaitingThread, map(keys.thread_of, line[::3]), line[1::3], addressees)
        return sorted(waiting, key=lambda one: one.ahead)[:limit]

    async def busy(self, threads: Collection[ThreadRef]) -> Set[ThreadRef]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for thread in threads:
                pipe.exists(*(self._shards.key(kind, thread) for kind in ("turn", "inbox")))
            counts = await pipe.execute() if threads else ()
        return {thread for thread, count in zip(threads, counts, strict=True) if count}

    async def stop(self, thread: ThreadRef, ts: MessageTs, by: UserId) -> StopResult | None:
        reply = await self._scripts.run(_STOP, thread, ts, keys.SEEN_FOR, by)
        if not reply:
            return None
        stopping, dropped = reply
        taken_back = json.loads(dropped)["ts"] if dropped else None
        return StopResult(bool(stopping), taken_back)

    async def stop_requests(self) -> Mapping[ThreadRef, UserId]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for prefix in self._shards.prefixes:
                pipe.hgetall(f"{prefix}stops")
            stops_by_shard = await pipe.execute()
        return {
            keys.thread_of(name): UserId(user)
            for stops in stops_by_shard
            for name, user in stops.items()
        }

    async def depth(self) -> Depth:
        """Return how much there is to do, over all shards."""
        counts = [await counting.depth(self._redis, prefix) for prefix in self._shards.prefixes]
        return Depth(*(sum(column) for column in zip(*counts, strict=True)))

    async def by_workspace(self) -> Mapping[str, WorkspaceDepth]:
        waiting, running = Counter[str](), Counter[str]()
        for prefix in self._shards.prefixes:
            some_wait, some_run = await counting.by_workspace(self._redis, prefix)
            waiting += some_wait
            running += some_run
        return {team: WorkspaceDepth(waiting[team], running[team]) for team in waiting | running}

    async def oldest(self) -> float:
        ages: list[int] = [await _OLDEST(self._redis, one, NEXT) for one in self._shards.prefixes]
        return max(ages) / 1000

    async def bury(self, claim: Claim, reason: str, *, poisoned: bool = False) -> None:
        """Give up the turn: it becomes a dead letter. Raises TurnLost if another worker has it."""
        args = (keys.ENDED_FOR, claim.turn.id, reason, self._keep_dead, int(poisoned))
        await self._scripts.fenced(_BURY, claim, *args)

    async def buried(self) -> Sequence[DeadLetter]:
        """Return the dead letters, the oldest first; those that cannot be read are logged."""
        letters: list[DeadLetter] = []
        for prefix in self._shards.prefixes:
            for first in range(0, await self._redis.zcard(f"{prefix}dead"), _LETTERS_AT_ONCE):
                page = await _LETTERS(self._redis, prefix, first, _LETTERS_AT_ONCE)
                letters += filter(None, map(self._letter, page))
        return sorted(letters, key=lambda letter: letter.buried_at)

    async def buried_after(self, at: float) -> tuple[int, float]:
        count, newest = 0, 0.0
        for prefix in self._shards.prefixes:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.zcount(f"{prefix}dead", f"({milliseconds(at)}", "+inf")
                pipe.zrange(f"{prefix}dead", -1, -1, withscores=True)
                found, last = await pipe.execute()
            count += found
            newest = max([newest, *(score / 1000 for _, score in last)])
        return count, newest

    async def dead_letter(self, turn: TurnId) -> DeadLetter | None:
        for prefix in self._shards.prefixes:
            if found := await _LETTERS(self._redis, prefix, 0, 1, turn):
                return self._letter(found[0])
        return None

    async def retry(self, turn: TurnId, *, poisoned: bool = True, by: UserId | None = None) -> bool:
        args = (journal_entry(Retried()), int(poisoned), by or "")
        return await self._anywhere(_RETRY, turn, *args)

    async def drop(self, turn: TurnId) -> bool:
        return await self._anywhere(_DROP, turn)

    async def hold(self, thread: ThreadRef, *, drop: bool = False) -> Hold | None:
        requested_at = runtime.monotonic()
        reply = await self._scripts.run(_HOLD, thread, self._lease, int(drop))
        if not reply:
            return None
        token, dropped = reply
        turn = Turn(TurnId(f"{keys.thread_name(thread)} held"), thread, ())
        return Hold(Claim(turn, int(token), attempt=1, requested_at=requested_at), dropped)

    async def _anywhere(self, script: Script, turn: TurnId, *args: str | int) -> bool:
        for prefix in self._shards.prefixes:
            if result := await script(self._redis, prefix, turn, *args):
                if result < 0:
                    raise Poisoned(turn)
                return True
        return False

    def _written(self, thread: ThreadRef, message: Message) -> str:
        about = messages_in(keys.thread_name(thread))
        return self._cipher.encrypt_object(codec.dump(message), about)

    def _letter(self, raw: Sequence[str]) -> DeadLetter | None:
        turn, thread, messages, reason, attempts, at = raw
        try:
            read = stored_turn(thread, messages, self._cipher)
            return DeadLetter(read, reason, int(attempts), int(at) / 1000)
        except codec.Unreadable as error:  # perhaps another version can read it; it can be dropped
            _log.error("letter.unreadable", extra={"turn": turn, "reason": str(error)})
            return None
