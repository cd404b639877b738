"""The queue and its journals in memory: the same contract, and a clock that can be advanced.

Time is the running loop's, so that leases end and delays are over also in virtual time.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bot import runtime
from bot.operations.queue_admin import DeadLetter, Depth, Hold, QueueAdmin, WorkspaceDepth
from bot.panel.errors import Poisoned, StoreUnavailable, TurnLost
from bot.panel.intake.turn_queue import MOST_APP_QUESTIONS, StopResult, WaitingThread, messages_of
from bot.panel.journal.events import Retried, TurnEvent
from bot.panel.journal.journal import Journal
from bot.panel.messaging.channel_moves import ChannelsMoved
from bot.panel.model import Claim, Message, MessageTs, ThreadRef, Turn, TurnId, UserId
from tests.fakes.turn_order import TurnOrder

MOST_MESSAGES = 20
CALM = 10.0
HURRIED = 3
MOST_LOSSES = 10
MOST_CALMS = 6


@dataclass(slots=True)
class _Current:
    """A thread's current turn: leased to a worker, or waiting for a retry."""

    turn: Turn
    attempt: int = 0
    postponed: int = 0
    deaths: int = 0
    losses: int = 0
    alive: int = 0
    dead: set[int] = field(default_factory=set)
    token: int = 0
    leased: bool = False
    until: float = 0.0
    outage: bool = False
    due: float = 0.0
    events: list[TurnEvent] = field(default_factory=list)
    entries: int = 0  # of its journal when it was leased, but those that say nothing new
    repeats: int = 0  # entries that say nothing new

    @property
    def news(self) -> int:
        """How many entries of its journal no earlier attempt had written before."""
        return len(self.events) - self.repeats

    def press(self, by: UserId) -> None:
        """Note who had it tried again, or at once."""
        self.turn = replace(self.turn, pressed=(*self.turn.pressed, by))


@dataclass(frozen=True, slots=True)
class _Letter:
    current: _Current
    letter: DeadLetter
    poisoned: bool


_Waiting = tuple[Message, bool] | _Current


class FakeTurnQueue(QueueAdmin):
    """Keeps everything in this process. ``advance`` lets time pass."""

    knows_moves = True

    def __init__(
        self, *, lease: float = 15.0, room: int = 10, workspace_room: int | None = None
    ) -> None:
        self.lease = lease
        self.order = TurnOrder(room, workspace_room, self.note_change)
        self._inboxes: dict[ThreadRef, list[_Waiting]] = {}
        self._currents: dict[ThreadRef, _Current] = {}
        self._has_tried = False  # whether who was delayed was served last
        self._seen: set[tuple[ThreadRef, MessageTs]] = set()
        self._recent: dict[ThreadRef, None] = {}  # the latest last
        self._overtaken: set[ThreadRef] = set()
        self._deleted: set[tuple[ThreadRef, MessageTs]] = set()
        self._by_apps: Counter[ThreadRef] = Counter()
        self._stops: dict[ThreadRef, UserId] = {}
        self._ended: set[int] = set()
        self._letters: dict[TurnId, _Letter] = {}
        self._has_fallen_behind = False
        self._tokens = 0
        self._passed = 0.0
        self.moves = 0  # of channels
        self.make_ours: Callable[[ThreadRef], None] = lambda _: None  # of the store of threads
        self._changed = asyncio.Event()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._passed += seconds
        self._changed.set()

    def lose_turns(self) -> None:
        """Forget all turns, as a flushed Redis does."""
        for memory in (self._currents, self._inboxes, self.order, self._seen):
            memory.clear()

    def fall_behind(self, known: int) -> None:
        """Let a server take over that knows the first *known* entries of each journal only."""
        self._has_fallen_behind = True
        for current in self._currents.values():
            del current.events[known:]

    async def put(
        self, thread: ThreadRef, message: Message, *, alone: bool = False, moves: int | None = None
    ) -> bool:
        if moves not in (None, self.moves):
            raise ChannelsMoved("moves")
        if message.mentioned:
            self.make_ours(thread)
        if (thread, message.ts) in self._seen:
            return False
        self._seen.add((thread, message.ts))
        self._by_apps[thread] = self._by_apps[thread] + 1 if message.by_app else 0
        if self._by_apps[thread] > MOST_APP_QUESTIONS:
            return False
        if message.ts == thread.thread_ts and thread in self._recent:
            self._overtaken.add(thread)
        self._recent.pop(thread, None)
        self._recent[thread] = None
        self._enqueue(thread, (message, alone))
        return True

    async def amend(self, thread: ThreadRef, ts: MessageTs, message: Message | None) -> bool:
        inbox = self._inboxes.get(thread, [])
        for place, one in enumerate(inbox):
            if not isinstance(one, _Current) and one[0].ts == ts:
                if message and message.author != one[0].author:
                    return False
                inbox[place : place + 1] = [(message, one[1])] if message else []
                if not inbox:
                    self.order.leave(thread)
                if message is None:
                    self._seen.discard((thread, ts))
                return True
        return False

    async def delete(self, thread: ThreadRef, ts: MessageTs) -> bool:
        self._deleted.add((thread, ts))
        current = self._currents.get(thread)
        if current and not current.leased and ts in messages_of(current.turn):
            current.until = self.now()
            self._changed.set()
        waited = await self.amend(thread, ts, None)
        self._seen.add((thread, ts))  # it is not put again
        return waited

    def was_deleted(self, thread: ThreadRef, ts: MessageTs) -> bool:
        """Whether the message was deleted."""
        return (thread, ts) in self._deleted

    async def deleted(self, turns: Collection[Turn]) -> Mapping[TurnId, Set[MessageTs]]:
        return {
            turn.id: gone
            for turn in turns
            if (gone := {ts for ts in messages_of(turn) if (turn.thread, ts) in self._deleted})
        }

    async def claim(self) -> Claim:
        while (claim := self._take()) is None:
            await self.changed(min((c.until for c in self._currents.values()), default=None))
        return claim

    def note_change(self) -> None:
        """Let those who wait look again."""
        self._changed.set()

    async def changed(self, due: float | None) -> None:
        """Wait until something has changed, or is *due*."""
        self._changed.clear()
        seconds = None if due is None else max(0.0, due - self.now())
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    async def renew(self, claim: Claim) -> None:
        self.held(claim).until = self.now() + self.lease

    async def done(self, claim: Claim, *, model_answers: bool = False) -> None:
        if claim.token not in self._ended:
            self.held(claim)
            self._end(claim)
            waiting = [one for one in self._currents.values() if one.outage and not one.due]
            for current in waiting[: HURRIED if model_answers else 0]:
                self._hurry(current)

    async def postpone(self, claim: Claim, *, after: float, outage: bool = False) -> None:
        if claim.token not in self._ended:
            current = self.held(claim)
            current.postponed += 1
            current.outage = outage
            if current.due > self.now():  # it was tried besides its schedule
                after = current.due - self.now()
            else:
                current.due = 0.0
            self._postpone(claim, after)

    async def try_now(self, thread: ThreadRef, turn: TurnId, by: UserId) -> bool:
        current = self._currents.get(thread)
        if current is None or current.turn.id != turn or not current.outage:
            return False
        self._hurry(current)
        current.press(by)
        return True

    def _hurry(self, current: _Current) -> None:
        current.due = current.due or current.until
        current.postponed -= 1
        current.outage, current.until = False, self.now()
        self._changed.set()

    async def hand_over(self, claim: Claim, *, after: float = 0) -> None:
        if claim.token not in self._ended:
            self.held(claim)
            self._postpone(claim, after)

    async def note_lost(self, claim: Claim) -> None:
        current = self._currents.get(claim.turn.thread)
        if current is None:
            return
        if current.token == claim.token:
            current.alive = claim.token
        elif claim.token in current.dead:
            current.dead.remove(claim.token)
            if current.losses < MOST_LOSSES:
                current.losses, current.deaths = current.losses + 1, current.deaths - 1

    async def stop(self, thread: ThreadRef, ts: MessageTs, by: UserId) -> StopResult | None:
        if (thread, ts) in self._seen:
            return None
        inbox = self._inboxes.get(thread, [])

        def concerns(message: Message) -> bool:
            return float(message.ts) < float(ts)

        def is_dropped(one: _Waiting) -> bool:
            return not isinstance(one, _Current) and not one[1] and concerns(one[0])

        kept = [one for one in inbox if not is_dropped(one)]
        dropped = [one[0] for one in inbox if not isinstance(one, _Current) and is_dropped(one)]
        current = self._currents.get(thread)
        running = current is not None and any(map(concerns, current.turn.messages[:1]))
        self._inboxes[thread] = kept
        if not kept:
            self.order.leave(thread)
        if running:
            self._seen.add((thread, ts))
            self._stops[thread] = by
            if not self._currents[thread].leased:
                self._currents[thread].until = self.now()
                self._changed.set()
        return StopResult(running, dropped[0].ts if dropped else None)

    async def stop_requests(self) -> Mapping[ThreadRef, UserId]:
        return dict(self._stops)

    async def waiting_threads(self, limit: int) -> Sequence[WaitingThread]:
        waiting = [
            WaitingThread(thread, n, self._asker(thread))
            for row in self.order.rows()
            for n, thread in enumerate(row)
        ]
        return sorted(waiting, key=lambda one: one.ahead)[:limit]

    def _asker(self, thread: ThreadRef) -> UserId | None:
        first = self._inboxes[thread][0]
        return None if isinstance(first, _Current) else first[0].author

    async def oldest(self) -> float:
        first = (self._inboxes[thread][0] for thread in self.order.next)
        sent = [float(one[0].ts) for one in first if not isinstance(one, _Current)]
        return max(0.0, runtime.time() - min(sent)) if sent else 0.0

    async def depth(self) -> Depth:
        leased = sum(current.leased for current in self._currents.values())
        return Depth(
            waiting=len(self.order),
            running=leased,
            delayed=len(self._currents) - leased,
            buried=len(self._letters),
        )

    async def by_workspace(self) -> Mapping[str, WorkspaceDepth]:
        waiting = Counter(thread.team_id for row in self.order.rows() for thread in row)
        running = Counter(thread.team_id for thread in self._currents)
        teams = waiting | running if self.order.is_shared else ()
        return {team: WorkspaceDepth(waiting[team], running[team]) for team in teams}

    async def busy(self, threads: Collection[ThreadRef]) -> Set[ThreadRef]:
        return {one for one in threads if one in self._currents or self._inboxes.get(one)}

    async def bury(self, claim: Claim, reason: str, *, poisoned: bool = False) -> None:
        if claim.token in self._ended:
            return
        current = self.held(claim)
        letter = DeadLetter(current.turn, reason, current.attempt, runtime.time())
        self._letters[current.turn.id] = _Letter(current, letter, poisoned)
        self._end(claim)

    async def buried(self) -> Sequence[DeadLetter]:
        return [letter.letter for letter in self._letters.values()]

    async def buried_after(self, at: float) -> tuple[int, float]:
        times = [one.letter.buried_at for one in self._letters.values()]
        return sum(time > at for time in times), max(times, default=0.0)

    async def dead_letter(self, turn: TurnId) -> DeadLetter | None:
        found = self._letters.get(turn)
        return found.letter if found else None

    async def retry(self, turn: TurnId, *, poisoned: bool = True, by: UserId | None = None) -> bool:
        found = self._letters.get(turn)
        if found is None:
            return False
        if found.poisoned and not poisoned:
            raise Poisoned(turn)
        del self._letters[turn]
        found.current.attempt = found.current.postponed = 0
        found.current.deaths -= found.poisoned
        if by:
            found.current.press(by)
        found.current.due, found.current.losses = 0.0, 0
        found.current.dead.clear()
        found.current.events.append(Retried())
        self._enqueue(found.current.turn.thread, found.current, first=True)
        return True

    async def drop(self, turn: TurnId) -> bool:
        return self._letters.pop(turn, None) is not None

    async def hold(self, thread: ThreadRef, *, drop: bool = False) -> Hold | None:
        current = self._currents.get(thread)
        if current and (current.leased or not drop):
            return None
        dropped = len(self._inboxes.pop(thread, [])) + (current is not None) if drop else 0
        self.order.leave(thread)
        self._currents[thread] = held = _Current(Turn(TurnId("held"), thread, ()))
        return Hold(self._lease(held), dropped)

    def recent_threads(self) -> Sequence[ThreadRef]:
        """Return the threads in which something was asked, the latest first."""
        return [*self._recent][::-1]

    def put_first(self, thread: ThreadRef, message: Message) -> None:
        """Add *message* alone, before what waits in *thread*."""
        self._enqueue(thread, (message, True), first=True)

    def is_busy(self, thread: ThreadRef) -> bool:
        """Whether a turn of *thread* is running or postponed."""
        return thread in self._currents

    def is_busy_without(self, thread: ThreadRef, claim: Claim | None) -> bool:
        """Whether *thread* has a turn that is not the one of *claim*."""
        current = self._currents.get(thread)
        return current is not None and (claim is None or current.token != claim.token)

    @property
    def postponed(self) -> bool:
        """Whether a turn is postponed."""
        return any(not current.leased for current in self._currents.values())

    @property
    def not_due(self) -> bool:
        """Whether a turn is postponed, and no worker can claim it yet."""
        now, turns = self.now(), self._currents.values()
        return any(not turn.leased and turn.until > now for turn in turns)

    def held(self, claim: Claim) -> _Current:
        """Return the turn of *claim*; raise TurnLost if another worker has it."""
        current = self._currents.get(claim.turn.thread)
        if current is None or current.token != claim.token:
            raise TurnLost(claim.turn.id)
        return current

    def _postpone(self, claim: Claim, after: float) -> None:
        current = self.held(claim)
        current.leased, current.token, current.until = False, 0, self.now() + after
        self._ended.add(claim.token)
        self._changed.set()

    def now(self) -> float:
        """Return the time by the queue's clock: that of the loop, and what ``advance`` added."""
        return runtime.monotonic() + self._passed

    def _enqueue(self, thread: ThreadRef, waiting: _Waiting, *, first: bool = False) -> None:
        inbox = self._inboxes.setdefault(thread, [])
        inbox.insert(0 if first else len(inbox), waiting)
        if thread not in self._currents and thread not in self.order:
            self.order.join(thread)

    def _end(self, claim: Claim) -> None:
        thread = claim.turn.thread
        self._ended.add(claim.token)
        del self._currents[thread]
        self._stops.pop(thread, None)
        self.order.make_room(thread)
        if self._inboxes.get(thread):
            self.order.join(thread)

    def _take(self) -> Claim | None:
        for current in list(self._currents.values()):
            if not current.turn.messages and current.until <= self.now():  # a hold has expired
                self._end(Claim(current.turn, current.token, attempt=1))
        while due := [c for c in self._currents.values() if c.until <= self.now()]:
            current = min(due, key=lambda current: (not current.leased, current.until))
            if not current.leased:
                return self._delayed_or_new(current)
            if not self._needs_calm(current):  # leases come first
                return self._lease(current)
        return self._begin()

    def _delayed_or_new(self, delayed: _Current) -> Claim:
        new = self._begin() if self._has_tried else None
        self._has_tried = self.order.is_shared and new is None
        return new or self._lease(delayed)

    def _begin(self) -> Claim | None:
        thread = self.order.take(self._currents)
        if thread is None:
            return None
        self._currents[thread] = current = self._gather(thread)
        return self._lease(current)

    def _needs_calm(self, current: _Current) -> bool:
        """Count the worker that lost it; postpone the turn if it was not the first."""
        is_excused = current.alive == current.token or current.news > current.entries > 0
        if is_excused and current.losses < MOST_LOSSES:
            current.losses += 1
        else:
            current.deaths += 1
            current.dead.add(current.token)
        times = current.deaths + current.losses
        if times < 2:
            return False
        current.leased, current.token = False, 0
        current.until = self.now() + min(times - 1, MOST_CALMS) * CALM
        return True

    def _gather(self, thread: ThreadRef) -> _Current:
        inbox = self._inboxes.pop(thread)
        first = inbox[0]
        if isinstance(first, _Current):
            self._inboxes[thread] = inbox[1:]
            return first
        messages = [first[0]]
        for waiting in inbox[1:MOST_MESSAGES]:
            if first[1] or isinstance(waiting, _Current) or waiting[1]:
                break
            messages.append(waiting[0])
        self._inboxes[thread] = inbox[len(messages) :]
        return _Current(Turn.of(thread, messages))

    def _lease(self, current: _Current) -> Claim:
        self._tokens += 1
        current.token, current.attempt = self._tokens, current.attempt + 1
        current.leased, current.until = True, self.now() + self.lease
        current.entries, current.outage = current.news, False
        counts = (current.attempt, current.postponed, current.deaths)
        flags = {
            "overtaken": current.turn.thread in self._overtaken,
            "in_doubt": self._has_fallen_behind,
        }
        return Claim(current.turn, current.token, *counts, **flags)


class FakeJournal(Journal):
    """The journals of the turns in *queue*."""

    def __init__(self, queue: FakeTurnQueue) -> None:
        self._queue = queue

    async def read(self, claim: Claim) -> Sequence[TurnEvent]:
        return tuple(self._queue.held(claim).events)

    async def append(
        self, claim: Claim, *events: TurnEvent, again: int = 0, after: int | None = None
    ) -> None:
        current = self._queue.held(claim)
        if after not in (None, len(current.events)):
            raise StoreUnavailable("entries are lost")
        current.events += events
        current.repeats += again
