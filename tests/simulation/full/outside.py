"""What libraries and the local Slack and model ask the operating system for: the simulation's.

The bot asks ``bot.runtime`` alone, which each simulated process has bound. Everybody else reads
clocks, throws dice and makes ids on their own; for the time of a run, all of that comes from the
loop's clock and its seed. Threads, signals and processes do not exist here.
"""

import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any
from unittest.mock import patch

from aiohttp._websocket.writer import WebSocketWriter

from tests.simulation.loop import SimulatedLoop

_PACKAGES = (
    *("aiohttp", "anyio", "httpcore2", "httpx2", "openai", "redis", "slack_bolt", "slack_sdk"),
    *("bot.playground", "tests.faults"),
)


# Else imported within the first run: too late to be given a clock.
_LATE = (
    *("httpcore2", "openai._base_client", "openai._resource", "openai._websocket_connection"),
    *("openai.lib._files", "openai.lib._vector_stores", "openai.lib._webhooks"),
)
for _late in _LATE:
    import_module(_late)


class _Clock:
    """Stands in for the module ``time``."""

    def __init__(self, loop: SimulatedLoop) -> None:
        runtime = loop.runtime("outside")
        self.time = runtime.time
        self.monotonic = self.perf_counter = loop.time
        self.time_ns = lambda: int(runtime.time() * 1e9)

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


def _dice_of_aiohttp() -> list[random.Random]:
    """Return what masks the bytes of WebSockets: the default of a parameter."""
    defaults = WebSocketWriter.__init__.__kwdefaults__ or {}
    return [one for one in defaults.values() if isinstance(one, random.Random)]


@contextmanager
def simulated(loop: SimulatedLoop) -> Iterator[None]:
    """Let all that is loaded take time and chance from *loop* while the block runs."""
    clock = _Clock(loop)
    instead = {
        id(time): clock,
        id(time.time): clock.time,
        id(time.monotonic): clock.monotonic,
        id(time.perf_counter): clock.perf_counter,
    }
    before, loaded = random.getstate(), _loaded()
    with ExitStack() as stack:
        for name in loaded:
            module = sys.modules[name]
            for attribute, value in [*vars(module).items()]:
                if id(value) in instead:
                    stack.enter_context(patch.object(module, attribute, instead[id(value)]))
        stack.enter_context(patch.object(os, "urandom", loop.random.randbytes))
        stack.enter_context(patch.object(random, "_urandom", loop.random.randbytes))
        random.seed(loop.random.random())
        for dice in _dice_of_aiohttp():
            dice.seed(loop.random.random())
        try:
            yield
        finally:
            random.setstate(before)
    late = {name: vars(sys.modules[name]).values() for name in _loaded() - loaded}
    if missed := sorted(name for name, values in late.items() if {*map(id, values)} & {*instead}):
        raise ImportError(f"import before the run what reads the machine's clock: {missed}")


def _loaded() -> set[str]:
    return {name for name in sys.modules if name.startswith(_PACKAGES)}
