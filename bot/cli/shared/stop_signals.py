"""What Ctrl+C (SIGINT), SIGTERM and SIGHUP do, from the first moment of the process on.

1. Where there is nothing to clean up, each ends the process at once, silently, with 128 and its
   number, as shells expect it.
2. Within ``calling``, the first one asks for an orderly end, and a Ctrl+C after that ends the
   process at once. Nothing else does: a terminal that is closed may send SIGHUP twice, and systemd
   one after its SIGTERM.
3. What was ignored when the process began stays ignored, as nohup wants it.

This is imported before anything else, so it imports next to nothing.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_callbacks: list[Callable[[int], None]] = []  # of the block that is entered, if any
_received: list[int] = []  # within that block


def install() -> None:
    """Handle the signals from now on."""
    for number in _STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _handle)


@contextmanager
def calling(callback: Callable[[int], None]) -> Iterator[None]:
    """Give the first signal to *callback*, in a signal handler, for as long as the block runs."""
    _callbacks.append(callback)
    try:
        yield
    finally:
        _callbacks.remove(callback)


def _handle(number: int, _frame: FrameType | None) -> None:
    if not _callbacks or (_received and number == signal.SIGINT):
        os._exit(128 + number)
    _received.append(number)
    if len(_received) == 1:
        _callbacks[-1](number)
