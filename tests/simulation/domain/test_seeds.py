"""A few worlds of each kind: nothing is wrong in any of them."""

import pytest

from tests.simulation.domain.world import run
from tests.simulation.kinds import KINDS

_QUESTIONS = 12


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("seed", range(1, 3))
def test_nothing_is_wrong(name: str, seed: int):
    assert run(seed, KINDS[name], _QUESTIONS).complaints == []
