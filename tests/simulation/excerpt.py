"""Part of a seed's day: what is left once everything was dropped that a violation does not need.

A day is data: its threads, its misfortunes and its faults each have dice of their own, so that the
others stay as they are where one is left out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from tests.simulation.net import Fault

Part = tuple[str, object]  # its kind, and which


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What takes place; None: all of it."""

    threads: Mapping[int, tuple[int, ...]] | None = None  # by number, with which questions
    misfortunes: tuple[int, ...] | None = None  # by number
    faults: Mapping[str, Fault] | None = None  # by what they befall: "worker-3 store.done 2"
    dice: int = 0  # another number: everything else in another order

    def asks(self, thread: int, nth: int) -> bool:
        """Whether the *nth* question of *thread* is asked."""
        return self.threads is None or nth in self.threads.get(thread, ())

    def strikes(self, number: int) -> bool:
        """Whether the misfortune of that *number* takes place."""
        return self.misfortunes is None or number in self.misfortunes

    def parts(self) -> Sequence[Sequence[Part]]:
        """Return what may be dropped, kind by kind: first what most else depends on."""
        threads = self.threads or {}
        return (
            [("thread", number) for number in threads],
            [("question", (number, nth)) for number, nths in threads.items() for nth in nths],
            [("misfortune", number) for number in self.misfortunes or ()],
            [("fault", about) for about in self.faults or ()],
        )

    def without(self, dropped: Collection[Part]) -> "Excerpt":
        """Return what is left."""
        threads: dict[int, tuple[int, ...]] = {}
        for number, nths in (self.threads or {}).items():
            left = tuple(nth for nth in nths if ("question", (number, nth)) not in dropped)
            if left and ("thread", number) not in dropped:
                threads[number] = left
        misfortunes = tuple(n for n in self.misfortunes or () if ("misfortune", n) not in dropped)
        faults = {a: f for a, f in (self.faults or {}).items() if ("fault", a) not in dropped}
        return replace(self, threads=threads, misfortunes=misfortunes, faults=faults)


WHOLE = Excerpt()
