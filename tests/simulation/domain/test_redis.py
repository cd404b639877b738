"""The same worlds with the real scripts on a real Redis: nothing is wrong in them either."""

import pytest

from tests.simulation.domain.world import run
from tests.simulation.kinds import IN_REDIS, KINDS

_QUESTIONS = 8


@pytest.mark.parametrize("name", IN_REDIS)
def test_nothing_is_wrong(name: str):
    assert run(3, KINDS[name], _QUESTIONS).complaints == []


def test_a_seed_brings_the_same_day_again():
    first, again = (run(7, KINDS["network in Redis"], _QUESTIONS) for _ in range(2))

    assert first.digest == again.digest
