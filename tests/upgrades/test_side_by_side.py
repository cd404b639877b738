"""This version and the one before, side by side, as during a deployment.

Both receive what people say, both answer, and either goes on where a worker of the other is killed.
This one adds a field to all that it stores, as the next version may.
"""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.faults.features import FEATURES, together
from tests.faults.ledger import Allowances
from tests.faults.machines import REAL, BotProcess
from tests.faults.rig import Rig, Shape
from tests.faults.running import run
from tests.faults.scenarios import Scenario
from tests.faults.traps import Moment, Trap
from tests.faults.workload import Habits
from tests.processes import Prepare, bot_process
from tests.upgrades.next_version import ADDED, become_the_next_version

TURNS = 6
BEFORE, NOW = ("web0", "worker0"), ("web1", "worker1")
KILLS = (Trap("slack reply", Moment.AFTER), Trap("model expert", Moment.BEFORE))
USED = together("two versions", [one for one in FEATURES if one.name != "functions"])

pytestmark = pytest.mark.faults


@asynccontextmanager
async def both_killed(rig: Rig) -> AsyncIterator[None]:
    """Kill the worker of each version in the middle of a turn."""
    workers = {worker.name: worker for worker in rig.fleet.workers}
    rig.traps.spared = lambda name: (
        bool(workers[name].ends) or not all(worker.is_up for worker in workers.values())
    )
    async with asyncio.timeout(60):
        while rig.slack.sockets.connections < len(rig.fleet.webs):  # noqa: ASYNC110 - of processes
            await asyncio.sleep(0.05)
    rig.traps.set(KILLS)
    yield


async def test_two_versions_lose_nothing_and_say_nothing_twice(previous: Path, tmp_path: Path):
    scenario = Scenario(
        USED.name,
        both_killed,
        Shape(workers=2, webs=2, concurrency=4, lease=3.0),
        Habits(at_once=3, longest=3, hurry=0.0),
        Allowances(disorder=True),
        USED,
    )
    machines = replace(REAL, start=partial(start, previous))

    outcome = await run(scenario, TURNS, 1, tmp_path, machines=machines)

    assert not outcome.complaints
    assert outcome.hurts["killed"] == len(KILLS)
    assert any(ADDED in file.read_text("latin1") for file in (tmp_path / "redis").rglob("*.aof"))
    logs = {name: (tmp_path / f"{name}.log").read_text() for name in (*BEFORE, *NOW)}
    assert all("turn.answered" in logs[worker] for worker in ("worker0", "worker1"))
    assert not re.findall(r".*\.(?:unreadable|too_new).*", "\n".join(logs.values()))


def start(
    previous: Path, command: str, *, environ: Mapping[str, str], log: Path, **_: Prepare
) -> AbstractAsyncContextManager[BotProcess]:
    """Run ``panelbot`` of the version that the process is to have, by the name of its *log*."""
    if log.stem in NOW:
        return bot_process(command, environ=environ, log=log, prepare=become_the_next_version)
    return process_before(previous, command, environ, log)


@asynccontextmanager
async def process_before(
    previous: Path, command: str, environ: Mapping[str, str], log: Path
) -> AsyncIterator[BotProcess]:
    """Run ``panelbot`` of the version before, which lies in the folder *previous*."""
    path = os.pathsep.join(filter(None, (str(previous), environ.get("PYTHONPATH"))))
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "--no-env-file", command),
            cwd=previous,  # comes before PYTHONPATH
            env={**environ, "PYTHONPATH": path},
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
