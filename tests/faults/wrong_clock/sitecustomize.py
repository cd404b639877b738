"""Makes a process's wall clock jump by ``WRONG_CLOCK`` seconds, some seconds after its start."""

import os
import time

_SHIFT = float(os.environ.get("WRONG_CLOCK", "0"))
_JUMPS_AFTER = 4.0
_begun = time.monotonic()
_right, _right_ns = time.time, time.time_ns


def _shift() -> float:
    return _SHIFT if time.monotonic() - _begun > _JUMPS_AFTER else 0.0


time.time = lambda: _right() + _shift()
time.time_ns = lambda: _right_ns() + int(_shift() * 1_000_000_000)
