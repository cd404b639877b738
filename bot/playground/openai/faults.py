"""What goes wrong with the API, on demand."""

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from bot.json_types import Json

NGINX = (
    "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n"
    "<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n"
)


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


def status(
    number: int,
    code: str | None = None,
    *,
    retry_after: float | None = None,
    after_effect: bool = False,
    message: str = "",
) -> Fault:
    """Return a fault that answers with an HTTP status, and says *message* of it."""
    return Fault("status", after_effect, number, code, retry_after, message=message)


def page(number: int = 404, body: str = NGINX, media_type: str = "text/html") -> Fault:
    """Return a fault that answers as something before the server does: a proxy, a gateway."""
    return Fault("page", status=number, body=body, media_type=media_type)


def quota_exhausted() -> Fault:
    """Return the 429 that no waiting helps against."""
    return status(429, "insufficient_quota")


def reset(*, after_effect: bool = False, before_end: bool = False) -> Fault:
    """Return a fault that cuts the connection: with *before_end*, once the effect has begun."""
    return Fault("reset", after_effect or before_end, before_end=before_end)


def silence(*, after_effect: bool = False) -> Fault:
    """Return a fault that never answers."""
    return Fault("silence", after_effect)


def late(until: asyncio.Event) -> Fault:
    """Return a fault that keeps a request on its way *until* a test lets it arrive."""
    return Fault("late", until=until)


def cut(events: int, *, clean: bool = False) -> Fault:
    """Return a fault that cuts a stream after *events*; the response goes on if any does alone."""
    return Fault("cut", after_effect=True, events=events, clean=clean)


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
