"""The parts of the bot that run side by side: the receiving side and the answering side."""

import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

Serve = Callable[[], Awaitable[None]]
Part = AbstractAsyncContextManager[Serve]


def process_name() -> str:
    """Return what tells this process from others, wherever they run."""
    return f"{socket.gethostname()}:{os.getpid()}"


async def run_part(part: Part) -> None:
    """Open *part* and let it serve until cancelled."""
    async with part as serve:
        await serve()
