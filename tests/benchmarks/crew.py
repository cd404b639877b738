"""Starting what is measured, and what it is measured with, as real processes."""

import asyncio
import json
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psutil
from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.assembly import storage
from bot.panel.model import Expert, ExpertName, Synthesis
from bot.panel.roster.roster import Setting, WorkspaceScope
from bot.settings.environment import read

SIGNING_SECRET = "5160a7d20e1f4c3b8d9e5160a7d20e1f"
# As many turns as a worker can: Slack's limits, which it keeps to, let far fewer be answered.
UNPACED = {"PANELBOT_SLACK_PACE": "0"}
_BUNDLED = ("engineering", "finance", "legal", "product", "security")
_LONGEST = ClientTimeout(total=600)


@dataclass(frozen=True, slots=True)
class Stage:
    """The world's process, seen from here; ``stage.py`` says what it can be told."""

    url: str
    team: str
    environ: Mapping[str, str]
    process: psutil.Process

    async def __call__(self, deed: str, **told: Any) -> dict[str, Any]:
        """Tell the world to do something and return what came of it."""
        async with (
            ClientSession(timeout=_LONGEST) as session,
            session.post(f"{self.url}/stage/{deed}", json=told) as answer,
        ):
            answer.raise_for_status()
            done: dict[str, Any] = await answer.json()
            return done

    async def turn(
        self, *, replies: int, place: int = 0, text: str = "", ts: str | None = None
    ) -> dict[str, Any]:
        """Ask once and wait for the last reply."""
        return await self("turn", replies=replies, place=place, text=text, ts=ts)


@asynccontextmanager
async def python(
    *args: str, environ: Mapping[str, str], says: bool = False
) -> AsyncIterator[tuple[psutil.Process, str]]:
    """Run ``python -m …``; gives the process, and its first line if it *says* one."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *args,
        env={**environ, "LOG_LEVEL": "WARNING"},
        stdout=PIPE if says else DEVNULL,
    )
    try:
        said = (await process.stdout.readline()).decode() if process.stdout else ""
        yield psutil.Process(process.pid), said
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def open_stage(pace: float) -> AsyncIterator[Stage]:
    """Start the world; *pace* multiplies the model's latency."""
    async with python("tests.benchmarks.stage", str(pace), environ={}, says=True) as started:
        process, said = started
        yield Stage(**json.loads(said), process=process)


async def seat(
    environ: Mapping[str, str],
    team: str,
    experts: int,
    synthesis: Synthesis = Synthesis.NEVER,
    purpose: str = "All.",
) -> None:
    """Put so many experts on every panel of the workspace, and nobody else."""
    scope = WorkspaceScope(team)
    async with storage.open_storage(read(environ)) as memory:
        await memory.panels.set(scope, Setting.SYNTHESIS, synthesis)
        for name in _BUNDLED:
            await memory.panels.remove(scope, ExpertName(name))
        for number in range(experts):
            title, name = f"Expert {number}", ExpertName(f"e{number}")
            expert = Expert(name, title, ":x:", purpose.format(number), "Answer.")
            await memory.panels.add(scope, expert)


@asynccontextmanager
async def open_bot(stage: Stage, environ: Mapping[str, str]) -> AsyncIterator[psutil.Process]:
    """Start the whole bot as one process, over Socket Mode."""
    async with python("bot", "run", environ=environ) as (process, _):
        await stage("connected")
        yield process


@asynccontextmanager
async def open_web(environ: Mapping[str, str]) -> AsyncIterator[tuple[psutil.Process, str]]:
    """Start the receiving side over HTTP; gives its process and where events go."""
    port = free_port()
    over_http = {
        **environ,
        "SLACK_APP_TOKEN": "",
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "PANELBOT_HOST": "127.0.0.1",
        "PORT": str(port),
    }
    async with python("bot", "web", environ=over_http) as (process, _):
        await _until_healthy(f"http://127.0.0.1:{port}/healthz")
        yield process, f"http://127.0.0.1:{port}/slack/events"


async def until_idle(environ: Mapping[str, str]) -> None:
    """Return when no turn runs or waits any more."""
    async with storage.open_storage(read(environ)) as memory, asyncio.timeout(60):
        while True:
            depth = await memory.queue.depth()
            if depth.running == depth.waiting == depth.delayed == 0:
                return
            await asyncio.sleep(0.02)


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def cpu(process: psutil.Process) -> float:
    """Return the seconds of processor that *process* has used, by Linux's clock of it.

    ``/proc`` tells it in hundredths of a second: sixty turns take thirty of these.
    """
    return time.clock_gettime(~process.pid << 3 | 2)  # as clock_getcpuclockid() names it


async def _until_healthy(url: str) -> None:
    async with asyncio.timeout(30), ClientSession() as session:
        while True:
            try:
                async with session.get(url) as answer:
                    if answer.ok:
                        return
            except ClientError:
                await asyncio.sleep(0.05)
