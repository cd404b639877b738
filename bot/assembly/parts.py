"""The parts of the bot that run side by side: the receiving side and the answering side."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

Serve = Callable[[], Awaitable[None]]
Part = AbstractAsyncContextManager[Serve]


class Status:
    """Is told how the parts of the bot fare; this one keeps it to itself."""

    def ready(self, workspace: str) -> None:
        """Hear that a part has begun to serve the workspace at this address."""

    def finishing(self, turns: int) -> None:
        """Hear that a part is told to end, and first finishes so many turns."""

    def handed_over(self, turns: int) -> None:
        """Hear that so many of them have taken too long: other workers go on with them."""


QUIET = Status()


async def run_part(part: Part) -> None:
    """Open *part* and let it serve until cancelled."""
    async with part as serve:
        await serve()
