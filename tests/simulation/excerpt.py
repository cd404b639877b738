"""Part of a seed's day: what is left once everything was dropped that a violation does not need.

A day is data: its threads, its misfortunes and its faults each have dice of their own, so that the
others stay as they are where one is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.simulation.net import Fault


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


WHOLE = Excerpt()
