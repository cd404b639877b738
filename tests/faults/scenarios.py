"""What goes wrong: one function for each family of faults, each with a rig of its own shape."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

from tests.faults import steps
from tests.faults.fleet import again_and_again
from tests.faults.ledger import Allowances
from tests.faults.rig import Rig, Shape
from tests.faults.traps import Deed, Moment, Trap
from tests.faults.workload import Habits

Trouble = Callable[[Rig], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A family of faults."""

    name: str
    trouble: Trouble
    shape: Shape = field(default_factory=Shape)
    habits: Habits = field(default_factory=Habits)
    allowed: Allowances = field(default_factory=Allowances)


@asynccontextmanager
async def calm(rig: Rig) -> AsyncIterator[None]:
    """Let everything go well: what the others are measured by."""
    yield


@asynccontextmanager
async def every_step(rig: Rig) -> AsyncIterator[None]:
    """Kill workers right before and right after every kind of step."""
    names = (*steps.JOURNAL, *steps.QUEUE, *steps.LINKS, *steps.SLACK, *steps.MODEL)
    rig.traps.set(Trap(name, moment) for name in names for moment in Moment)
    yield


@asynccontextmanager
async def random_kills(rig: Rig) -> AsyncIterator[None]:
    """Kill workers at random moments."""

    def kill() -> None:
        rig.chance.choice(rig.fleet.workers).kill()

    async with again_and_again(kill, rig.chance, 1.0):
        yield


SCENARIOS = (
    Scenario("calm", calm),
    Scenario("every step", every_step),
    Scenario("random kills", random_kills),
)
