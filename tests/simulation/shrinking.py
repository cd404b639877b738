"""Dropping whatever a violation does not need: what is left of a day can be read, and kept.

A day in which less happens goes another way, so that each attempt has several throws: other dice
may bring the violation back.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

from tests.simulation.excerpt import WHOLE, Excerpt

_PLACE = re.compile(r"^[\w/.]+: ")  # the thread that a complaint is about


class Ran(Protocol):
    """What became of an excerpt."""

    @property
    def complaints(self) -> Sequence[str]:
        """What was wrong."""

    @property
    def excerpt(self) -> Excerpt:
        """What took place, piece by piece."""


R = TypeVar("R", bound=Ran)


class Shrinker(Generic[R]):
    """Shrinks a day that *run* runs, with *throws* for each attempt; *told* hears of every step."""

    def __init__(
        self, run: Callable[[Excerpt], R], told: Callable[[str], None], throws: int = 4
    ) -> None:
        self._run = run
        self._told = told
        self._throws = throws
        self._wanted: set[str] = set()  # complaints, without what is different each time
        self.smallest: R | None = None  # so far

    def shrink(self) -> None:
        """Find the smallest day in which the same is wrong; there is none if nothing is."""
        whole = self._run(WHOLE)
        self._wanted = set(map(_shape, whole.complaints))
        ran, before = self._attempt(whole.excerpt), None
        while ran and before != ran.excerpt:
            before = ran.excerpt
            for kind in range(len(before.parts())):
                ran = self._without(ran, kind)

    def _without(self, ran: R, kind: int) -> R:
        """Return a day with as few parts of a *kind* as possible: by halves, then one by one."""
        size = len(ran.excerpt.parts()[kind])
        while size:
            start = 0
            while dropped := ran.excerpt.parts()[kind][start : start + size]:
                if smaller := self._attempt(ran.excerpt.without(dropped)):
                    ran = smaller
                    self._told(_described(ran.excerpt))
                else:
                    start += size
            size //= 2
        return ran

    def _attempt(self, excerpt: Excerpt) -> R | None:
        for dice in dict.fromkeys((excerpt.dice, *range(self._throws))):
            ran = self._run(replace(excerpt, dice=dice))
            if self._wanted & set(map(_shape, ran.complaints)):
                self.smallest = ran
                return ran
        return None


def _described(day: Excerpt) -> str:
    return ", ".join(f"{parts[0][0]}s: {len(parts)}" for parts in day.parts() if parts)


def _shape(complaint: str) -> str:
    return re.sub(r"\d+", "#", _PLACE.sub("", complaint))
