"""One simulated day of the real assembly: a family of faults, in a world that a seed decides.

The bot's own processes (``open_web``, ``open_worker``) with their real adapters and libraries run
on one loop, against the local Slack and model and a real Redis. The families' people ask, their
faults befall the processes, and their ledger reckons.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults import running
from tests.faults.scenarios import Scenario
from tests.simulation.domain.stores.redis_memory import shared_server
from tests.simulation.full.kinds import KINDS
from tests.simulation.full.machines import SimulatedMachines
from tests.simulation.full.network import NetworkedLoop
from tests.simulation.full.outside import simulated
from tests.simulation.loop import Order
from tests.simulation.redis_server import RedisServer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a day."""

    complaints: tuple[str, ...]
    questions: int
    hurts: Counter[str]
    digest: str
    seconds: float  # of the loop's time
    trace: Sequence[str]

    def __str__(self) -> str:
        hurts = ", ".join(f"{what} {times} times" for what, times in self.hurts.items())
        return (
            f"{self.digest}, {self.questions} questions, {self.seconds:.0f} s of its time; "
            f"{hurts or 'nobody was hurt'}"
        )


def run_alone(kind: str, seed: int, turns: int, *, keep_trace: bool = False) -> Outcome:
    """Run a day of the *kind* of that name, on this process's own Redis server."""
    logging.basicConfig(level=logging.CRITICAL)
    return run(KINDS[kind], seed, turns, shared_server(), keep_trace=keep_trace)


def run(
    scenario: Scenario, seed: int, turns: int, server: RedisServer, *, keep_trace: bool = False
) -> Outcome:
    """Let *scenario* go on until so many turns are answered."""
    order = Order.PROCESSES if seed % 2 else Order.QUEUED
    loop = NetworkedLoop(seed, order=order, keep_trace=keep_trace)
    began = loop.time()
    server.begin(loop.runtime("redis").time)
    machines = SimulatedMachines(loop, server)
    outcomes: list[running.Outcome] = []

    async def work(folder: Path) -> None:
        rest = machines.machines()
        outcomes.append(await running.run(scenario, turns, seed, folder, machines=rest))

    try:
        with TemporaryDirectory(prefix="simulation-") as folder, simulated(loop):
            loop.run(work(Path(folder)))
        uncaught = [f"nobody caught {what.get('exception', what)!r}" for what in loop.errors]
    finally:
        loop.close()
    (outcome,) = outcomes
    complaints = (*outcome.complaints, *machines.mistakes(), *uncaught)
    return Outcome(
        complaints,
        outcome.questions,
        outcome.hurts,
        loop.digest(),
        loop.time() - began,
        loop.trace or (),
    )
