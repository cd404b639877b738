"""Planted bugs: the texts that they change are there, and something notices each."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation.mutants.all_mutants import MUTANTS
from tests.simulation.mutants.mutant import Mutant, units
from tests.simulation.mutants.trial import Copy, mutated

_FEW = {"plan left as it was in the end"}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_it_changes_todays_code(mutant: Mutant):
    text = mutated(mutant)
    if mutant.file.endswith(".py"):
        compile(text, mutant.file, "exec")


def test_each_has_a_name_of_its_own():
    assert len({one.name for one in MUTANTS}) == len(MUTANTS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutants")


@pytest.fixture(scope="module")
def copy(folder: Path) -> Copy:
    return Copy(folder)


def test_a_check_that_fails_anyway_catches_nothing(copy: Copy, folder: Path):
    (folder / "tests/test_broken.py").write_text("def test_it():\n    assert False\n")
    verdict = copy.judge(replace(MUTANTS[0], caught_by=units("test_broken.py")))
    assert not verdict.is_caught
    assert not verdict.is_fine
    assert verdict.why == "the check fails without the bug: test_broken.py::test_it"


@pytest.mark.parametrize(
    "mutant",
    [
        pytest.param(one, id=one.name, marks=() if one.name in _FEW else pytest.mark.long)
        for one in MUTANTS
    ],
)
def test_something_notices_it(copy: Copy, mutant: Mutant):
    verdict = copy.judge(mutant)
    assert verdict.is_fine, verdict.why or f"nothing wrong in {mutant.caught_by}"
