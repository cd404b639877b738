"""How much memory processes take: idle, and with files.

Those are in questions, which a worker answers, and in forms, which a web process takes.
"""

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import psutil

from bot.adapters.redis.connection.embedded import embedded_server
from tests.benchmarks.crew import UNPACED, cpu, open_stage, python, seat
from tests.benchmarks.figures import Effort, Figure, Goal

NAME = "memory"
EXPERTS = 4
GOAL = Goal(300, of_ratio=False)
IDLE_WEB, IDLE_WORKER = Goal(80, of_ratio=False), Goal(90, of_ratio=False)
_MB = 1024 * 1024
_HARDLY = 0.01  # seconds of processor


async def measure(effort: Effort) -> list[Figure]:
    """Wait until processes idle, ask with files, and hand in forms with documents."""
    is_small = effort.rounds == 1
    size, document = (_MB, _MB) if is_small else (10 * _MB - 100, 30 * _MB)
    async with embedded_server() as redis_url, open_stage(effort.pace) as stage:
        environ = {**stage.environ, "REDIS_URL": redis_url, **UNPACED}
        await seat(environ, stage.team, EXPERTS)
        async with (
            python("bot", "web", environ=environ) as (web, _),
            python("bot", "worker", environ=environ) as (worker, _),
        ):
            await stage("connected")
            started_web, started_worker = [await once_idle(one) for one in (web, worker)]
            await stage("turn", text="", place=0, ts=None, replies=EXPERTS)
            idle_worker, idle_web = resident(worker), resident(web)
            asking = stage("ask_with_files", count=4, files=2, size=size, replies=EXPERTS)
            asked = await peak(worker, asking)
            giving = stage("give_documents", count=15, size=document)
            given = await peak(web, giving)
    turns, forms = "4 questions with 20 MB to 4 experts", "15 forms with a document of 30 MB"
    return [
        Figure(NAME, "web, idle", started_web, "MB", goal=IDLE_WEB),
        Figure(NAME, "worker, idle", started_worker, "MB", goal=IDLE_WORKER),
        Figure(NAME, f"worker, {turns}", asked, "MB", idle_worker, "after one turn", GOAL),
        Figure(NAME, f"web, {forms}", given, "MB", idle_web, "after one turn", GOAL),
    ]


async def once_idle(process: psutil.Process) -> float:
    """Return what *process* holds, in MB, as soon as it has hardly done anything for a second."""
    used = -1.0
    while (now := cpu(process)) - used > _HARDLY:
        used = now
        await asyncio.sleep(1)
    return resident(process)


async def peak(process: psutil.Process, work: Awaitable[object]) -> float:
    """Return the most that *process* held at any time while *work* went on, in MB."""
    _begin_anew(process)
    await asyncio.ensure_future(work)
    return _status(process, "VmHWM")


def _begin_anew(process: psutil.Process) -> None:
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")


def resident(process: psutil.Process) -> float:
    """Return what *process* holds now, in MB."""
    return _status(process, "VmRSS")


def _status(process: psutil.Process, name: str) -> float:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    (found,) = (line.split()[1] for line in lines if line.startswith(f"{name}:"))
    return int(found) / 1024
