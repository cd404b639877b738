"""Time, chance and tokens: what a process has from outside, so that a seed can replay it.

The composition root passes a Runtime in; nothing else asks the operating system (see
``tests/test_runtime.py``). Monotonic time is the event loop's.
"""

import asyncio
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Runtime:
    """The clock, the dice and the tokens of one process."""

    time: Callable[[], float] = time.time  # the wall clock, in seconds since the epoch
    uniform: Callable[[float, float], float] = random.uniform  # spreads load; decides nothing else
    token: Callable[[int], str] = secrets.token_urlsafe  # of so many bytes; nobody guesses it


SYSTEM = Runtime()


def monotonic() -> float:
    """Return the seconds on the running loop's clock, which nobody sets."""
    return asyncio.get_running_loop().time()
