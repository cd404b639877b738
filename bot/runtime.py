"""Time, chance, tokens and a name: what a process has from outside, so that a seed replays it.

Nothing else asks the operating system for them (``tests/test_runtime.py``). Whoever starts the
parts of the bot binds a Runtime, as a turn binds its language and its lease, and tasks inherit it;
by hand it would have to be passed to everything that ever retries. Unless one is bound, it is the
system's. Monotonic time needs no binding: it is the event loop's.
"""

import asyncio
import os
import random
import secrets
import socket
import time as system_time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass


def _host_and_pid() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass(frozen=True, slots=True)
class Runtime:
    """The wall clock, the dice, the tokens and the name of one process."""

    time: Callable[[], float] = system_time.time
    uniform: Callable[[float, float], float] = random.uniform
    token: Callable[[int], str] = secrets.token_urlsafe
    process: Callable[[], str] = _host_and_pid

    def bind(self) -> None:
        """Bind the current task, and the tasks that it starts, to this runtime."""
        _current.set(self)


SYSTEM = Runtime()

_current: ContextVar[Runtime] = ContextVar("runtime", default=SYSTEM)


def time() -> float:
    """Return the seconds since the epoch, by a clock that may be wrong, and set at any time."""
    return _current.get().time()


def monotonic() -> float:
    """Return the seconds on the running loop's clock, which nobody sets."""
    return asyncio.get_running_loop().time()


def uniform(least: float, most: float) -> float:
    """Return a random number, to spread load: it is no secret."""
    return _current.get().uniform(least, most)


def token(length: int) -> str:
    """Return random text of *length* bytes that nobody can guess, safe in URLs."""
    return _current.get().token(length)


def process() -> str:
    """Return what tells this process from others, wherever they run."""
    return _current.get().process()
