"""The harness finds what it is there for: a bot that breaks a promise is found out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.faults import broken_bots
from tests.faults.features import FEATURES
from tests.faults.rig import Rig, Shape
from tests.faults.running import run
from tests.faults.scenarios import Scenario
from tests.faults.traps import Moment, Trap
from tests.faults.workload import Habits
from tests.processes import Prepare

pytestmark = [pytest.mark.faults, pytest.mark.long]

TURNS = 10
HABITS = Habits(at_once=6, hurry=0.0)
ANSWERED = ("before journal ExpertAnswered",) * 3  # perhaps of an expert that is no function
OF = {feature.name: feature for feature in FEATURES}


@pytest.mark.parametrize(
    ("feature", "broken", "killed", "found"),
    [
        ("approvals", broken_bots.approves_of_everything, (), "approved 0 times"),
        (
            "streams",
            broken_bots.leaves_streams,
            ("after slack chat.appendStream",),
            "stream is open",
        ),
        (
            "direct messages",
            broken_bots.leaves_streams,
            ("after slack chat.startStream",),
            "stream is open",
        ),
        ("functions", broken_bots.changes_keys, ANSWERED, "2 keys"),
        ("colleagues", broken_bots.asks_without_looking, ("after model expert",), "2 times"),
        ("files", broken_bots.forgets_uploads, ("before journal FileStored",), "stored 2 times"),
    ],
)
async def test_a_broken_bot_is_found_out(
    feature: str, broken: Prepare, killed: Sequence[str], found: str, tmp_path: Path
):
    @asynccontextmanager
    async def trouble(rig: Rig) -> AsyncIterator[None]:
        places = [one.partition(" ") for one in killed]
        rig.traps.set(Trap(step, Moment(moment)) for moment, _, step in places)
        yield

    shape = Shape(workers=2, concurrency=4, prepare=broken)
    scenario = Scenario(feature, trouble, shape, HABITS, feature=OF[feature])

    outcome = await run(scenario, TURNS, 1, tmp_path)

    assert not outcome.unsprung
    assert any(found in one for one in outcome.complaints), outcome.complaints
