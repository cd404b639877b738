"""A bug that is planted to see whether anything notices it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Units:
    """Tests of a room: their paths, and which of their names, as pytest's ``-k`` has it."""

    paths: tuple[str, ...]
    only: str = ""

    def __str__(self) -> str:
        return " ".join((*self.paths, self.only)).strip()


@dataclass(frozen=True, slots=True)
class Days:
    """Simulated days of one kind, until something is wrong in one."""

    kind: str
    last: int = 6  # seed; the first is 1
    questions: int = 40

    def __str__(self) -> str:
        return f"days of {self.kind!r}"


@dataclass(frozen=True, slots=True)
class Mutant:
    """*new* in the place of *old*, which is in *file* once, and what has to notice it.

    With *survives*, nothing does, and that is why.
    """

    name: str
    file: str
    old: str
    new: str
    caught_by: Units | Days
    survives: str = ""


def units(*paths: str, only: str = "") -> Units:
    """Return the tests at *paths*, below ``tests``."""
    return Units(tuple(f"tests/{path}" for path in paths), only)
