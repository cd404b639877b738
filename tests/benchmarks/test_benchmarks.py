"""That the benchmarks run at all, each in its smallest form. How fast, only people judge."""

import shutil
from pathlib import Path

import pytest

from tests.benchmarks import report
from tests.benchmarks.figures import SMALLEST, Figure, Goal

commands = pytest.importorskip("tests.benchmarks.__main__", reason="needs the group 'bench'")


DOCS = Path(__file__).parents[2] / "docs"
SHORTEST = "calls"
NAMES = [
    name if name == SHORTEST else pytest.param(name, marks=pytest.mark.long)
    for name in commands.BENCHMARKS
]


@pytest.mark.parametrize("name", NAMES)
async def test_each_benchmark_finds_figures(name: str, tmp_path: Path):
    docs = shutil.copytree(DOCS / "understand", tmp_path / "understand").parent
    figures = await commands.measured((name,), SMALLEST)
    commands.write(figures, docs)

    assert figures
    assert all(figure.value >= 0 for figure in figures), figures
    tables = (docs / "reference" / "benchmarks.md").read_text()
    assert all(figure.name in tables for figure in figures)
    page = (docs / "understand" / "benchmarks.md").read_text()
    assert all(figure.name in page for figure in report.headlines(figures))
    assert (docs / "reference" / "benchmarks.svg").stat().st_size < 60_000


def test_a_goal_is_about_the_ratio_or_the_value():
    slower = Figure("b", "last reply", 1.2, "s", 1.0, "bare", Goal(1.1))
    enough = Figure("b", "events", 95, "1/s", 100, "bare", Goal(0.9, at_least=True))
    small = Figure("b", "bytes", 1400, "B", goal=Goal(2000, of_ratio=False))

    assert (slower.met, enough.met, small.met) == (False, True, True)
    assert report.row(slower) == ("last reply", "1.2 s", "1 s (bare)", "1.20", "≤ 1.1x", "no")
    assert report.row(small)[4:] == ("≤ 2000 B", "yes")


def test_without_a_goal_nothing_is_missed():
    assert Figure("b", "turns", 30, "1/s").met is None
