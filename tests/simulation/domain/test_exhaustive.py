"""A small story goes well whatever befalls its worker, at any step, and whichever call fails.

The short form takes some of the places, other ones for each deed; ``--long`` takes all.
"""

import pytest

from tests.simulation.domain.exhaustive import (
    DEEDS,
    TALES,
    calls_of,
    failed_at,
    hurt_at,
    steps_of,
)
from tests.simulation.net import Fault

_SHARDS = 2
_EVERY_STEP, _EVERY_CALL = 40, 6  # in the short form


@pytest.fixture
def is_long(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--long"))


@pytest.mark.parametrize("shard", range(_SHARDS))
@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("tale", TALES)
def test_all_is_well_whatever_befalls_a_worker(tale: str, deed: str, shard: int, is_long: bool):
    every = 1 if is_long else _EVERY_STEP
    steps = steps_of(TALES[tale])[DEEDS.index(deed) % every :: every][shard::_SHARDS]

    wrong = {step: hurt_at(TALES[tale], deed, step) for step in steps}

    assert {step: complaints for step, complaints in wrong.items() if complaints} == {}


@pytest.mark.parametrize("shard", range(_SHARDS))
@pytest.mark.parametrize("fault", [Fault.BEFORE, Fault.AFTER], ids=lambda one: one.value)
@pytest.mark.parametrize("tale", TALES)
def test_all_is_well_whichever_call_fails(tale: str, fault: Fault, shard: int, is_long: bool):
    every = 1 if is_long else _EVERY_CALL
    calls = calls_of(TALES[tale])[::every][shard::_SHARDS]

    wrong = {call: failed_at(TALES[tale], call, fault) for call in calls}

    assert {call: complaints for call, complaints in wrong.items() if complaints} == {}
