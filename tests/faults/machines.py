"""What everything runs on: real processes and a real network, or (``tests/simulation``) none."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import Protocol

from tests.adapters.redis import servers
from tests.processes import bot_process

_AOF = {"appendonly": "yes", "appendfsync": "always", "save": '""'}


class Redis(Protocol):
    """A Redis server that may be killed and started again."""

    port: int
    url: str

    def start(self) -> None:
        """Start it with the data that it has."""

    def kill(self) -> None:
        """End it as ``kill -9`` does."""


class BotProcess(Protocol):
    """One process of the bot."""

    @property
    def pid(self) -> int:
        """What tells it from others."""

    async def wait(self) -> int:
        """Return its exit code when it has ended."""

    def send_signal(self, number: Signals) -> None:
        """Send a signal to it, if it still runs."""


@dataclass(frozen=True, slots=True)
class Machines:
    """How a Redis and the bot's processes are started, and where they can listen."""

    redis: Callable[[Path], AbstractAsyncContextManager[Redis]]
    start: Callable[..., AbstractAsyncContextManager[BotProcess]]  # as tests.processes.bot_process
    free_port: Callable[[], int]


@asynccontextmanager
async def _redis(folder: Path) -> AsyncIterator[Redis]:
    server = servers.Server(folder, settings=_AOF)
    with servers.running(server):
        servers.until(lambda: bool(server.info()))
        yield server


REAL = Machines(_redis, bot_process, servers.free_port)
