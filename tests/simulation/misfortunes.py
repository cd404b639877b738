"""What befalls the processes and the stores while people talk."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from random import Random

from tests.simulation.domain.fleet import WEBS, Fleet, Worker
from tests.simulation.domain.stores.redis_memory import RedisMemory
from tests.simulation.excerpt import WHOLE, Excerpt
from tests.simulation.kinds import Kind
from tests.simulation.redis_server import Snapshot

_PAUSES = (3.0, 12.0, 20.0, 40.0)  # seconds: some longer than a lease
_SILENCES = (0.5, 5.0, 15.0, 50.0, 100.0)  # seconds: some so long that Slack gives events up
_JUMPS = (-600.0, -45.0, -2.0, 2.0, 45.0, 600.0)  # seconds

Misfortune = Callable[[Random], Awaitable[None]]


class Misfortunes:
    """Comes over *fleet* in the course of so many seconds: each with dice of its own."""

    def __init__(self, fleet: Fleet, kind: Kind, span: float, excerpt: Excerpt = WHOLE) -> None:
        self._fleet = fleet
        self._kind = kind
        self._span = span
        self._excerpt = excerpt
        self.struck: dict[int, str] = {}  # by number: what did

    async def strike(self, threads: int) -> None:
        """Let everything happen that is due for so many threads."""
        due = {n: deed for n, deed in enumerate(self._due(threads)) if self._excerpt.strikes(n)}
        self.struck = {number: deed.__name__ for number, deed in due.items()}
        dice = {number: self._fleet.loop.dice("misfortune", number) for number in due}
        await asyncio.gather(*(self._at_some_time(deed, dice[n]) for n, deed in due.items()))

    def _due(self, threads: int) -> Iterator[Misfortune]:
        kind, random = self._kind, self._fleet.loop.dice("misfortunes")
        for times, deed in (
            (kind.kills, self.kill),
            (kind.pauses, self.pause),
            (kind.drains, self.drain),
            (kind.web_kills, self.kill_web),
            (kind.flushes, self.flush),
            (kind.outages, self.store_away),
            (kind.clocks, self.set_clock),
            (kind.restarts, self.restart_redis),
            (kind.script_losses, self.lose_scripts),
            (kind.evictions, self.evict),
            (kind.failovers, self.fail_over),
            (kind.wipes, self.wipe),
            (kind.hurries, self.hurry),
            (kind.silences, self.silence),
        ):
            share = times * threads / 10
            often = int(share) + (random.random() < share % 1)
            yield from (deed for _ in range(often))

    async def _at_some_time(self, deed: Misfortune, random: Random) -> None:
        await asyncio.sleep(random.random() * self._span)
        await deed(random)

    async def kill(self, random: Random) -> None:
        """Kill a worker; another is started soon."""
        if worker := self._any_worker(random):
            worker.process.kill()
        await asyncio.sleep(random.random() * 5)
        self._fleet.start_worker()

    async def pause(self, random: Random) -> None:
        """Let a worker stand still, perhaps for longer than its leases."""
        if worker := self._any_worker(random):
            worker.process.pause(random.choice(_PAUSES))

    async def drain(self, random: Random) -> None:
        """Start another worker in the place of one, which finishes what it has."""
        self._fleet.start_worker()
        if worker := self._any_worker(random):
            worker.drain()

    async def hurry(self, random: Random) -> None:
        """Start another worker in the place of one, which hands over what it has not finished."""
        self._fleet.start_worker()
        if worker := self._any_worker(random):
            worker.drain()
            await asyncio.sleep(random.choice((0.0, 0.5, 2.0, 8.0)))
            if worker.process.is_alive:
                worker.hurry()

    async def kill_web(self, random: Random) -> None:
        """Kill a process that takes in what people do; another is started soon."""
        if web := self._fleet.any_web(random):
            web.process.kill()
        await asyncio.sleep(random.random() * 5)
        self._fleet.start_web()

    async def silence(self, random: Random) -> None:
        """Let no process take in what people do for a while."""
        ends, until = random.random() < 0.5, self._fleet.loop.time() + random.choice(_SILENCES)
        while self._fleet.loop.time() < until:  # also those that others start
            for web in self._fleet.webs:
                if ends:
                    web.drain()
                else:
                    web.process.kill()
            await asyncio.sleep(1)
        for _ in range(WEBS):
            self._fleet.start_web()

    async def set_clock(self, random: Random) -> None:
        """Let the wall clock of a process jump, forwards or back."""
        fleet = self._fleet
        processes = [w.process for w in fleet.workers] + [w.process for w in fleet.webs]
        process = random.choice([one for one in processes if one.is_alive])
        process.clock_error += random.choice(_JUMPS)
        fleet.loop.note("clock", process.name, process.clock_error)

    async def flush(self, random: Random) -> None:
        """Lose what is remembered of threads, but not the turns."""
        self._fleet.loop.note("flush")
        self._fleet.is_flushed = True
        self._fleet.memory.lose_threads()

    async def store_away(self, random: Random) -> None:
        """Let the store be away for a while."""
        self._fleet.loop.note("store away")
        away, since = self._fleet.net.away, self._fleet.loop.time()
        away.add("store")
        await asyncio.sleep(random.choice((1.0, 6.0, 20.0)))
        away.discard("store")
        self._fleet.add_silence(since, 12.0)

    async def restart_redis(self, random: Random) -> None:
        """Let Redis be started anew, with its data."""
        self._fleet.loop.note("restart of Redis")
        self._redis.restart()
        await self.store_away(random)

    async def lose_scripts(self, random: Random) -> None:
        """Let Redis forget all scripts."""
        self._redis.forget_scripts()

    async def evict(self, random: Random) -> None:
        """Let Redis lose some of what can be rebuilt."""
        self._redis.evict(random, 0.5)

    async def fail_over(self, random: Random) -> None:
        """Let a replica take over that lacks the last moment."""
        replica = self._redis.snapshot()
        await asyncio.sleep(random.choice((0.01, 0.3, 2.0)))
        self._take_over(replica)

    async def wipe(self, random: Random) -> None:
        """Let Redis lose everything."""
        self._fleet.is_wiped = True
        self._take_over({})

    def _take_over(self, data: Snapshot) -> None:
        self._fleet.loop.note("takeover")
        now, (turns, states) = self._fleet.loop.time(), self._redis.restore(data)
        self._fleet.forgotten |= dict.fromkeys(turns, now)
        self._fleet.unsent |= dict.fromkeys(states, now)

    @property
    def _redis(self) -> RedisMemory:
        memory = self._fleet.memory
        assert isinstance(memory, RedisMemory)
        return memory

    def _any_worker(self, random: Random) -> Worker | None:
        alive = [w for w in self._fleet.workers if w.process.is_alive and not w.main.done()]
        return random.choice(alive) if alive else None
