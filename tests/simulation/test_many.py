"""Many days: whatever goes wrong is told, and a signal ends them with what was found so far."""

import asyncio
import gc
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from pathlib import Path

import pytest

from tests.simulation import many
from tests.simulation.days import Day
from tests.simulation.many import run_one

TOP = Path(__file__).parents[2]


async def start(*args: str) -> Process:
    environ = os.environ | {"PYTHONPATH": str(TOP)}
    command = (sys.executable, "-m", "tests.simulation", *args)
    return await create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, env=environ, cwd=TOP)


def test_a_day_that_breaks_the_simulation_is_wrong():
    result = run_one(Day("no such kind", 1, 4))

    assert "KeyError: 'no such kind'" in result.complaints


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # it is left as it is
def test_a_day_that_does_not_end_is_wrong(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(many, "_LONGEST", 0.05)

    result = run_one(Day("calm", 1, 400))
    gc.collect()  # its tasks, which complain

    assert result.complaints == ["not over after 0.05 s of processor"]


@pytest.mark.parametrize(
    "args",
    [
        ("--seeds", "9-3"),
        ("--seeds", "x"),
        ("--questions", "0"),
        ("--seconds", "0"),
        ("--jobs", "0"),
        ("--kind", "x"),
    ],
)
@pytest.mark.long
async def test_what_makes_no_sense_is_refused(args: tuple[str, ...]):
    process = await start(*args)
    _, errors = await process.communicate()

    assert process.returncode == 2
    assert b"error: argument" in errors
    assert b"Traceback" not in errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.long
async def test_a_signal_ends_it_with_what_was_found_so_far(number: signal.Signals):
    process = await start("--questions", "1000000", "--size", "4", "--jobs", "1", "--kind", "calm")
    assert process.stdout
    async with asyncio.timeout(120):
        first = await process.stdout.readline()
        process.send_signal(number)
        told, errors = await process.communicate()

    assert b"questions on" in first
    assert told.splitlines()[-1].startswith(b"stopped by a signal: ")
    assert (process.returncode, errors) == (0, b"")


async def test_it_ends_when_its_time_is_up():
    process = await start("--seconds", "1", "--size", "4", "--jobs", "1", "--kind", "calm")
    async with asyncio.timeout(120):
        told, errors = await process.communicate()

    assert told.splitlines()[-1].startswith(b"stopped by the clock: ")
    assert (process.returncode, errors) == (0, b"")
