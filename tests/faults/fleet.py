"""The bot as real processes: started, killed, paused, told to end, and started again."""

import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.faults.traps import Deed

Environ = Mapping[str, str]
_GRACE = 40.0
_BREATH = 0.3  # between an end that was not wanted and the next start


class Member:
    """One process that is always there: when it ends, it is started again, as a platform does."""

    def __init__(self, name: str, command: str, environ: Environ, folder: Path) -> None:
        self.name = name
        self.environ = dict(environ)
        self.ends: Counter[str] = Counter()
        self.paused = False
        self._command = command
        self._log = folder / f"{name}.log"
        self._process: Process | None = None
        self._meant = ""  # how we ended it ourselves
        self._up = asyncio.Event()

    @property
    def is_up(self) -> bool:
        """Whether it can be hurt now."""
        return self._up.is_set() and not self.paused

    async def keep(self) -> None:
        """Run it again and again, until cancelled."""
        try:
            while True:
                await self._run_once()
        finally:
            if self._process and self._process.returncode is None:
                self._process.kill()
                await self._process.wait()

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
        process.send_signal(signal.SIGSTOP)
        asyncio.get_running_loop().call_later(seconds, self._wake, process)

    async def _run_once(self) -> None:
        with self._log.open("ab") as log:
            self._process = process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot", self._command),
                env=self.environ,
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._up.set()
        code = await process.wait()
        self._up.clear()
        self.ends[self._meant or f"ended by itself with {code}"] += 1
        if not self._meant:
            await asyncio.sleep(_BREATH)
        self._meant = ""

    def _signal(self, meaning: str, number: signal.Signals) -> None:
        if self._process and self._up.is_set() and not self._meant:
            self._meant = meaning
            with suppress(ProcessLookupError):
                self._process.send_signal(number)
                self._process.send_signal(signal.SIGCONT)  # also where it stands still

    def _wake(self, process: Process) -> None:
        self.paused = False
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)


class Fleet:
    """All the bot's processes."""

    def __init__(self, folder: Path, pause: float) -> None:
        self.members: dict[str, Member] = {}
        self._folder = folder
        self._pause = pause
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

    def add(self, name: str, command: str, environ: Environ) -> None:
        """Start a process that is always there from now on."""
        member = Member(name, command, {**os.environ, **environ}, self._folder)
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
    deed: Callable[[], Awaitable[None] | None], chance: random.Random, every: float
) -> AsyncIterator[None]:
    """Do something at random moments meanwhile, on average *every* so many seconds."""

    async def repeat() -> None:
        while True:
            await asyncio.sleep(every * chance.uniform(0.5, 1.5))
            done = deed()
            if done is not None:
                await done

    task = asyncio.create_task(repeat())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
