"""Queue and journal against the model: whatever people and workers do, both say the same.

The model is the fake, whose own promises the contracts hold. At most one turn is due again at
any time, as the order among several depends on milliseconds.
"""

import asyncio
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
from bot.panel.journal.post_events import PostStarted
from bot.panel.model import Claim, Message, MessageTs, ThreadRef, TurnId, UserId
from tests.fakes.turn_queue import FakeJournal, FakeTurnQueue

T = TypeVar("T")

ROOM = 2  # turns of a channel at a time
IN_ONE = [("T1", "A"), ("T1", "B")]
IN_SEVERAL = [*IN_ONE, ("T2", "A"), ("T3", "A")]
NUMBERS = st.integers(0, 5)
PLACES = st.integers(0, 11)
Pair = tuple[Claim, Claim]  # of the same turn: the model's, and the real one


class QueueAndModel(RuleBasedStateMachine):
    """Does everything twice."""

    url: str
    channels = IN_ONE
    workspace_room: int | None = None

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.model = FakeTurnQueue(room=ROOM, workspace_room=self.workspace_room)
        self.threads = [
            ThreadRef(team, channel, f"{number}.0")
            for team, channel in self.channels
            for number in range(3)
        ]
        self.model_journal = FakeJournal(self.model)
        self.count = 0
        self.last = self.threads[0]
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
        rooms = {"room": ROOM, "workspace_room": self.workspace_room}
        self.real = RedisTurnQueue(self.redis, Shards(), **rooms)
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
        return self.model.order.can_begin(self.model._currents)

    async def _nobody_begins(self) -> None:
        """Let both queues look for a claim where there is none."""
        assert self.model._take() is None
        script, args = Script("claim"), (15_000, 20, 1_000, ROOM, self.workspace_room or 0)
        assert len(await script(self.redis, "panelbot:{0}:", *args)) == 1

    def claim_again(self, turn: TurnId) -> None:
        """Claim until the turn that is due is claimed; a new one may come between."""
        for _ in range(2):
            self.held.append(self.claim())
            if self.held[-1][0].turn.id == turn:
                return
        raise AssertionError(turn)

    def pick(self, pairs: list[T], which: int) -> T:
        return pairs.pop(which % len(pairs))

    def thread(self, place: int) -> ThreadRef:
        return self.threads[place % len(self.threads)]

    def due(self, kind: str, claim: Claim) -> None:
        key, thread = f"panelbot:{{0}}:{kind}", thread_name(claim.turn.thread)
        self.runner.run(self.redis.zadd(key, {thread: 0}))

    @rule(place=PLACES, alone=st.booleans(), again=st.booleans())
    def put(self, place: int, alone: bool, again: bool) -> None:
        thread = self.thread(place)
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
            self.claim_again(model.turn.id)

    @precondition(lambda self: self.delayed)
    @rule(which=NUMBERS)
    def delay_ends(self, which: int) -> None:
        model, real = self.pick(self.delayed, which)
        self.model._currents[model.turn.thread].until = 0
        self.due("delayed", real)
        self.claim_again(model.turn.id)

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

    @rule(place=PLACES, deleted=st.booleans())
    def amend(self, place: int, deleted: bool) -> None:
        thread = self.thread(place)
        ts = MessageTs(f"{self.count}.0")
        now = None if deleted else Message(ts, UserId("U1"), "as it is now")
        self.agreed(self.model.amend(thread, ts, now), self.real.amend(thread, ts, now))

    @rule(place=PLACES, back=st.integers(-1, 3))
    def delete(self, place: int, back: int) -> None:
        thread = self.thread(place)
        if any(model.turn.thread == thread for model, _ in self.delayed):
            return  # it would be due, beside what is due next
        ts = MessageTs(f"{self.count - back}.0")  # of the next message, the last, or an earlier one
        self.agreed(self.model.delete(thread, ts), self.real.delete(thread, ts))

    @rule(place=PLACES, again=st.booleans())
    def stop(self, place: int, again: bool) -> None:
        thread = self.thread(place)
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
        mine, theirs = self.both(self.model.waiting_threads(99), self.real.waiting_threads(99))
        assert sorted(mine, key=repr) == sorted(theirs, key=repr)

    @invariant()
    def a_thread_is_in_one_place(self) -> None:
        if hasattr(self, "redis"):
            self.runner.run(self._in_one_place())

    async def _in_one_place(self) -> None:
        kinds = [*KINDS, *(f"line:{team}" for team in ("T1", "T2", "T3"))]
        kinds += [f"aside:{team}:{channel}" for team, channel in self.channels]
        places = [await self.redis.zrange(f"panelbot:{{0}}:{kind}", 0, -1) for kind in kinds]
        threads = [thread for place in places for thread in place]
        assert len(threads) == len(set(threads))
        assert await self.redis.llen("panelbot:{0}:wake") <= 1


class SharedQueueAndModel(QueueAndModel):
    """The same with workspaces that share the turns."""

    channels = IN_SEVERAL
    workspace_room = 3


KINDS = ("ready", "leases", "delayed")


@pytest.mark.parametrize("machine", [QueueAndModel, SharedQueueAndModel])
def test_queue_and_journal_do_what_the_model_does(
    redis_url: str, request: pytest.FixtureRequest, machine: type[QueueAndModel]
) -> None:
    machine.url = redis_url
    long = request.config.getoption("--long")
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60 if long else 8,
            stateful_step_count=50,
            suppress_health_check=list(HealthCheck),
        ),
    )
