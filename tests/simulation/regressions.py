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
        125,
        16,
        Excerpt(
            {1: (1,)},
            (),
            {
                "worker-4 store.stop_requests 4": Fault.BEFORE,
                "worker-3 store.append 8": Fault.AFTER,
                "worker-3 slack.post 1": Fault.AFTER,
            },
        ),
        "Buried by a RecursionError: a stream had no ts, as the journal's answer had been lost.",
    ),
    Pinned(
        "streams",
        150,
        16,
        Excerpt(
            {1: (0, 1, 2)},
            (),
            {"worker-3 store.append 34": Fault.AFTER, "worker-3 store.links 4": Fault.AFTER},
        ),
        "A stream was said again: its worker went on without knowing what the journal held.",
    ),
    Pinned(
        "all",
        44,
        40,
        Excerpt(
            {3: (0, 2)},
            (),
            {
                "worker-4 store.claim 37": Fault.AFTER,
                "worker-4 store.deleted 17": Fault.BEFORE,
                "worker-3 model.relabel 1": Fault.BUSY,
            },
            dice=0,
        ),
        "A stopped turn wrote the router's labels once, and never again if OpenAI was busy.",
    ),
    Pinned(
        "links in mid-turn",
        55,
        40,
        Excerpt(
            {6: (0, 1)},
            (0, 1, 2, 3, 4, 5),
            {
                "worker-4 store.claim 3": Fault.BEFORE,
                "worker-3 store.claim 5": Fault.BEFORE,
                "worker-5 store.deleted 3": Fault.BEFORE,
                "worker-3 store.expired 1": Fault.BEFORE,
                "worker-3 store.stop_requests 8": Fault.BEFORE,
                "worker-5 store.deleted 10": Fault.BEFORE,
            },
            dice=0,
        ),
        "Two router conversations: a reply overtook the first message, and the links were lost.",
    ),
    Pinned(
        "edits",
        3,
        40,
        Excerpt(
            {6: (0, 1, 2, 3, 5), 2: (1,)},
            (0, 1),
            {"worker-7 store.append 27": Fault.AFTER},
            dice=3,
        ),
        "An edit counted as read by a turn that was resumed, and had asked before it was noted.",
    ),
    Pinned(
        "edits",
        3,
        40,
        Excerpt({1: (0, 2)}, (), {}, dice=5),
        "An edit overtook what made its thread ours, and was dropped.",
    ),
    Pinned(
        "edits",
        6,
        40,
        Excerpt({5: (0,), 2: (0, 2)}, (), {"web-1 store.mark_edited 2": Fault.BEFORE}, dice=4),
        "An edit whose note was lost counted as asked when Slack told it again.",
    ),
    Pinned(
        "edits",
        7,
        40,
        Excerpt({4: (0, 1, 2)}, (1,), {}, dice=0),
        "What came late counted as read by a turn that was resumed, and had asked before.",
    ),
    Pinned(
        "all",
        700428,
        40,
        Excerpt({8: (1, 2), 1: (0,), 5: (0,), 0: (0, 1), 7: (4,)}, (0, 1, 2, 3, 4), {}, dice=4),
        "Two router conversations: Slack named none, as the turn before was stopped.",
    ),
)
