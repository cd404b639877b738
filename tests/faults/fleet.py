"""The bot as real processes: started, killed, paused, told to end, and started again."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from tests.faults.machines import BotProcess
from tests.faults.traps import Deed
from tests.processes import Prepare, nothing

Environ = Mapping[str, str]
Start = Callable[..., AbstractAsyncContextManager[BotProcess]]
_GRACE = 40.0
_RESTART_TAKES = 1.5  # seconds, as on a platform; a turn may die with six workers, no more


class Member:
    """One process that is always there: when it ends, it is started again, as a platform does."""

    def __init__(
        self,
        name: str,
        command: str,
        environ: Environ,
        folder: Path,
        prepare: Prepare,
        start: Start,
    ) -> None:
        self.name = name
        self.environ = dict(environ)
        self.ends: Counter[str] = Counter()
        self.hurt: set[int] = set()  # processes that died, or were cut off from their turns
        self.paused = False
        self._command = command
        self._prepare = prepare
        self._start = start
        self._log = folder / f"{name}.log"
        self._process: BotProcess | None = None
        self._meant = ""  # how we ended it ourselves
        self._up = asyncio.Event()

    @property
    def is_up(self) -> bool:
        """Whether it can be hurt now."""
        return self._up.is_set() and not self.paused

    async def keep(self) -> None:
        """Run it again and again, until cancelled."""
        while True:
            await self._run_once()

    def kill(self) -> None:
        """End it as ``kill -9`` does."""
        self._signal("killed", signal.SIGKILL)

    def terminate(self) -> None:
        """Tell it to end in order."""
        self._signal("told to end", signal.SIGTERM)

    def pause(self, seconds: float) -> None:
        """Let it stand still for a while."""
        process = self._process
        if not self.is_up or process is None:
            return
        self.paused = True
        self.ends["paused"] += 1
        self.hurt.add(process.pid)
        process.send_signal(signal.SIGSTOP)
        asyncio.get_running_loop().call_later(seconds, self._wake, process)

    async def _run_once(self) -> None:
        running = self._start(
            self._command, environ=self.environ, log=self._log, prepare=self._prepare
        )
        async with running as self._process:
            self._up.set()
            code = await self._process.wait()
            self._up.clear()
        self.ends[self._meant or f"ended by itself with {code}"] += 1
        self._meant = ""
        await asyncio.sleep(_RESTART_TAKES)

    def _signal(self, meaning: str, number: signal.Signals) -> None:
        if self._process and self._up.is_set() and not self._meant:
            self._meant = meaning
            self.hurt.add(self._process.pid)
            self._process.send_signal(number)
            self._process.send_signal(signal.SIGCONT)  # also where it stands still

    def _wake(self, process: BotProcess) -> None:
        self.paused = False
        process.send_signal(signal.SIGCONT)


class Fleet:
    """All the bot's processes."""

    def __init__(self, folder: Path, pause: float, start: Start) -> None:
        self.members: dict[str, Member] = {}
        self._folder = folder
        self._pause = pause
        self._start = start
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def workers(self) -> list[Member]:
        """Those that answer."""
        return [one for name, one in self.members.items() if name.startswith("worker")]

    @property
    def webs(self) -> list[Member]:
        """Those that receive."""
        return [one for name, one in self.members.items() if name.startswith("web")]

    @property
    def ends(self) -> Counter[str]:
        """How processes ended, and how often."""
        return sum((one.ends for one in self.members.values()), Counter[str]())

    @property
    def hurt(self) -> set[int]:
        """The processes that were ever hurt."""
        return set().union(*(one.hurt for one in self.members.values()))

    def add(self, name: str, command: str, environ: Environ, prepare: Prepare = nothing) -> None:
        """Start a process that is always there from now on."""
        whole = {**os.environ, **environ}
        member = Member(name, command, whole, self._folder, prepare, self._start)
        self.members[name] = member
        self._tasks.append(asyncio.create_task(member.keep()))

    def befall(self, name: str, deed: Deed) -> None:
        """Do to a process what a trap does."""
        match deed:
            case Deed.KILL:
                self.members[name].kill()
            case Deed.PAUSE:
                self.members[name].pause(self._pause)
            case Deed.CUT:
                self.members[name].ends["cut off"] += 1

    def spared(self, name: str) -> bool:
        """Return whether a process is not to be hurt now: the last worker always goes on."""
        return not self.members[name].is_up or name == self.workers[-1].name

    async def close(self) -> None:
        """End all processes."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def again_and_again(
    deed: Callable[[], Awaitable[None] | None],
    chance: random.Random,
    every: float,
    answered: Callable[[], int] = lambda: 0,
    work: int = 0,
) -> AsyncIterator[None]:
    """Do something at random moments meanwhile, on average *every* so many seconds.

    Between two, at least *work* turns are *answered*: on a machine so slow that a worker is killed
    as soon as it has started, one turn would meet more deaths than it may.
    """

    async def repeat() -> None:
        while True:
            wanted = answered() + work
            await asyncio.sleep(every * chance.uniform(0.5, 1.5))
            while answered() < wanted:  # noqa: ASYNC110 - other processes answer
                await asyncio.sleep(0.1)
            done = deed()
            if done is not None:
                await done

    task = asyncio.create_task(repeat())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
