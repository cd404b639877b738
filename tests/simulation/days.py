"""One day by its name: of the panel in a world of its own, or of the real processes in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from tests.simulation.domain.world import run
from tests.simulation.kinds import KINDS

IN_FULL = " in full"  # at the end of a kind's name


@dataclass(frozen=True, slots=True)
class Day:
    """Which day, and how many questions are asked in it."""

    kind: str
    seed: int
    questions: int


class Outcome(Protocol):
    """What became of a day; as a text, in a line."""

    @property
    def questions(self) -> int:
        """How many were asked."""

    @property
    def complaints(self) -> Sequence[str]:
        """What is wrong."""

    @property
    def trace(self) -> Sequence[str]:
        """Each call, if that was kept."""


def simulate(day: Day, *, keep_trace: bool = False) -> Outcome:
    """Simulate *day*."""
    if not day.kind.endswith(IN_FULL):
        return run(day.seed, KINDS[day.kind], day.questions, keep_trace=keep_trace)
    name = day.kind.removesuffix(IN_FULL)
    outcome: Outcome = _full("world").run_alone(
        name, day.seed, day.questions, keep_trace=keep_trace
    )
    return outcome


def full_kinds() -> Sequence[str]:
    """Return the kinds of days in full."""
    return [f"{name}{IN_FULL}" for name in _full("kinds").KINDS]


def _full(module: str) -> Any:
    """Return a module of what most days do without, and takes a second to import."""
    return import_module(f"tests.simulation.full.{module}")
