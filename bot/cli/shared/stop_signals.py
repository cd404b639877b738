"""What Ctrl+C (SIGINT), SIGTERM and SIGHUP do, from the first moment of the process on.

1. Where there is nothing to clean up, each ends the process at once, silently, with 128 and its
   number, as shells expect it. So it is while a command imports what it works with: the loop stands
   still meanwhile, and could not be asked for an end.
2. Within ``calling``, the first one asks for an orderly end, a SIGTERM after that for a quick one,
   and a Ctrl+C ends the process at once. Nothing else does: a terminal that is closed may send
   SIGHUP twice, systemd one after its SIGTERM, and Heroku several SIGTERMs that mean one.
3. What was ignored when the process began stays ignored, as nohup wants it.
4. Once the command has ended, its exit status stands: in Python's own last moments, a signal would
   count as what ended the process.

This is imported before anything else, so it imports next to nothing.
"""

import atexit
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_ONE = 2.0  # seconds within which several SIGTERMs mean one

_callbacks: list[tuple[Callable[[int], None], Callable[[], None]]] = []  # of the block, if any
_received: list[float] = []  # when the first was, within that block
_hurrying: list[bool] = []  # not empty: the process ends at once


def install() -> None:
    """Handle the signals from now on."""
    for number in _STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _handle)
    atexit.register(_ignore)  # the first that is registered is the last that is called


def nothing() -> None:
    """Do nothing when told to hurry."""


@contextmanager
def calling(stop: Callable[[int], None], hurry: Callable[[], None] = nothing) -> Iterator[None]:
    """Call *stop* with the first signal, and *hurry* when it is to be quick, while the block runs.

    Both are called in a signal handler.
    """
    _callbacks.append((stop, hurry))
    try:
        yield
    finally:
        _callbacks.pop()


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
    now = time.monotonic()
    stop, hurry = _callbacks[-1]
    if not _received:
        _received.append(now)
        stop(number)
    elif number == signal.SIGTERM and now - _received[0] > _ONE:
        hurry()
