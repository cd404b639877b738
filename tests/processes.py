"""The bot's commands as processes of their own, forked from one that has imported everything.

Importing the bot and its libraries takes seconds of processor time, more than most commands. What
is forked is a process like any other: it can be killed, paused and told to end, and has its own
environment and output.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
from asyncio import StreamReader, StreamReaderProtocol
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from pkgutil import walk_packages

import bot

Output = Connection | Path  # the writing end of a pipe, or a file to append to
Prepare = Callable[[], None]

_forkserver = multiprocessing.get_context("forkserver")
_everything = [module.name for module in walk_packages(bot.__path__, "bot.")]
_everything.remove("bot.__main__")  # it handles signals
_forkserver.set_forkserver_preload([*_everything, "tests.processes"])


def nothing() -> None:
    """Prepare nothing."""


def warm_up() -> None:
    """Return when the process that others are forked from has imported everything."""
    process = _forkserver.Process(target=nothing)
    process.start()
    process.join()
    process.close()


def heed_signals() -> None:
    """Handle signals as a process at a terminal does, also where a runner ignores them (nohup)."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


class BotProcess:
    """``panelbot`` with *args*; has what we need of ``asyncio.subprocess.Process``."""

    def __init__(
        self,
        args: tuple[str, ...],
        environ: Mapping[str, str],
        out: Output,
        err: Output,
        prepare: Prepare = nothing,
    ) -> None:
        target = (args, dict(environ), out, err, prepare)
        self._process = _forkserver.Process(target=_become_the_bot, args=target)
        self._ended = asyncio.Event()
        self.returncode: int | None = None
        self.stdout = self.stderr = StreamReader()

    async def start(self) -> None:
        """Start it."""
        await asyncio.to_thread(self._process.start)
        asyncio.get_running_loop().add_reader(self._process.sentinel, self._end)

    @property
    def pid(self) -> int:
        """Its id; 0 once it has ended."""
        return self._process.pid or 0 if self.returncode is None else 0

    async def wait(self) -> int:
        """Return its exit code when it has ended."""
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    async def communicate(self) -> tuple[bytes, bytes]:
        """Return what it printed, when it has ended."""
        out, err, _ = await asyncio.gather(self.stdout.read(), self.stderr.read(), self.wait())
        return out, err

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to it, if it still runs."""
        if self.returncode is None and self._process.pid:
            os.kill(self._process.pid, number)

    def kill(self) -> None:
        """End it as ``kill -9`` does."""
        self.send_signal(signal.SIGKILL)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._process.join()
        self.returncode = self._process.exitcode
        self._process.close()
        self._ended.set()


@asynccontextmanager
async def bot_process(
    *args: str, environ: Mapping[str, str], log: Path | None = None, prepare: Prepare = nothing
) -> AsyncIterator[BotProcess]:
    """Run ``panelbot`` with *args*; its output goes to *log*, or can be read."""
    if log:
        process = BotProcess(args, environ, log, log, prepare)
        await process.start()
    else:
        (out, to_out), (err, to_err) = _forkserver.Pipe(False), _forkserver.Pipe(False)
        process = BotProcess(args, environ, to_out, to_err, prepare)
        await process.start()
        to_out.close()
        to_err.close()
        process.stdout, process.stderr = await _reader(out), await _reader(err)
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def _reader(pipe: Connection) -> StreamReader:
    reader = StreamReader()
    file = os.fdopen(os.dup(pipe.fileno()), "rb", buffering=0)
    pipe.close()
    await asyncio.get_running_loop().connect_read_pipe(lambda: StreamReaderProtocol(reader), file)
    return reader


def _become_the_bot(
    args: tuple[str, ...], environ: dict[str, str], out: Output, err: Output, prepare: Prepare
) -> None:
    heed_signals()
    os.environ.clear()
    os.environ.update(environ)
    sys.path[:0] = [path for path in environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    for output, number in ((out, sys.stdout.fileno()), (err, sys.stderr.fileno())):
        os.dup2(_descriptor(output), number)
    for output in {out, err}:
        if isinstance(output, Connection):
            output.close()
    here = ["--no-env-file"] if prepare is nothing else []  # where somebody may have an .env
    sys.argv = ["panelbot", *here, *args]
    prepare()
    from bot.__main__ import main

    main()


def _descriptor(output: Output) -> int:
    if isinstance(output, Path):
        return os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    return output.fileno()
