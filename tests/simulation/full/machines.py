"""The families' machines, simulated: the bot's processes, a Redis and ports on one loop."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from bot.assembly.parts import run_part
from bot.assembly.web import open_web
from bot.assembly.worker import open_worker
from bot.panel.errors import PanelError
from bot.settings.environment import read
from tests.faults.machines import Machines, Redis
from tests.processes import Prepare, nothing
from tests.simulation.full.network import NetworkedLoop
from tests.simulation.full.redis_bridge import RedisBridge
from tests.simulation.process import Process
from tests.simulation.redis_server import RedisServer

_PARTS = {"web": open_web, "worker": open_worker}
_FOR_EVER = 1e9
_WRONG_CLOCKS, _GOES_WRONG_AFTER = 0.3, 2.0  # of the workers; seconds
_WRONG_BY = (86_400.0, -86_400.0, 3_600.0)


class SimulatedBot:
    """``panelbot web`` or ``worker`` as a process of the loop."""

    def __init__(self, loop: NetworkedLoop, number: int, part: str, environ: Mapping[str, str]):
        self.pid = number
        self.error: BaseException | None = None
        self._loop = loop
        self._process = Process(loop, f"{part}{number}")
        self._ended: asyncio.Future[int] = loop.create_future()
        self._process.at_death.append(self._end)
        opening = self._process.run(_PARTS[part], read(environ))
        self._main = self._process.spawn(run_part(opening))
        self._main.add_done_callback(self._leave, context=loop.world)
        if part == "worker" and loop.random.random() < _WRONG_CLOCKS:
            loop.call_later(_GOES_WRONG_AFTER, self._set_clock, loop.random.choice(_WRONG_BY))

    async def wait(self) -> int:
        """Return its exit code."""
        return await asyncio.shield(self._ended)

    def send_signal(self, number: signal.Signals) -> None:
        """Do as the operating system does, and the bot's signal handlers."""
        match number:
            case signal.SIGKILL:
                self._process.kill()
            case signal.SIGTERM:
                self._loop.note("end", self._process.name)
                self._main.cancel()
            case signal.SIGSTOP:
                self._process.pause(_FOR_EVER)
            case signal.SIGCONT:
                self._process.resume()

    def _set_clock(self, error: float) -> None:
        self._process.clock_error = error

    def _leave(self, main: asyncio.Task[None]) -> None:
        if not main.cancelled():
            self.error = main.exception()
        self._process.kill()

    def _end(self) -> None:
        if not self._ended.done():
            self._ended.set_result(1 if self.error else 0)


class SimulatedMachines:
    """Starts what the families start, on a simulated loop."""

    def __init__(self, loop: NetworkedLoop, server: RedisServer) -> None:
        self.bots: list[SimulatedBot] = []
        self._loop = loop
        self._server = server
        self._ports = count(9_000)

    def machines(self) -> Machines:
        """Return them as the rig takes them."""
        return Machines(self._redis, self._start, lambda: next(self._ports))

    def mistakes(self) -> Iterator[str]:
        """Yield what has ended processes that nobody ended."""
        for bot in self.bots:
            if bot.error and not isinstance(bot.error, PanelError):
                yield f"a process ended with {bot.error!r}"

    @asynccontextmanager
    async def _redis(self, _: Path) -> AsyncIterator[Redis]:
        bridge = RedisBridge(self._loop, self._server)
        bridge.start()
        yield bridge

    @asynccontextmanager
    async def _start(
        self,
        command: str,
        *,
        environ: Mapping[str, str],
        log: Path | None = None,
        prepare: Prepare = nothing,
    ) -> AsyncIterator[SimulatedBot]:
        bot = SimulatedBot(self._loop, len(self.bots) + 1, command, environ)
        self.bots.append(bot)
        try:
            yield bot
        finally:
            bot.send_signal(signal.SIGKILL)
