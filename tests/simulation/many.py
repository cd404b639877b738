"""Many days, in several processes, until so many questions were asked, or time is up."""

import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from multiprocessing import get_context
from types import FrameType

from tests.simulation.days import Day, simulate

_LONGEST = 120  # seconds of processor for a day: then it is a violation
_DAYS_OF_A_PROCESS = 200  # whatever it has piled up by then is forgotten with it
_AHEAD = 2  # days that wait, for each process
_LOOK_EVERY = 1.0  # seconds
_ENDING = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a day."""

    day: Day
    questions: int
    complaints: Sequence[str]
    seconds: float  # of processor


@dataclass(slots=True)
class Tally:
    """What has come of all days together."""

    days: int = 0
    questions: int = 0
    seconds: float = 0.0  # of processor
    wrong: list[Result] = field(default_factory=list)
    stopped: str = ""  # by what, before all was asked
    began: float = field(default_factory=time.monotonic)

    def add(self, result: Result) -> None:
        """Count one more day."""
        self.days += 1
        self.questions += result.questions
        self.seconds += result.seconds
        if result.complaints:
            self.wrong.append(result)

    def __str__(self) -> str:
        rate = self.questions / self.seconds if self.seconds else 0
        stopped = f"stopped by {self.stopped}: " if self.stopped else ""
        return (
            f"{stopped}{self.questions:,} questions on {self.days:,} days, {len(self.wrong)} of "
            f"them with violations; {rate:.0f} questions a second of processor, "
            f"{time.monotonic() - self.began:.0f} s"
        )


def run_many(
    days: Iterator[Day],
    questions: int,
    jobs: int,
    done: Callable[[Tally, Result], None],
    seconds: float = inf,
) -> Tally:
    """Run *days* in so many processes until *questions* were asked.

    A signal ends it before, and so do *seconds*; days that are under way are finished. *done* is
    told of each day as it ends.
    """
    tally, left = Tally(), questions
    running: set[Future[Result]] = set()
    with _signals() as stopped, _pool(jobs) as pool:
        while True:
            if not tally.stopped:
                is_late = time.monotonic() - tally.began >= seconds and left > 0
                tally.stopped = "a signal" if stopped else "the clock" if is_late else ""
            while left > 0 and not tally.stopped and len(running) < _AHEAD * jobs:
                if (day := next(days, None)) is None:
                    break
                left -= day.questions
                running.add(pool.submit(run_one, day))
            if tally.stopped:
                running = {future for future in running if not future.cancel()}
            if not running:
                return tally
            ended, running = wait(running, timeout=_LOOK_EVERY, return_when=FIRST_COMPLETED)
            for future in ended:
                tally.add(result := future.result())
                done(tally, result)


def run_one(day: Day) -> Result:
    """Run one day; whatever goes wrong in it is a complaint."""
    began = time.process_time()
    try:
        with _limited():
            outcome = simulate(day)
        asked, complaints = outcome.questions, outcome.complaints
    except Exception:  # noqa: BLE001 - of the bot, or of the simulation
        asked, complaints = 0, traceback.format_exc().splitlines()
    except _Endless:
        asked, complaints = 0, [f"not over after {_LONGEST} s of processor"]
    return Result(day, asked, complaints, time.process_time() - began)


class _Endless(KeyboardInterrupt):  # which asyncio lets through
    """A day does not end."""


@contextmanager
def _limited() -> Iterator[None]:
    def end(_number: int, _frame: FrameType | None) -> None:
        raise _Endless

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, _LONGEST, 1)  # again, if somebody swallows it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Yield what fills with the signals that ask us to end."""
    came: list[int] = []
    before = {one: signal.signal(one, lambda number, _: came.append(number)) for one in _ENDING}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        jobs,
        mp_context=get_context("spawn"),
        initializer=_ignore_signals,  # which reach them, too: of a terminal, and of ``timeout``
        max_tasks_per_child=_DAYS_OF_A_PROCESS,
    )
