"""RequestSender requests again where the server has certainly done nothing.

Anything else (a timeout, a 500) may have been carried out: whoever asked has to look first.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar

from openai import APIConnectionError, APIStatusError

from bot.adapters.openai import errors
from bot.panel.errors import ModelUnavailable
from bot.panel.retries import Backoff, Retries

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryDelays:
    """Seconds to wait before each further try."""

    locked: tuple[float, ...] = (1, 2, 4, 8)  # another response of the conversation is written
    busy: tuple[float, ...] = (0.5, 1, 2, 4)  # 429, or no connection; a Retry-After prolongs it
    longest: float = 20  # for all delays of a busy server; one that asks for more is unavailable

    @property
    def while_locked(self) -> Backoff:
        """How a conversation or run is waited for while the server still writes to it."""
        return Backoff(self.locked)

    @property
    def while_busy(self) -> Backoff:
        """How a server is waited for that refuses requests at the moment."""
        return Backoff(self.busy, total=self.longest)


class RequestRetries:
    """The tries that are left for one request."""

    def __init__(self, delays: RetryDelays) -> None:
        self._locked = Retries(delays.while_locked)
        self._busy = Retries(delays.while_busy)

    async def wait(self, error: APIStatusError | APIConnectionError) -> None:
        """Wait until the request may be sent again; raise *error* if it may not."""
        if isinstance(error, APIStatusError) and errors.is_locked(error):
            if not await self._locked.wait():
                raise ModelUnavailable("the conversation stays locked")
        elif not (errors.is_certain(error) and await self._busy.wait(_retry_after(error))):
            raise error
        log.info("model.retried", extra={"code": error.code or type(error).__name__})


def _retry_after(error: APIStatusError | APIConnectionError) -> float | None:
    return errors.retry_after(error) if isinstance(error, APIStatusError) else None


class RequestSender:
    """Sends plain requests, again where that is safe, and raises the domain's errors."""

    def __init__(self, delays: RetryDelays) -> None:
        self._delays = delays

    async def __call__(
        self, method: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what *method* returns. Raises the domain's errors."""
        async with errors.translated():
            answer = await send(partial(method, *args, **kwargs), self._delays)
        errors.check_answer(answer)
        return answer


async def send(request: Callable[[], Awaitable[T]], delays: RetryDelays) -> T:
    """Return what *request* returns, sending it again as long as that is safe. Raises its error."""
    retries = RequestRetries(delays)
    while True:
        try:
            return await request()
        except (APIStatusError, APIConnectionError) as error:
            await retries.wait(error)
