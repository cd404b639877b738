"""What goes wrong with the API, on demand."""

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from bot.json_types import Json


@dataclass(frozen=True, slots=True)
class Fault:
    """One request gone wrong, before its effect or after it."""

    kind: Literal["status", "page", "reset", "silence", "cut", "late"]
    after_effect: bool = False
    status: int = 500
    code: str | None = None
    retry_after: float | None = None
    events: int = 0  # that a stream sends before it is cut
    message: str = ""  # what is said of it; empty: the usual
    clean: bool = False  # whether a cut stream ends as if it were whole
    body: str = ""  # of a page
    media_type: str = "text/html"
    until: asyncio.Event | None = None  # when what is late arrives
    before_end: bool = False  # of the effect: a response is still being written


Condition = Callable[[Json], bool]


@dataclass(slots=True)
class Faults:
    """What is to go wrong, by ``METHOD /v1/path`` with ids as ``*``. Deterministic."""

    seed: int = 0
    _queued: defaultdict[str, deque[tuple[Fault, Condition]]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    _rates: defaultdict[str, list[tuple[float, Fault]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Start the source of chance."""
        self._random = random.Random(self.seed)  # noqa: S311 - repeatable chance, no secret

    def on(
        self, request: str, fault: Fault, *, times: int = 1, when: Condition = lambda _: True
    ) -> None:
        """Let the next such requests (those for whose body *when* holds) end in *fault*."""
        self._queued[request].extend([(fault, when)] * times)

    def rate(self, request: str, fault: Fault, share: float) -> None:
        """Let a *share* of all such requests end in *fault*; shares of several add up."""
        self._rates[request].append((share, fault))

    def clear(self) -> None:
        """Let everything go well from now on."""
        self._queued.clear()
        self._rates.clear()

    def next(self, request: str, body: Json) -> Fault | None:
        """Return what goes wrong with this request, if anything does."""
        queued = self._queued.get(request, deque())
        for entry in queued:
            if entry[1](body):
                queued.remove(entry)
                return entry[0]
        rates = self._rates.get(request)
        return self._by_chance(rates) if rates else None

    def _by_chance(self, rates: list[tuple[float, Fault]]) -> Fault | None:
        drawn = self._random.random()
        for share, fault in rates:
            if drawn < share:
                return fault
            drawn -= share
        return None
