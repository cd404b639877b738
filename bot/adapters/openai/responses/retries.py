"""Trying again what the server has certainly not done; anything else is for others to judge."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar

from openai import APIConnectionError, APIStatusError

from bot.adapters.openai import errors
from bot.panel.errors import ModelUnavailable

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds to wait before each further try."""

    locked: tuple[float, ...] = (1, 2, 4, 8)  # another response of the conversation is written
    busy: tuple[float, ...] = (0.5, 1, 2, 4)  # 429, or no connection; a Retry-After prolongs it
    longest: float = 20  # all that come of being busy; a server that wants more is away


class Pauses:
    """The pauses between the tries of one request."""

    def __init__(self, waits: Waits) -> None:
        self._locked = iter(waits.locked)
        self._busy = iter(waits.busy)
        self._left = waits.longest

    async def before_retry(self, error: APIStatusError | APIConnectionError) -> None:
        """Wait until the request may be tried again; raise *error* if it may not."""
        if isinstance(error, APIStatusError) and errors.is_locked(error):
            pause = next(self._locked, None)
            if pause is None:
                raise ModelUnavailable("the conversation stays locked")
        elif errors.is_certain(error):
            pause = self._while_busy(error)
        else:
            raise error
        code = error.code or type(error).__name__
        log.info("model.waiting", extra={"code": code, "seconds": pause})
        await asyncio.sleep(pause * random.uniform(1, 1.25))  # noqa: S311 - spreads load only

    def _while_busy(self, error: APIStatusError | APIConnectionError) -> float:
        asked = errors.retry_after(error) if isinstance(error, APIStatusError) else None
        pause = next(self._busy, None)
        if pause is None or (pause := max(pause, asked or 0)) > self._left:
            raise error
        self._left -= pause
        return pause


class Sending:
    """Sends plain requests, again where that is safe, and speaks of what happens in our words."""

    def __init__(self, waits: Waits) -> None:
        self._waits = waits

    async def __call__(
        self, method: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what *method* does. Raises the domain's errors."""
        async with errors.translated():
            answer = await patiently(self._waits, partial(method, *args, **kwargs))
        if isinstance(answer, str):  # a page of some proxy: what is not JSON comes as it is
            raise ModelUnavailable("the server's answer is not JSON")
        return answer


async def patiently(waits: Waits, request: Callable[[], Awaitable[T]]) -> T:
    """Return what *request* does, as often as it takes."""
    pauses = Pauses(waits)
    while True:
        try:
            return await request()
        except (APIStatusError, APIConnectionError) as error:
            await pauses.before_retry(error)
