"""What systemd is told of a service (``Type=notify``): one datagram each, see sd_notify(3)."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_TIMEOUT = 1.0  # seconds that systemd may take, while nothing else happens


def notify(state: str) -> None:
    """Tell systemd the *state*, if it has started this process and wants to know."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    abstract = f"\0{address[1:]}" if address[0] == "@" else address
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
        to.settimeout(_TIMEOUT)
        to.sendto(state.encode(), abstract)


@asynccontextmanager
async def watchdog() -> AsyncIterator[None]:
    """Let systemd know that the loop turns, for as long as the block runs, if it watches."""
    every = _watched_every()
    task = asyncio.create_task(_tell(every)) if every else None
    try:
        yield
    finally:
        if task:
            task.cancel()


async def _tell(every: float) -> None:
    while True:
        notify("WATCHDOG=1")
        await asyncio.sleep(every)


def _watched_every() -> float:
    """Return the seconds after which systemd wants a sign of life, halved; 0: it does not watch."""
    watched = os.environ.get("WATCHDOG_PID") in (None, "", str(os.getpid()))
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    return int(microseconds) / 2e6 if watched and microseconds.isdecimal() else 0.0
