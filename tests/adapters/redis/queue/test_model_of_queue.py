"""Queue and journal against the model: whatever people and workers do, both say the same.

The model is the fake, whose own promises the contracts hold. At most one turn is due again at
any time, as the order among several depends on milliseconds.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.adapters.redis.connection.client import connect
from bot.adapters.redis.connection.scripting import Script
from bot.adapters.redis.keys import thread_name
from bot.adapters.redis.queue.journal import RedisJournal
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.panel.errors import TurnLost
from bot.panel.journal.events import PostStarted
from bot.panel.model import Claim, Message, MessageTs, ThreadRef, TurnId, UserId
from tests.fakes.turn_queue import FakeJournal, FakeTurnQueue

T = TypeVar("T")

THREADS = [ThreadRef("T1", channel, f"{number}.0") for channel in "AB" for number in range(3)]
ROOM = 2  # turns of a channel at a time
NUMBERS = st.integers(0, 5)
Pair = tuple[Claim, Claim]  # of the same turn: the model's, and the real one


class QueueAndModel(RuleBasedStateMachine):
    """Does everything twice."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.model = FakeTurnQueue(room=ROOM)
        self.model_journal = FakeJournal(self.model)
        self.count = 0
        self.last = THREADS[0]
        self.held: list[Pair] = []
        self.lost: list[Pair] = []
        self.ended: list[Pair] = []
        self.delayed: list[Pair] = []
        self.dead: list[TurnId] = []

    @initialize()
    def connect(self) -> None:
        async def connected() -> None:
            self.redis = connect(self.url)
            await self.redis.flushdb()

        self.runner.run(connected())
        self.real = RedisTurnQueue(self.redis, Shards(), room=ROOM)
        self.real_journal = RedisJournal(self.redis, Shards())

    def teardown(self) -> None:
        if hasattr(self, "redis"):
            self.runner.run(self.redis.aclose())
        self.runner.close()

    def both(self, model: Awaitable[T], real: Awaitable[T]) -> tuple[T, T] | None:
        """Return what both return; None if both say that the turn is lost."""

        async def outcomes() -> tuple[T | BaseException, T | BaseException]:
            return await asyncio.gather(model, real, return_exceptions=True)

        mine, theirs = self.runner.run(outcomes())
        if isinstance(mine, TurnLost) and isinstance(theirs, TurnLost):
            return None
        assert not isinstance(mine, BaseException), mine
        assert not isinstance(theirs, BaseException), theirs
        return mine, theirs

    def agreed(self, model: Awaitable[T], real: Awaitable[T]) -> T | None:
        """Return what both agree on."""
        outcome = self.both(model, real)
        if outcome is None:
            return None
        assert outcome[0] == outcome[1]
        return outcome[0]

    def claim(self) -> Pair:
        async def claims() -> Pair:
            async with asyncio.timeout(10):
                return await self.model.claim(), await self.real.claim()

        model, real = self.runner.run(claims())
        assert (model.turn, model.attempt) == (real.turn, real.attempt)
        return model, real

    def something_can_begin(self) -> bool:
        """Whether a waiting thread's channel may have another turn."""
        busy = Counter(thread.channel_id for thread in self.model._currents)
        return any(busy[thread.channel_id] < ROOM for thread in self.model._ready)

    async def _nobody_begins(self) -> None:
        """Let both queues look for a claim where there is none."""
        assert self.model._take() is None
        script, args = Script("claim"), (15_000, 20, 1_000, ROOM)
        assert len(await script(self.redis, "panelbot:{0}:", *args)) == 1

    def pick(self, pairs: list[T], which: int) -> T:
        return pairs.pop(which % len(pairs))

    def due(self, kind: str, claim: Claim) -> None:
        key, thread = f"panelbot:{{0}}:{kind}", thread_name(claim.turn.thread)
        self.runner.run(self.redis.zadd(key, {thread: 0}))

    @rule(thread=st.sampled_from(THREADS), alone=st.booleans(), again=st.booleans())
    def put(self, thread: ThreadRef, alone: bool, again: bool) -> None:
        if again:  # the same message, as Slack delivers it twice
            thread = self.last
        else:
            self.count, self.last = self.count + 1, thread
        said = Message(MessageTs(f"{self.count}.0"), UserId("U1"), str(self.count))
        self.agreed(
            self.model.put(thread, said, alone=alone), self.real.put(thread, said, alone=alone)
        )

    @precondition(lambda self: self.something_can_begin())
    @rule()
    def take(self) -> None:
        self.held.append(self.claim())

    @precondition(lambda self: self.held)
    @rule(which=NUMBERS)
    def lease_runs_out(self, which: int) -> None:
        model, real = pair = self.pick(self.held, which)
        assert model.deaths == real.deaths
        current = self.model.held(model)
        was_lost = current.deaths or current.losses
        if was_lost and self.something_can_begin():
            self.held.append(pair)
            return
        current.until = 0
        self.due("leases", real)
        self.lost.append(pair)
        if not was_lost:
            self.held.append(self.claim())
        else:  # it is put off, by whoever looks next
            self.runner.run(self._nobody_begins())
            self.delayed.append(pair)

    @precondition(lambda self: self.held)
    @rule(which=NUMBERS, waits=st.booleans())
    def give_back(self, which: int, waits: bool) -> None:
        model, real = pair = self.pick(self.held, which)
        self.ended.append(pair)
        if waits:
            mine = self.model.postpone(model, after=1000)
            self.agreed(mine, self.real.postpone(real, after=1000))
            self.delayed.append(pair)
        else:
            self.agreed(self.model.hand_over(model), self.real.hand_over(real))
            self.held.append(self.claim())

    @precondition(lambda self: self.delayed)
    @rule(which=NUMBERS)
    def delay_ends(self, which: int) -> None:
        model, real = self.pick(self.delayed, which)
        self.model._currents[model.turn.thread].until = 0
        self.due("delayed", real)
        self.held.append(self.claim())

    @precondition(lambda self: self.held)
    @rule(which=NUMBERS)
    def append_and_read(self, which: int) -> None:
        self.count += 1
        event = PostStarted(str(self.count))
        model, real = self.held[which % len(self.held)]
        self.agreed(self.model_journal.append(model, event), self.real_journal.append(real, event))
        assert self.agreed(self.model_journal.read(model), self.real_journal.read(real))

    @precondition(lambda self: self.held)
    @rule(which=NUMBERS)
    def done(self, which: int) -> None:
        model, real = pair = self.pick(self.held, which)
        self.agreed(self.model.done(model), self.real.done(real))
        self.ended.append(pair)

    @precondition(lambda self: self.held)
    @rule(which=NUMBERS)
    def bury(self, which: int) -> None:
        model, real = pair = self.pick(self.held, which)
        self.agreed(self.model.bury(model, "why"), self.real.bury(real, "why"))
        self.ended.append(pair)
        self.dead.append(model.turn.id)

    @precondition(lambda self: self.dead)
    @rule(which=NUMBERS, drop=st.booleans())
    def handle_a_dead_letter(self, which: int, drop: bool) -> None:
        turn = self.pick(self.dead, which)
        if drop:
            assert self.agreed(self.model.drop(turn), self.real.drop(turn))
        else:
            assert self.agreed(self.model.retry(turn), self.real.retry(turn))

    @rule(thread=st.sampled_from(THREADS), deleted=st.booleans())
    def amend(self, thread: ThreadRef, deleted: bool) -> None:
        ts = MessageTs(f"{self.count}.0")
        now = None if deleted else Message(ts, UserId("U1"), "as it is now")
        self.agreed(self.model.amend(thread, ts, now), self.real.amend(thread, ts, now))

    @rule(thread=st.sampled_from(THREADS), back=st.integers(-1, 3))
    def delete(self, thread: ThreadRef, back: int) -> None:
        if any(model.turn.thread == thread for model, _ in self.delayed):
            return  # it would be due, beside what is due next
        ts = MessageTs(f"{self.count - back}.0")  # of the next message, the last, or an earlier one
        self.agreed(self.model.delete(thread, ts), self.real.delete(thread, ts))

    @rule(thread=st.sampled_from(THREADS), again=st.booleans())
    def stop(self, thread: ThreadRef, again: bool) -> None:
        if any(model.turn.thread == thread for model, _ in self.delayed):
            return  # it would be due, beside what is due next
        self.count += not again
        wish = (thread, MessageTs(f"{self.count}.5"), UserId("U1"))
        self.agreed(self.model.stop(*wish), self.real.stop(*wish))

    @precondition(lambda self: self.lost or self.ended)
    @rule(which=NUMBERS)
    def act_without_the_turn(self, which: int) -> None:
        model, real = (self.lost + self.ended)[which % len(self.lost + self.ended)]
        event = PostStarted("never")
        for mine, theirs in (
            (self.model.renew(model), self.real.renew(real)),
            (self.model_journal.append(model, event), self.real_journal.append(real, event)),
            (self.model_journal.read(model), self.real_journal.read(real)),
        ):
            assert self.both(mine, theirs) is None
        for mine, theirs in (
            (self.model.done(model), self.real.done(real)),
            (self.model.hand_over(model), self.real.hand_over(real)),
            (self.model.bury(model, "late"), self.real.bury(real, "late")),
            (self.model.note_lost(model), self.real.note_lost(real)),
        ):
            self.agreed(mine, theirs)

    @invariant()
    def they_agree(self) -> None:
        if not hasattr(self, "redis"):
            return
        self.agreed(self.model.depth(), self.real.depth())
        self.agreed(self.model.stop_requests(), self.real.stop_requests())
        turns = [model.turn for model, _ in self.held + self.delayed]
        self.agreed(self.model.deleted(turns), self.real.deleted(turns))
        mine, theirs = self.both(self.model.waiting_threads(9), self.real.waiting_threads(9))
        assert sorted(mine, key=repr) == sorted(theirs, key=repr)

    @invariant()
    def a_thread_is_in_one_place(self) -> None:
        if hasattr(self, "redis"):
            self.runner.run(self._in_one_place())

    async def _in_one_place(self) -> None:
        places = [await self.redis.zrange(f"panelbot:{{0}}:{kind}", 0, -1) for kind in KINDS]
        threads = [thread for place in places for thread in place]
        assert len(threads) == len(set(threads))
        assert await self.redis.llen("panelbot:{0}:wake") <= 1


KINDS = ("ready", "leases", "delayed", "aside:T1:A", "aside:T1:B")


def test_queue_and_journal_do_what_the_model_does(
    redis_url: str, request: pytest.FixtureRequest
) -> None:
    QueueAndModel.url = redis_url
    long = request.config.getoption("--long")
    run_state_machine_as_test(
        QueueAndModel,
        settings=settings(
            max_examples=60 if long else 8,
            stateful_step_count=50,
            suppress_health_check=list(HealthCheck),
        ),
    )
