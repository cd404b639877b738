"""The same worlds with the real scripts on a real Redis: nothing is wrong in them either."""

import pytest

from tests.simulation.domain.world import run
from tests.simulation.kinds import IN_REDIS, KINDS

_QUESTIONS = 8
_ALWAYS = ("restarts", "scripts lost", "evictions", "failovers", "wipes", "all in Redis")


@pytest.mark.parametrize("name", _ALWAYS)
def test_nothing_is_wrong(name: str):
    assert run(3, KINDS[name], _QUESTIONS).complaints == []


@pytest.mark.long
@pytest.mark.parametrize("name", IN_REDIS)
@pytest.mark.parametrize("seed", range(1, 5))
def test_nothing_is_wrong_on_many_days(name: str, seed: int):
    assert run(seed, KINDS[name], 3 * _QUESTIONS).complaints == []


def test_a_seed_brings_the_same_day_again():
    first, again = (run(7, KINDS["network in Redis"], 4) for _ in range(2))

    assert first.digest == again.digest
