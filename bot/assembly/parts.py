"""The parts of the bot that run side by side, and what they tell of themselves.

They are the receiving side and the answering side.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from bot.panel.errors import PanelError

Serve = Callable[[], Awaitable[None]]
Part = AbstractAsyncContextManager[Serve]
Obstacle = Callable[[], Awaitable[str]]  # why there can be no work now; empty if there can

_TIMEOUT = 2.0  # seconds for Redis: a probe waits for some seconds only


class Status:
    """Is told how the parts of the bot fare; this one keeps it to itself."""

    def ready(self, team_id: str, workspace: str, obstacle: Obstacle) -> None:
        """Hear that a part serves a *workspace*, by its address, unless there is an *obstacle*."""

    def finishing(self, turns: int, hurry: Callable[[], None]) -> None:
        """Hear that a part is told to end, and finishes so many turns unless told to *hurry*."""

    def handed_over(self, turns: int) -> None:
        """Hear that so many of them have taken too long: other workers go on with them."""


QUIET = Status()


async def run_part(part: Part) -> None:
    """Open *part* and let it serve until cancelled."""
    async with part as serve:
        await serve()


class Readiness:
    """Whether a process that consists of so many *parts* is ready."""

    def __init__(self, parts: int) -> None:
        self._parts = parts
        self._obstacles: list[Obstacle] = []  # of those that serve
        self._is_draining = False
        self.team_id = self.workspace = ""  # its id and its address, once they are known

    def opened(self, team_id: str, workspace: str, obstacle: Obstacle) -> None:
        """Take note that a part serves a *workspace*, unless there is an *obstacle*."""
        self.team_id, self.workspace = team_id, workspace
        self._obstacles.append(obstacle)

    @property
    def is_open(self) -> bool:
        return len(self._obstacles) == self._parts

    def drain(self) -> None:
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
