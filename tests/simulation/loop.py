"""An event loop with a clock and an order of its own: a seed decides, and nothing else.

Nothing waits: when no callback is ready, the clock jumps to the next timer. There is no selector
and there are no threads; what asyncio would run in one runs at once. The trace of a run has a
digest, the same in every process that runs the same seed.
"""

import asyncio
import hashlib
import random
from base64 import urlsafe_b64encode
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from contextvars import Context, copy_context
from enum import Enum
from heapq import heappop, heappush
from itertools import count
from typing import Any

from bot.runtime import Runtime
from tests.simulation.process import process_of

EPOCH = 1_800_000_000.0  # what wall clocks show when the loop's own begins
_START = 1_000.0


class DeadlockError(Exception):
    """No callback is ready, and no timer is set."""


class Order(Enum):
    """Which of the callbacks that are ready runs next."""

    QUEUED = "queued"  # the one that is longest ready, as in asyncio
    PROCESSES = "processes"  # of any process, its first: what a machine with many cores may do
    SHUFFLED = "shuffled"  # any: stricter than asyncio, for code that relies on no order


class SimulatedLoop(asyncio.BaseEventLoop):
    """Runs one callback at a time."""

    _ready: deque[asyncio.Handle]  # of BaseEventLoop, which does not declare these
    _stopping: bool

    def __init__(
        self,
        seed: int,
        *,
        order: Order = Order.QUEUED,
        keep_trace: bool = False,
        dice: int = 0,
    ) -> None:
        super().__init__()
        self._seed = seed
        self.random = self.dice("loop", dice)
        self.world = copy_context()
        self.trace: list[str] | None = [] if keep_trace else None
        self.errors: list[dict[str, Any]] = []  # what nobody caught
        self._now = _START
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = count()
        self._order = order
        self._digest = hashlib.sha256()
        # Kept, so that the garbage collector decides nothing: it runs ``finally`` blocks.
        self._tasks: list[asyncio.Task[Any]] = []
        self._dropped: list[asyncio.Handle] = []
        self.world.run(self.runtime("world").bind)
        self.set_task_factory(self._make_task)
        self.set_exception_handler(lambda _, what: self.errors.append(what))

    def time(self) -> float:
        """Return the seconds that have passed in the simulation."""
        return self._now

    def runtime(self, process: str, clock_error: Callable[[], float] = lambda: 0.0) -> Runtime:
        """Return what *process* has from outside: its wall clock is wrong by so much."""

        def token(length: int) -> str:
            return urlsafe_b64encode(self.random.randbytes(length)).rstrip(b"=").decode()

        return Runtime(
            lambda: self.wall_time() + clock_error(), self.random.uniform, token, lambda: process
        )

    def wall_time(self) -> float:
        """Return the seconds since the epoch, as the world counts them."""
        return EPOCH + self._now - _START

    def dice(self, *of: object) -> random.Random:
        """Return dice of their own for something that must not depend on what else happens."""
        return random.Random(f"{self._seed} {of}")  # noqa: S311 - chosen to be repeatable

    def note(self, *what: object) -> None:
        """Add a line to the trace."""
        line = f"{self._now:.6f} {' '.join(map(str, what))}"
        self._digest.update(line.encode())
        if self.trace is not None:
            self.trace.append(line)

    def digest(self) -> str:
        """Return a hash of the trace."""
        return self._digest.hexdigest()[:16]

    def add_ready(self, handles: Iterable[asyncio.Handle]) -> None:
        """Let callbacks run that were held back."""
        self._ready.extend(handles)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run *work*, which belongs to no process, to its end. Then look, and ``close``."""
        self.run_until_complete(self.create_task(work, context=self.world.copy()))

    def close(self) -> None:
        """Leave what is left: whatever its ``finally`` blocks call, nothing happens any more."""
        self._ready.clear()
        self._timers.clear()
        self.call_soon = self.call_later = self.call_at = _ignore  # type: ignore[assignment]
        self._check_closed = _ignore
        for task in self._tasks:
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            with suppress(Exception, BaseExceptionGroup):  # it waits even then, or had failed
                task.get_coro().close()  # type: ignore[union-attr]
        self._tasks.clear()
        self._dropped.clear()
        super().close()

    def run_in_executor(  # type: ignore[override]
        self, executor: object, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Call *func* at once: threads have an order that no seed decides."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - as an executor does
            future.set_exception(error)
        return future

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Do as call_soon does."""
        return self.call_soon(callback, *args, context=context)

    def _make_task(
        self,
        loop: asyncio.AbstractEventLoop,
        work: Coroutine[Any, Any, Any],
        context: Context | None = None,
        **options: Any,
    ) -> asyncio.Task[Any]:
        task = asyncio.Task(work, loop=loop, context=context, **options)
        self._tasks.append(task)
        return task

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Do as asyncio does, without a look at what is for debugging."""
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Set a timer, as ``call_at`` does."""
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Set a timer, as asyncio does; two for the same time ring in the order they were set."""
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heappush(self._timers, (when, next(self._numbers), timer))
        return timer

    def _run_once(self) -> None:
        """Run callbacks until the loop is to stop: more than one, as it takes time to begin."""
        ready, timers = self._ready, self._timers
        while not self._stopping:
            if not ready or (timers and timers[0][0] <= self._now):
                self._let_timers_ring()
            handle = ready.popleft() if len(ready) == 1 else self._take()
            if handle._cancelled:
                continue
            process = process_of(handle)
            if process is None or process.may_run(handle):
                handle._run()
            elif not process.is_alive:
                self._dropped.append(handle)

    def _let_timers_ring(self) -> None:
        """Make ready what is due; where nothing is ready, the time passes until something is."""
        timers, ready = self._timers, self._ready
        while timers and timers[0][2]._cancelled:  # type: ignore[attr-defined]
            heappop(timers)
        if not ready:
            if not timers:
                raise DeadlockError
            self._now = max(self._now, timers[0][0])
        while timers and timers[0][0] <= self._now:
            ready.append(heappop(timers)[2])

    def _take(self) -> asyncio.Handle:
        ready = self._ready
        if self._order is Order.QUEUED:
            return ready.popleft()
        if self._order is Order.SHUFFLED:
            place = self.random.randrange(len(ready))
        else:
            first: dict[object, int] = {}
            for at, handle in enumerate(ready):
                if (process := process_of(handle)) not in first:
                    first[process] = at
            places = list(first.values())
            place = places[int(self.random.random() * len(places))] if len(places) > 1 else 0
        handle = ready[place]
        del ready[place]
        return handle

    def _write_to_self(self) -> None: ...

    def _process_events(self, event_list: object) -> None: ...


def _ignore(*_: Any, **__: Any) -> None: ...
