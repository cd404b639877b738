"""How fast a neighbour lets us call it, whichever of our processes does so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *most* calls in any *seconds*, counted together under *name*."""

    name: str
    most: int
    seconds: int


class RateLimiter(Protocol):
    """Gives out places for calls, first come, first served. Raises StoreUnavailable."""

    async def wait(self, limits: Sequence[Limit], *, within: float | None = None) -> bool:
        """Return True when a call under all of *limits* (the narrowest first) may be made.

        False, at once, if that were not *within* so many seconds. Whoever sets such a bound has
        nothing urgent to say, and leaves half of each limit to those who have.
        """
        ...

    async def hold(self, limit: Limit, seconds: float) -> None:
        """Stop all calls under *limit* for so many seconds."""
        ...


class NoRateLimiter(RateLimiter):
    """Lets everybody go at once; the neighbour's own refusals are all that slows us."""

    async def wait(self, limits: Sequence[Limit], *, within: float | None = None) -> bool:
        return True

    async def hold(self, limit: Limit, seconds: float) -> None:
        pass
