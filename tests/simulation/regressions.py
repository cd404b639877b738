"""Days that went wrong once, as small as they could be made, and why each was kept.

``python -m tests.simulation --seed 59 --kind kills --shrink`` prints such an entry.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.simulation.excerpt import Excerpt


@dataclass(frozen=True, slots=True)
class Pinned:
    """A day, and what was wrong in it."""

    kind: str
    seed: int
    questions: int
    excerpt: Excerpt
    why: str


def written(pinned: Pinned) -> Iterator[str]:
    """Yield the lines of an entry below."""
    day = pinned.excerpt
    faults = ", ".join(f'"{about}": {fault}' for about, fault in (day.faults or {}).items())
    yield "    Pinned("
    yield f'        "{pinned.kind}",'
    yield f"        {pinned.seed},"
    yield f"        {pinned.questions},"
    yield f"        Excerpt({day.threads}, {day.misfortunes}, {{{faults}}}, dice={day.dice}),"
    yield f"        {pinned.why!r},"
    yield "    ),"


PINNED: Sequence[Pinned] = ()
