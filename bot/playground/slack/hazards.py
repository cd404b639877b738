"""What goes wrong with Slack, on demand."""

import random
from collections import defaultdict, deque
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Literal


class Ending(Enum):
    """What the caller sees of a call."""

    STATUS = auto()  # an HTTP status
    ERROR = auto()  # HTTP 200 with ok: false
    RESET = auto()  # the connection is cut
    SILENCE = auto()  # no answer for as long as the caller waits


@dataclass(frozen=True, slots=True)
class Fault:
    """One call gone wrong, before its effect or after it."""

    ending: Ending
    after_effect: bool = False
    status: int = 500
    error: str = "internal_error"
    retry_after: int | None = None


def rate_limited(retry_after: int = 1) -> Fault:
    """HTTP 429 with Retry-After."""
    return Fault(Ending.STATUS, status=429, error="ratelimited", retry_after=retry_after)


def rate_limited_in_body() -> Fault:
    """HTTP 200 that says ``ratelimited``: the SDK's handlers do not retry it."""
    return Fault(Ending.ERROR, error="ratelimited")


def server_error(*, after_effect: bool = False) -> Fault:
    """HTTP 500."""
    return Fault(Ending.STATUS, after_effect)


def reset(*, after_effect: bool = False) -> Fault:
    """The connection is cut; with *after_effect*, once Slack has done what was asked."""
    return Fault(Ending.RESET, after_effect)


def silence(*, after_effect: bool = False) -> Fault:
    """No answer: the caller times out."""
    return Fault(Ending.SILENCE, after_effect)


def error(code: str) -> Fault:
    """HTTP 200 with ``ok: false`` and *code*."""
    return Fault(Ending.ERROR, error=code)


@dataclass(slots=True)
class Hazards:
    """What is to go wrong. Deterministic: rates draw from a seeded source."""

    mention_order: Literal["message first", "mention first"] = "message first"
    extra_deliveries: int = 0  # how often each event is delivered again
    personas: Literal["kept", "ignored", "refused"] = "kept"  # without chat:write.customize
    stream_lasts: float = 300.0
    latency: dict[str, float] = field(default_factory=dict)  # seconds by method
    echoes: bool = True  # deliver the bot's own posts, edits and deletions back to it
    seed: int = 0
    _queued: defaultdict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    _rates: dict[str, tuple[float, Fault]] = field(default_factory=dict)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Start the source of chance."""
        self._random = random.Random(self.seed)  # noqa: S311 - repeatable chance, no secret

    def on(self, method: str, fault: Fault, *, times: int = 1) -> None:
        """Let the next calls of *method* end in *fault*."""
        self._queued[method].extend([fault] * times)

    def rate(self, method: str, fault: Fault, share: float) -> None:
        """Let a *share* of all calls of *method* end in *fault*."""
        self._rates[method] = (share, fault)

    def clear(self) -> None:
        """Let nothing go wrong from now on."""
        self._queued.clear()
        self._rates.clear()

    def next(self, method: str) -> Fault | None:
        """Return what goes wrong with this call, if anything does."""
        if queued := self._queued[method]:
            return queued.popleft()
        share, fault = self._rates.get(method, (0.0, None))
        return fault if fault and self._random.random() < share else None
