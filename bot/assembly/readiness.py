"""Whether a process may be given work, as its parts see it."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.panel.errors import PanelError

Obstacle = Callable[[], Awaitable[str]]  # why there can be no work now; empty if there can

_TIMEOUT = 2.0  # seconds for Redis: a probe waits for some seconds only


class Readiness:
    """Whether a process that consists of so many *parts* is ready."""

    def __init__(self, parts: int) -> None:
        self._parts = parts
        self._obstacles: list[Obstacle] = []  # of those that serve
        self._is_draining = False

    def opened(self, obstacle: Obstacle) -> None:
        """Take note that a part serves, unless there is an *obstacle*."""
        self._obstacles.append(obstacle)

    @property
    def is_open(self) -> bool:
        """Whether all parts have begun to serve."""
        return len(self._obstacles) == self._parts

    def drain(self) -> None:
        """Be ready no more."""
        self._is_draining = True

    async def obstacle(self) -> str:
        """Return why the process is to be given no work now; empty if it may be."""
        if self._is_draining:
            return "draining"
        if not self.is_open:
            return "starting"
        answers = await asyncio.gather(*(obstacle() for obstacle in self._obstacles))
        return next(filter(None, answers), "")


async def redis_obstacle(probe: Callable[[], Awaitable[object]]) -> str:
    """Return the obstacle that Redis is, which *probe* asks for something."""
    try:
        async with asyncio.timeout(_TIMEOUT):
            await probe()
    except (PanelError, TimeoutError):
        return "Redis cannot be reached"
    return ""
