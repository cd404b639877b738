"""A seed brings the same day again: in any process, whatever its hashes, and from its parts."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.domain.world import run
from tests.simulation.kinds import IN_FAKES, KINDS

SEED, QUESTIONS = 3, 4
TOP = Path(__file__).parents[3]

SCRIPT = f"""
from tests.simulation.domain.world import run
from tests.simulation.kinds import IN_FAKES, KINDS
for name in IN_FAKES:
    kind = KINDS[name]
    print(name, run({SEED}, kind, {QUESTIONS}).digest)
"""


def digests_in_another_process() -> list[str]:
    environ = os.environ | {"PYTHONHASHSEED": "4711", "PYTHONPATH": str(TOP)}
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", SCRIPT],
        env=environ,
        cwd=TOP,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.splitlines()


def test_a_seed_brings_the_same_days_in_every_process():
    here = [f"{name} {run(SEED, KINDS[name], QUESTIONS).digest}" for name in IN_FAKES]

    assert all(re.fullmatch(r".+ [0-9a-f]{16}", line) for line in here)
    assert len({line.split()[-1] for line in here}) > len(IN_FAKES) // 2
    assert digests_in_another_process() == here


@pytest.mark.parametrize("name", ["network", "streams", "kills", "clocks"])
def test_a_day_is_what_took_place_on_it(name: str):
    day = run(SEED, KINDS[name], QUESTIONS)

    again = run(SEED, KINDS[name], QUESTIONS, day.excerpt)

    assert (again.digest, again.excerpt) == (day.digest, day.excerpt)
