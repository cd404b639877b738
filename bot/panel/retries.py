"""Waiting before another try, and giving up in time: whatever retries or polls does it here.

tenacity 9.2 and stamina 26.1 were tried first. Both retry a call as it is; most of our loops do
something between two tries (repair a conversation, look for what was posted, take another model)
and would still be written by hand. stamina's timeout does not look at a Retry-After: asked to wait
1,200 seconds within a timeout of two, it slept that long, twice. Both cost some 100 microseconds a
call that succeeds, and a model response calls through here several times; this costs one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf
from typing import TypeVar

from bot import runtime
from bot.panel.errors import TryLater

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before each further try, in seconds."""

    delays: tuple[float, ...]
    longest: float = inf  # a single delay: a server that asks for more is not retried
    total: float = inf  # all delays of one request together
    jitter: float = 0.25  # how much longer a delay may become, so that retries spread out
    endless: bool = False  # whether the last delay is repeated for ever


class Retries:
    """The tries that are left for one request, or the looks for one poll."""

    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self._delays = iter(backoff.delays)
        self._left = backoff.total

    async def wait(self, asked: float | None = None) -> bool:
        """Wait until the next try is due: for at least *asked* seconds, the server's Retry-After.

        Returns False at once if there is no further try, or if it would come too late.
        """
        repeated = self._backoff.delays[-1] if self._backoff.endless else None
        delay = next(self._delays, repeated)
        if delay is None:
            return False
        delay = max(delay, asked or 0)
        if delay > min(self._backoff.longest, self._left):
            return False
        self._left -= delay
        jitter = runtime.uniform(1, 1 + self._backoff.jitter)
        await asyncio.sleep(delay * jitter)
        return True


async def retry(request: Callable[[], Awaitable[T]], backoff: Backoff, on: type[TryLater]) -> T:
    """Return what *request* returns, making it again while it raises *on*.

    Only for requests that may be carried out twice.
    """
    retries = Retries(backoff)
    while True:
        try:
            return await request()
        except on as error:
            if not await retries.wait(error.after):
                raise
