"""What Ctrl+C (SIGINT), SIGTERM and SIGHUP do, from the first moment of the process on.

1. Where there is nothing to clean up, each ends the process at once, silently, with 128 and its
   number, as shells expect it. So it is while a command imports what it works with: the loop stands
   still meanwhile, and could not be asked for an end.
2. Within ``calling``, the first one asks for an orderly end, and a Ctrl+C after that ends the
   process at once. Nothing else does: a terminal that is closed may send SIGHUP twice, and systemd
   one after its SIGTERM.
3. What was ignored when the process began stays ignored, as nohup wants it.
4. Once the command has ended, its exit status stands: in Python's own last moments, a signal would
   count as what ended the process.

This is imported before anything else, so it imports next to nothing.
"""

import atexit
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_callbacks: list[Callable[[int], None]] = []  # of the block that is entered, if any
_received: list[int] = []  # within that block
_hurrying: list[bool] = []  # not empty: the process ends at once


def install() -> None:
    """Handle the signals from now on."""
    for number in _STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _handle)
    atexit.register(_ignore)  # the first that is registered is the last that is called


@contextmanager
def calling(callback: Callable[[int], None]) -> Iterator[None]:
    """Give the first signal to *callback*, in a signal handler, for as long as the block runs."""
    _callbacks.append(callback)
    try:
        yield
    finally:
        _callbacks.remove(callback)


@contextmanager
def at_once() -> Iterator[None]:
    """Let each signal end the process at once for as long as the block runs."""
    _hurrying.append(True)
    try:
        yield
    finally:
        _hurrying.pop()


def _ignore() -> None:
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)


def _handle(number: int, _frame: FrameType | None) -> None:
    if not _callbacks or _hurrying or (_received and number == signal.SIGINT):
        os._exit(128 + number)
    _received.append(number)
    if len(_received) == 1:
        _callbacks[-1](number)
