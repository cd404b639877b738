"""Keeping all our processes together within the rate limits of a service."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *calls* calls in any *seconds*, counted together under *name*."""

    name: str
    calls: int
    seconds: int


class RateLimiter(Protocol):
    """Lets calls through, first come, first served. Every method may raise StoreUnavailable."""

    async def wait(self, limits: Sequence[Limit], *, within: float | None = None) -> bool:
        """Wait until a call under all of *limits* (the narrowest first) may be made.

        Returns False, at once, if it would take longer than *within* seconds. Callers with such a
        bound have nothing urgent to send, and get only half of each limit.
        """

    async def block(self, limit: Limit, seconds: float) -> None:
        """Let no call under *limit* through for *seconds*."""


class NoRateLimiter(RateLimiter):
    """Lets every call through at once; only the service's own refusals slow us down."""

    async def wait(self, limits: Sequence[Limit], *, within: float | None = None) -> bool:
        return True

    async def block(self, limit: Limit, seconds: float) -> None:
        pass
