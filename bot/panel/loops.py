"""Loops that only a cancellation ends: whatever a round of one raises is logged and waited out."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NoReturn

from bot import runtime
from bot.panel.errors import PanelError, leaves
from bot.panel.retries import Backoff, Retries

log = logging.getLogger(__name__)

_BACKOFF = Backoff((0.2, 0.5, 1, 2, 5), endless=True)
_TOLD_EVERY = 60.0  # seconds, for each kind of error


async def forever(
    round_: Callable[[], Awaitable[None]], event: str, *, every: float = 0
) -> NoReturn:
    """Call *round_* again and again, each time after *every* seconds, until cancelled.

    An error is logged as *event*, and followed by a pause that grows up to some seconds.
    """
    trouble = Trouble(event)
    retries = Retries(_BACKOFF)
    while True:
        await asyncio.sleep(every)
        before = _cancellations()
        try:
            await round_()
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and _cancellations() > before:
                raise
            trouble.tell(error)
            await retries.wait(getattr(error, "after", None))
        else:
            trouble.over()
            retries = Retries(_BACKOFF)


@asynccontextmanager
async def meanwhile(
    round_: Callable[[], Awaitable[None]], event: str, *, every: float
) -> AsyncIterator[None]:
    """Do as ``forever`` does while the block runs; no round is under way any more after it."""
    task = asyncio.create_task(forever(round_, event, every=every))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Trouble:
    """Errors that may come again and again: each kind is logged once a minute, as *event*."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._told: dict[str, float] = {}  # by kind: when
        self._failures = 0

    def tell(self, error: BaseException) -> None:
        """Log *error*, with a traceback if it is a mistake of ours, unless its kind just was."""
        self._failures += 1
        errors = list(leaves(error))
        mistake = next((one for one in errors if not isinstance(one, PanelError)), None)
        leading = mistake or errors[0]
        kind = f"{type(leading).__name__} {getattr(leading, 'code', '')}"
        if runtime.monotonic() - self._told.get(kind, -_TOLD_EVERY) < _TOLD_EVERY:
            return
        self._told[kind] = runtime.monotonic()
        reason = type(mistake).__name__ if mistake else str(leading)
        extra = {"reason": reason, "failures": self._failures}
        level = logging.ERROR if mistake else logging.WARNING
        log.log(level, self._event, extra=extra, exc_info=mistake)

    def over(self) -> None:
        """Log that it works again, if it did not."""
        if self._failures:
            log.info("%s.over", self._event, extra={"failures": self._failures})
            self._failures = 0


def _cancellations() -> int:
    """Return how often this task was cancelled: before Python 3.13, failed groups count as well."""
    task = asyncio.current_task()
    return task.cancelling() if task else 0
