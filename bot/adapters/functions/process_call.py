"""One call of a function in a process of its own, which is killed when nobody waits any more.

The process gets the request as a line of JSON and answers with such lines: see ``child``. When its
standard input ends, so does it: it does not outlive the bot.
"""

import asyncio
import dataclasses
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from bot.adapters.functions.function_call import failed
from bot.functions import FunctionRefused, Piece, Request, Source
from bot.log_formats import bound_turn
from bot.panel.errors import FunctionFailed, FunctionNeedsAsker

_LONGEST_LINE = 1 << 18  # bytes
_REAPING = 1.0  # seconds
_POLICY = asyncio.get_event_loop_policy() if sys.version_info < (3, 14) else None


@dataclass(frozen=True, slots=True)
class ChildProcess:
    """How the process of a function is started."""

    entry: str  # the value of the entry point
    memory: int  # MB that it may use; 0: any
    environ: Mapping[str, str]


class ProcessCall:
    """A call of the function of an *expert* in a process of its own."""

    def __init__(self, expert: str, child: ChildProcess, request: Request) -> None:
        self.expert = expert
        self.ended = asyncio.Event()
        self.is_abandoned = False
        self._child = child
        self._request = request

    async def pieces(self) -> AsyncGenerator[Piece, None]:
        """Yield what it answers. Raises FunctionRefused or FunctionFailed."""
        try:
            process = await self._start()
        except Exception as error:  # noqa: BLE001 - packages may have changed what asyncio does
            self.ended.set()
            raise failed(self.expert, type(error).__name__, "starting its process") from None
        try:
            await self._ask(process)
            while (piece := await self._read(process)) is not None:
                yield piece
                await asyncio.sleep(0)  # it may write faster than we read, which never waits then
        finally:
            await self._kill(process)

    def close(self) -> None:
        """Do nothing: it is killed when nobody reads its pieces any more."""

    async def _start(self) -> asyncio.subprocess.Process:
        _set_policy()
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "bot.adapters.functions.child"),
            *(self._child.entry, self.expert, str(self._child.memory), bound_turn()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=dict(self._child.environ) | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            limit=_LONGEST_LINE,
            start_new_session=True,  # so that what it starts is killed with it
        )

    async def _ask(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None:
            return
        with suppress(ConnectionError):  # it has ended already: its exit status says more
            process.stdin.write(_as_line(self._request))
            await process.stdin.drain()

    async def _read(self, process: asyncio.subprocess.Process) -> Piece | None:
        line = b""
        try:
            if process.stdout is not None:
                line = await process.stdout.readline()
            message = json.loads(line) if line else None
        except ValueError:  # no JSON, or too long
            message = None
            line = b"?"
        match message:
            case {"text": str(text)}:
                return text
            case {"title": str(title), "url": str(url)}:
                return Source(title, url)
            case {"refused": str(reason)}:
                raise FunctionRefused(reason)
            case {"needs": "asker"}:
                raise FunctionNeedsAsker(self.expert)
            case {"failed": str(what)}:  # the process has logged it
                raise FunctionFailed(what)
            case {"end": True}:
                return None
        at = "its process writes to a pipe that is not its own" if line else await _exit(process)
        raise failed(self.expert, "ProcessEnded", at)

    async def _kill(self, process: asyncio.subprocess.Process) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # also what it leaves behind when it has ended
        try:
            async with asyncio.timeout(_REAPING):
                await process.wait()
        except TimeoutError:  # whatever it started holds its pipes
            pass
        finally:
            self.ended.set()


def _set_policy() -> None:
    """Undo what packages do (``uvloop.install()``): our loop starts processes by its policy."""
    if sys.version_info < (3, 14) and asyncio.get_event_loop_policy() is not _POLICY:
        asyncio.set_event_loop_policy(_POLICY)


async def _exit(process: asyncio.subprocess.Process) -> str:
    try:
        async with asyncio.timeout(_REAPING):
            code = await process.wait()
    except TimeoutError:
        return "it has closed its output, and goes on"
    return f"exit status {code}" if code >= 0 else signal.Signals(-code).name


def _as_line(request: Request) -> bytes:
    fields = dataclasses.asdict(request) | {"deadline": request.deadline.isoformat()}
    return json.dumps(fields).encode() + b"\n"
