"""Which requests go wrong, and how: the next ones, or a share of all. Deterministic."""

import random
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.json_types import Json

F = TypeVar("F")
Condition = Callable[[Json], bool]


@dataclass(slots=True)
class FaultQueue(Generic[F]):
    """The faults to inject, by the name of a request; random ones draw from a seeded generator."""

    seed: int = 0
    _queued: defaultdict[str, deque[tuple[F, Condition]]] = field(
        default_factory=lambda: defaultdict(deque), init=False
    )
    _rates: defaultdict[str, list[tuple[float, F]]] = field(
        default_factory=lambda: defaultdict(list), init=False
    )
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.reseed(self.seed)

    def reseed(self, seed: int) -> None:
        """Start the random generator anew."""
        self._random = random.Random(seed)  # noqa: S311 - must be repeatable, no secret

    def on(
        self, request: str, fault: F, *, times: int = 1, when: Condition = lambda _: True
    ) -> None:
        """Let the next such requests (those for whose body *when* holds) end in *fault*."""
        self._queued[request].extend([(fault, when)] * times)

    def rate(self, request: str, fault: F, share: float) -> None:
        """Let a *share* of all such requests end in *fault*; shares of several add up."""
        self._rates[request].append((share, fault))

    def clear(self) -> None:
        """Let everything go well from now on."""
        self._queued.clear()
        self._rates.clear()

    def next(self, request: str, body: Json | None = None) -> F | None:
        """Return what goes wrong with this request, if anything does."""
        queued = self._queued.get(request, deque())
        for entry in queued:
            if entry[1](body or {}):
                queued.remove(entry)
                return entry[0]
        rates = self._rates.get(request)
        drawn = self._random.random() if rates else 0.0
        for share, fault in rates or ():
            if drawn < share:
                return fault
            drawn -= share
        return None
