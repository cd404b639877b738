"""The harness in its short form: every family of faults, and nothing lost, doubled or left."""

import os
from pathlib import Path

import pytest

from tests.faults.running import run
from tests.faults.scenarios import SCENARIOS, Scenario

TURNS = 2_000
SEED = int(os.environ.get("PANELBOT_FAULTS_SEED", "1"))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_every_question_is_answered_exactly_once(scenario: Scenario, tmp_path: Path):
    outcome = await run(scenario, TURNS // len(SCENARIOS) + 1, SEED, tmp_path)

    assert not outcome.complaints, f"PANELBOT_FAULTS_SEED={SEED}"
    assert len(outcome.unsprung) <= outcome.sprung  # in so short a run, some steps are rare
    assert outcome.turns >= TURNS // len(SCENARIOS)
