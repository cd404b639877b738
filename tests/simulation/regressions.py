"""Days that went wrong once, as small as they could be made, and why each was kept.

``python -m tests.simulation --kind kills --seed 59 --shrink`` prints such an entry. What changes
the days themselves, in the simulation or in how many calls the bot makes, may let an entry go
another way: it is no unit test of what was mended.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.simulation.excerpt import Excerpt
from tests.simulation.net import Fault


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


PINNED: Sequence[Pinned] = (
    Pinned(
        "streams",
        104,
        16,
        Excerpt(
            {3: (3,), 2: (0,)},
            (0,),
            {"worker-6 store.append 11": Fault.AFTER, "worker-6 store.append 25": Fault.AFTER},
            dice=1,
        ),
        "A stream was said again: its worker went on without knowing what the journal held.",
    ),
)
