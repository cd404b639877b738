"""Processes that share one event loop, and what an operating system can do to each."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from tests.simulation.loop import SimulatedLoop

T = TypeVar("T")

_current: ContextVar["Process | None"] = ContextVar("process", default=None)


def process_of(handle: asyncio.Handle) -> "Process | None":
    """Return the process that a callback belongs to; None: to the world around them."""
    process: Process | None = handle._context.get(_current)  # type: ignore[attr-defined]
    return process


def process_in(context: Context) -> "Process | None":
    """Return the process whose context this is; None: the world's."""
    return context.get(_current)


class Process:
    """What its tasks do is known by their context, which tasks inherit."""

    def __init__(self, loop: "SimulatedLoop", name: str) -> None:
        self.name = name
        self.is_alive = True
        self.is_paused = False
        self.steps = 0
        self.clock_error = 0.0  # seconds that its wall clock is ahead
        self.at_step: dict[int, Callable[[], None]] = {}  # what befalls it before that step
        self.at_death: list[Callable[[], None]] = []  # what others notice: closed connections
        self._loop = loop
        self._waiting: list[asyncio.Handle] = []  # what would have run while it was paused
        self._context = loop.world.copy()
        self._context.run(_current.set, self)
        self._context.run(loop.runtime(name, lambda: self.clock_error).bind)

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start a task in this process."""
        return self._loop.create_task(work, context=self._context.copy())

    def run(self, call: Callable[..., T], *args: Any) -> T:
        """Call something as if this process did."""
        return self._context.copy().run(call, *args)

    def kill(self) -> None:
        """End it where it stands: none of its code runs again, ``finally`` neither."""
        if not self.is_alive:
            return
        self.is_alive = False
        self._loop.note("kill", self.name, self.steps)
        self._waiting.clear()
        for told in self.at_death:
            told()

    def pause(self, seconds: float) -> None:
        """Let it stand still, as if it were swapped out."""
        if self.is_alive and not self.is_paused:
            self.is_paused = True
            self._loop.note("pause", self.name, self.steps)
            self._loop.call_later(seconds, self.resume, context=self._loop.world)

    def resume(self) -> None:
        """Let it go on, if it stands still."""
        if not self.is_paused:
            return
        self.is_paused = False
        self._loop.note("resume", self.name)
        self._loop.add_ready(self._waiting)
        self._waiting = []

    def may_run(self, handle: asyncio.Handle) -> bool:
        """Whether a callback of this process is to run now; counts it as a step."""
        if not self.is_alive:
            return False
        if not self.is_paused:
            self.steps += 1
            if self.at_step and (deed := self.at_step.pop(self.steps, None)):
                deed()
        if self.is_alive and self.is_paused:
            self._waiting.append(handle)
        return self.is_alive and not self.is_paused
