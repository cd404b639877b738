"""A wall clock that jumps, some seconds after its process has started."""

import time

from bot.runtime import Runtime

_JUMPS_AFTER = 2.0


def jump(seconds: float) -> None:
    """Let the wall clock of this process jump by *seconds* in a while."""
    begun = time.monotonic()
    right, right_ns = time.time, time.time_ns

    def shift() -> float:
        return seconds if time.monotonic() - begun > _JUMPS_AFTER else 0.0

    if seconds:
        time.time = lambda: right() + shift()
        time.time_ns = lambda: right_ns() + int(shift() * 1_000_000_000)
        Runtime(time=time.time).bind()
