"""A few worlds of each kind: nothing is wrong in any of them."""

from dataclasses import replace

import pytest

from tests.simulation.domain.world import run
from tests.simulation.kinds import IN_FAKES, KINDS
from tests.simulation.regressions import PINNED, Pinned

_QUESTIONS = 12
_THROWS = 5  # for a day that went wrong: it may go another way by now


@pytest.mark.parametrize("name", IN_FAKES)
@pytest.mark.parametrize("seed", range(1, 3))
def test_nothing_is_wrong(name: str, seed: int):
    assert run(seed, KINDS[name], _QUESTIONS).complaints == []


@pytest.mark.parametrize("pinned", PINNED, ids=lambda day: f"{day.kind}-{day.seed}")
def test_what_went_wrong_once_does_not_again(pinned: Pinned):
    for dice in {pinned.excerpt.dice, *range(_THROWS)}:
        excerpt = replace(pinned.excerpt, dice=dice)
        day = run(pinned.seed, KINDS[pinned.kind], pinned.questions, excerpt)
        assert day.complaints == []
