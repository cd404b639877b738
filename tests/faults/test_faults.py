"""Every family of faults: nothing is lost, doubled or left. ``--long`` asks more questions."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.faults.running import run
from tests.faults.scenarios import BRIEFLY_IN_USE, FEATURES_IN_USE, SCENARIOS, Scenario

TURNS = 2_000 // len(SCENARIOS) + 1
FEW_TURNS = 6
FEATURE_TURNS = 15  # at least: each of the five traps that are set waits for some more
# What is in `tests/simulation/kinds.py`: thousands of such deaths, pauses and cuts, at every step.
SIMULATED = {"every step", "cut steps", "pauses", "random kills", "everything"}
SEED = int(os.environ.get("PANELBOT_FAULTS_SEED", "1"))


pytestmark = pytest.mark.faults


@pytest.fixture
def turns(request: pytest.FixtureRequest) -> int:
    """How many turns each family has to survive."""
    return TURNS if request.config.getoption("--long") else FEW_TURNS


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(one, marks=[pytest.mark.long] if one.name in SIMULATED else [])
        for one in SCENARIOS
    ],
    ids=lambda scenario: scenario.name,
)
async def test_every_question_is_answered_exactly_once(
    scenario: Scenario, turns: int, tmp_path: Path
):
    outcome = await run(scenario, turns, SEED, tmp_path)

    assert not outcome.complaints, f"PANELBOT_FAULTS_SEED={SEED}"
    assert len(outcome.unsprung) <= outcome.sprung  # in so short a run, some steps are rare
    assert outcome.turns >= turns


async def test_all_features_do_everything_once(tmp_path: Path):
    outcome = await run(BRIEFLY_IN_USE, FEATURE_TURNS, SEED, tmp_path)

    assert not outcome.complaints, f"PANELBOT_FAULTS_SEED={SEED}"
    assert outcome.hurts


@pytest.mark.long
@pytest.mark.parametrize("scenario", FEATURES_IN_USE, ids=lambda scenario: scenario.name)
async def test_every_feature_does_everything_once(scenario: Scenario, tmp_path: Path):
    outcome = await run(scenario, FEATURE_TURNS, SEED, tmp_path)

    assert not outcome.complaints, f"PANELBOT_FAULTS_SEED={SEED}"
    assert outcome.sprung
    assert outcome.turns >= FEATURE_TURNS


@pytest.mark.long
async def test_whoever_ends_a_run_early_gets_the_reckoning(tmp_path: Path):
    enough = asyncio.Event()

    def told(turns: int) -> None:
        if turns > FEW_TURNS:
            enough.set()

    outcome = await run(SCENARIOS[0], TURNS * 100, SEED, tmp_path, told, enough=enough)

    assert not outcome.complaints
    assert FEW_TURNS < outcome.turns < TURNS
