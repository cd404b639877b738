"""One simulated day of the bot, from a seed: processes, people, misfortunes, and the reckoning."""

import asyncio
import logging
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

from tests.simulation.domain.fleet import WEBS, Fleet
from tests.simulation.domain.model import Leftover, Server, SimulatedModel
from tests.simulation.domain.reckoning import Reckoning
from tests.simulation.domain.slack import SimulatedSlack
from tests.simulation.domain.stores.memory import Memory
from tests.simulation.domain.stores.redis_memory import RedisMemory, shared_server
from tests.simulation.domain.talk.deciders import Deciders
from tests.simulation.domain.talk.people import People
from tests.simulation.domain.talk.pressing import Pressers
from tests.simulation.excerpt import WHOLE, Excerpt
from tests.simulation.kinds import Kind
from tests.simulation.loop import DeadlockError, Order, SimulatedLoop
from tests.simulation.misfortunes import Misfortunes
from tests.simulation.net import Net

WORKERS = 3
_QUIET = 8.0  # seconds without any turn, until all is over
_AT_MOST = 3_000.0  # seconds after the last misfortune: turns are tried again for minutes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a world."""

    questions: int
    complaints: Sequence[str]
    digest: str
    seconds: float  # of its own time
    calls: int
    excerpt: Excerpt  # all that took place
    misfortunes: Sequence[str]  # in words
    trace: Sequence[str] = ()

    def __str__(self) -> str:
        return (
            f"{self.digest}, {self.questions} questions, {self.calls} calls, "
            f"{self.seconds:.0f} s of its time"
        )


class World:
    """Everything of one run."""

    def __init__(
        self, seed: int, kind: Kind, excerpt: Excerpt = WHOLE, *, keep_trace: bool = False
    ) -> None:
        order = Order.SHUFFLED if kind.shuffled else Order.PROCESSES
        self.kind = kind
        self.is_restless = False
        self.dice = excerpt.dice
        self.loop = SimulatedLoop(seed, order=order, keep_trace=keep_trace, dice=excerpt.dice)
        self.net = Net(self.loop, kind.chances)
        self.net.planned = excerpt.faults
        random = self.loop.dice("servers")
        server = Server(random.choice(list(Leftover)), kind.writes_on and random.random() < 0.5)
        self.model = SimulatedModel(self.loop, server)
        self.slack = SimulatedSlack(self.loop)
        memory = (
            self.loop.world.run(self._in_redis) if kind.in_redis else Memory(shared=kind.shared)
        )
        story, servers = kind.story, (self.slack, self.model)
        of_story = (story.limit, story.budget, story.offers, story.gives_up)
        self.fleet = Fleet(self.loop, self.net, memory, *servers, *of_story)
        Deciders(self.fleet)
        self.people = People(self.fleet, kind.story, excerpt)
        Pressers(self.people)
        self.misfortunes = Misfortunes(self.fleet, kind, kind.story.span, excerpt)

    def _in_redis(self) -> RedisMemory:
        shards = self.loop.dice("shards").choice((1, 3))
        return RedisMemory(self.loop, self.net, shared_server(), shards, shared=self.kind.shared)

    def run(self, questions: int) -> Outcome:
        """Let people ask so many questions, and see what comes of it."""
        return self.reckon(self.story(questions))

    def reckon(self, story: Coroutine[None, None, None]) -> Outcome:
        """Let *story* happen, and see what comes of it."""
        complaints: list[str] = []
        with _silence(), closing(self.loop):
            try:
                self.loop.run(story)
            except DeadlockError:
                complaints.append("nothing can happen any more")
            complaints += ["it never comes to rest"] if self.is_restless else []
            complaints += Reckoning(self.fleet, self.people).complaints()
            self.fleet.end()
        return Outcome(
            self.people.asked,
            complaints,
            self.loop.digest(),
            self.loop.time(),
            self.net.calls,
            self._excerpt(),
            [f"misfortune {number}: {name}" for number, name in self.misfortunes.struck.items()],
            self.loop.trace or (),
        )

    def _excerpt(self) -> Excerpt:
        struck = self.misfortunes.struck
        return Excerpt(self.people.taken, tuple(struck), self.net.struck, self.dice)

    async def story(self, questions: int) -> None:
        """Let people talk while misfortunes strike, until all is quiet again."""
        await self.people.choose_streaming()
        for _ in range(WEBS):
            self.fleet.start_web()
        for _ in range(WORKERS):
            self.fleet.start_worker()
        threads = max(1, questions // self.kind.story.follow_ups)
        await asyncio.gather(self.people.talk(questions), self.misfortunes.strike(threads))
        self.net.heal()
        await self.calm_down()

    async def calm_down(self) -> None:
        """Return when all is quiet, or when it never will be."""
        until = self.loop.time() + _AT_MOST
        while self.loop.time() < until:
            await asyncio.sleep(3)
            if await self._is_over():
                await self.fleet.look_at_budgets()
                return
        self.is_restless = True

    async def _is_over(self) -> bool:
        if not await self._is_quiet():
            return False
        await asyncio.sleep(_QUIET)
        return await self._is_quiet()

    async def _is_quiet(self) -> bool:
        busy = self.people.events.undelivered or self.model.writing
        return not busy and await self.fleet.memory.is_idle()


def run(
    seed: int,
    kind: Kind,
    questions: int,
    excerpt: Excerpt = WHOLE,
    *,
    keep_trace: bool = False,
) -> Outcome:
    """Run one world, or what *excerpt* takes of it."""
    return World(seed, kind, excerpt, keep_trace=keep_trace).run(questions)


@contextmanager
def _silence() -> Iterator[None]:
    """Log nothing: thousands of misfortunes would."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
