"""Waiting for something that other tasks bring about."""

import asyncio
from collections.abc import Callable


async def eventually(condition: Callable[[], object], within: float = 5) -> None:
    """Return as soon as *condition* holds; fail if it does not *within* so many seconds."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - looks at plain state, which sends no events
            await asyncio.sleep(0.001)
