"""One small story, told again for each step of its worker and each of its calls: something is wrong
at exactly that place."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.panel.model import ThreadRef
from bot.panel.roster.roster import ChannelScope, Setting
from tests.simulation.domain.world import Outcome, World
from tests.simulation.excerpt import Excerpt
from tests.simulation.kinds import Kind
from tests.simulation.net import Fault

POLLS = ("claim", "stop_requests", "deleted", "waiting_threads", "expired", "renew")
_POLLS_HURT = 2  # of each kind: one is like the other
_PAUSED = 20.0  # seconds: longer than a lease
_FIRST_WORKER = 3  # its name's number: the two web processes come before it
DEEDS = ("kill", "pause", "drain", "stop")


@dataclass(frozen=True, slots=True)
class Tale:
    """A story: its questions, and whether replies are streamed."""

    questions: Sequence[Sequence[str]]
    streaming: bool = False


TALES: Mapping[str, Tale] = {
    # Every third question is one that legal asks a colleague about.
    "experts": Tale(((), ("finance",), ("legal", "security"), ("product",))),
    "streams": Tale(((), ("finance",), ("legal", "security"), ("product",)), streaming=True),
}


class Telling:
    """A tale in a world of its own, of which the first worker is hurt."""

    def __init__(self, tale: Tale, excerpt: Excerpt) -> None:
        self.world = World(1, Kind(), excerpt)
        self._tale = tale
        self.steps = range(0)  # of the worker, while it had something to do

    def tell(self, deed: str = "", step: int = 0) -> Outcome:
        """Let *deed* befall the worker before that step; none: nothing does."""
        return self.world.reckon(self._story(deed, step))

    async def _story(self, deed: str, step: int) -> None:
        world, people = self.world, self.world.people
        thread = ThreadRef("T1", "C1", world.slack.new_ts())
        if self._tale.streaming:
            await world.fleet.memory.panels.set(ChannelScope("T1", "C1"), Setting.STREAMING, True)
        world.fleet.start_web()
        world.fleet.start_web()
        world.fleet.start_worker()
        worker = world.fleet.workers[0].process
        if deed:
            worker.at_step[step] = self._deed(deed, thread)
        began = worker.steps
        for number, experts in enumerate(self._tale.questions, start=1):
            people.ask(thread, number, experts, world.loop.dice("question", number))
            await asyncio.sleep(3)
        await world.calm_down()
        self.steps = range(began + 1, worker.steps + 1)

    def _deed(self, deed: str, thread: ThreadRef) -> Callable[[], None]:
        fleet, people = self.world.fleet, self.world.people
        worker = fleet.workers[0]

        def kill() -> None:
            worker.process.kill()

        def pause() -> None:
            worker.process.pause(_PAUSED)

        def befall() -> None:
            match deed:
                case "kill":
                    kill()
                case "pause":
                    pause()
                case "drain":
                    worker.drain()
            if deed == "stop":
                people.stop(thread, self.world.loop.dice("stop"))
            else:
                fleet.start_worker()

        return lambda: fleet.loop.world.copy().run(befall)


def steps_of(tale: Tale) -> range:
    """Return the steps of the worker that tells it."""
    telling = Telling(tale, Excerpt())
    assert telling.tell().complaints == []
    return telling.steps


def calls_of(tale: Tale) -> Sequence[str]:
    """Return the calls that are made in it, as an excerpt names them."""
    telling = Telling(tale, Excerpt(faults={}))
    assert telling.tell().complaints == []
    calls = []
    for name, times in telling.world.net.counts.items():
        is_poll = name.endswith(POLLS)
        calls += [f"{name} {nth}" for nth in range(1, (_POLLS_HURT if is_poll else times) + 1)]
    return calls


def hurt_at(tale: Tale, deed: str, step: int) -> Sequence[str]:
    """Return what is wrong after *deed* has befallen the worker before that step."""
    return Telling(tale, Excerpt()).tell(deed, step).complaints


def failed_at(tale: Tale, call: str, fault: Fault) -> Sequence[str]:
    """Return what is wrong after that *call* has failed."""
    return Telling(tale, Excerpt(faults={call: fault})).tell().complaints
