"""The parts of the bot that run side by side: the receiving side and the answering side."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from bot.assembly.readiness import Obstacle

Serve = Callable[[], Awaitable[None]]
Part = AbstractAsyncContextManager[Serve]


class Status:
    """Is told how the parts of the bot fare; this one keeps it to itself."""

    def ready(self, workspace: str, obstacle: Obstacle) -> None:
        """Hear that a part serves the workspace at this address, unless there is an *obstacle*."""

    def finishing(self, turns: int, hurry: Callable[[], None]) -> None:
        """Hear that a part is told to end, and finishes so many turns unless told to *hurry*."""

    def handed_over(self, turns: int) -> None:
        """Hear that so many of them have taken too long: other workers go on with them."""


QUIET = Status()


async def run_part(part: Part) -> None:
    """Open *part* and let it serve until cancelled."""
    async with part as serve:
        await serve()
