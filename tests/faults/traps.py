"""Traps: what befalls a worker at an exact step, before or after its effect."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic


class Moment(StrEnum):
    """When a trap springs."""

    BEFORE = "before"  # nothing has happened yet
    AFTER = "after"  # it has happened, and the worker does not know


class Deed(StrEnum):
    """What befalls the worker."""

    KILL = "kill"
    PAUSE = "pause"  # for longer than its lease
    CUT = "cut"  # its connection breaks


@dataclass(frozen=True, slots=True)
class Trap:
    """One trap; the first worker that comes to it springs it."""

    step: str
    moment: Moment
    deed: Deed = Deed.KILL

    def __str__(self) -> str:
        return f"{self.deed} {self.moment} {self.step}"


Befall = Callable[[str, Deed], None]


class Traps:
    """The traps that are set: each springs once, one after the other with a pause in between."""

    def __init__(self, befall: Befall) -> None:
        self._befall = befall
        self._set: list[Trap] = []
        self.spared: Callable[[str], bool] = lambda _: False  # workers that are just down
        self.seen: Counter[str] = Counter()
        self.sprung: list[Trap] = []
        self.answered: Callable[[], int] = lambda: 0  # turns so far
        self.pause = 0.0  # seconds between two
        self.work = 0  # turns that are answered between two, however slow the machine is
        self.choose: Callable[[Sequence[Trap]], Iterable[Trap]] = list  # which of them to set
        self._next_at = 0.0
        self._next_after = 0

    @property
    def left(self) -> tuple[Trap, ...]:
        """The traps that nobody came to yet."""
        return tuple(self._set)

    def set(self, traps: Iterable[Trap]) -> None:
        """Set more traps."""
        self._set += self.choose(tuple(traps))

    def clear(self) -> None:
        """Take away the traps that are left."""
        self._set.clear()

    def spring(self, worker: str, step: str, moment: Moment) -> Deed | None:
        """Let *worker* come to a step; return what has befallen it there."""
        if moment is Moment.BEFORE:
            self.seen[step] += 1
        found = next((t for t in self._set if (t.step, t.moment) == (step, moment)), None)
        if found is None or self.spared(worker) or not self._is_time():
            return None
        self._next_at = monotonic() + self.pause
        self._next_after = self.answered() + self.work
        self._set.remove(found)
        self.sprung.append(found)
        self._befall(worker, found.deed)
        return found.deed

    def _is_time(self) -> bool:
        return monotonic() >= self._next_at and self.answered() >= self._next_after

    def waits(self, step: str, moment: Moment) -> bool:
        """Return whether a trap waits there."""
        return any((t.step, t.moment) == (step, moment) for t in self._set)
