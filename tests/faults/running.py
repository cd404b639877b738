"""Running a scenario: trouble while people ask, then calm, then the reckoning."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis

from tests.faults.ledger import Ledger
from tests.faults.machines import REAL, Machines
from tests.faults.rig import Rig, open_rig
from tests.faults.scenarios import Scenario
from tests.faults.workload import Stuck, Workload

_SETTLED_WITHIN = 60.0
_KINDS = ("ready", "leases", "delayed", "outbox", "dead")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a scenario."""

    scenario: str
    turns: int
    questions: int
    seconds: float
    hurts: Counter[str]  # what befell the processes
    complaints: tuple[str, ...]
    sprung: int  # traps that a worker came to
    unsprung: tuple[str, ...]  # and those that none came to while it lasted
    given_up: int  # questions of which Slack gave up an event


async def run(
    scenario: Scenario,
    turns: int,
    seed: int,
    folder: Path,
    told: Callable[[int], None] = lambda _: None,
    afterwards: Callable[[Rig, Ledger], None] = lambda *_: None,
    enough: asyncio.Event | None = None,
    machines: Machines = REAL,
) -> Outcome:
    """Run *scenario* until *turns* turns are answered, and look whether all is well.

    Once it is *enough*, nobody asks any more: what was asked is waited for, and reckoned with.
    """
    since = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nothing runs yet
    async with open_rig(folder, scenario.shape, scenario.feature, seed, machines) as rig:
        chance = random.Random(f"{scenario.name} {seed}")  # noqa: S311 - no secret
        workload = Workload(rig, scenario.habits, chance, enough or asyncio.Event())
        traps = turns // 3 if scenario.feature.steps else turns  # with features, turns take longer
        rig.traps.choose = lambda all_: chance.sample(all_, min(traps, len(all_)))
        rig.traps.answered = lambda: len(workload.turns)
        complaints: list[str] = []
        try:
            await workload.begin()
            async with scenario.trouble(rig):
                await workload.run(turns, told)
        except* Stuck as stuck:
            complaints += [str(one) for one in stuck.exceptions]
        unsprung = tuple(f"nobody came to: {trap}" for trap in rig.traps.left)
        _calm_down(rig)
        complaints += await _left_in_the_queue(rig)
        ledger = Ledger(rig, workload.questions.values(), scenario.allowed)
        complaints += ledger.complaints()
        afterwards(rig, ledger)
        hurts = rig.fleet.ends
    seconds = time.monotonic() - since
    number = len(workload.turns)
    return Outcome(
        scenario.name,
        number,
        len(workload.questions),
        seconds,
        hurts,
        tuple(complaints),
        len(rig.traps.sprung),
        unsprung,
        len(ledger.given_up),
    )


def _calm_down(rig: Rig) -> None:
    rig.traps.clear()
    rig.slack.hazards.clear()
    rig.openai.faults.clear()


async def _left_in_the_queue(rig: Rig) -> list[str]:
    """Wait until nothing is to be done; return what is still there."""
    redis = Redis(port=rig.server.port, decode_responses=True, protocol=2)
    left: dict[str, int] = {}
    deadline = time.monotonic() + _SETTLED_WITHIN
    async with redis:
        while time.monotonic() < deadline:
            left = {kind: await redis.zcard(f"panelbot:{{0}}:{kind}") for kind in _KINDS}
            if not any(left[kind] for kind in _KINDS if kind != "dead"):
                break
            await asyncio.sleep(0.1)
        await rig.slack.deliverer.settle()
        keys = [key async for key in redis.scan_iter("panelbot:{0}:*", count=1000)]
    kinds = Counter(key.split(":")[2] for key in keys)
    wrong = [f"{number} left in {kind}" for kind, number in left.items() if number]
    wrong += [
        f"{kinds[kind]} keys of {kind}" for kind in ("turn", "journal", "inbox") if kinds[kind]
    ]
    return wrong
