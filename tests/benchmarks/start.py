"""How much processor time a command takes to start, against Python that imports click alone.

What a fixed machine takes in seconds depends on the machine; click takes about 0.05 s on one of
2026. The least of several rounds counts: others only add to it.
"""

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from bot.adapters.redis.connection.embedded import embedded_server
from tests.benchmarks.crew import cpu, open_stage, open_web, python
from tests.benchmarks.figures import Effort, Figure, Goal
from tests.benchmarks.memory import once_idle

NAME = "start"
_CLICK = ("-c", "import click")
_NOWHERE = "127.0.0.1:9"  # where nobody listens
_SETTINGS = {
    "SLACK_BOT_TOKEN": "xoxb-1-2-abcdefghijkl",
    "SLACK_APP_TOKEN": "xapp-1-A-2-abcdefghijkl",
    "SLACK_API_URL": f"http://{_NOWHERE}/api/",
    "OPENAI_API_KEY": "sk-abcdefghijkl",
    "OPENAI_BASE_URL": f"http://{_NOWHERE}/v1",
    "REDIS_URL": f"redis://{_NOWHERE}/0",
}
_PANELS = "version: 1\ndefaults:\n  remove: [legal]\n"
_GOALS = {  # as ratios: 0.3, 0.8, 1 and 2 s of a machine that takes 0.05 s for click
    "--version": 6,
    "--help": 6,
    "manifest": 6,
    "keys new": 6,
    "links show C0123ABCD/1763671234.000100": 20,  # it needs OpenAI's client as well
    "experts check panels.yaml": 16,
    "check": 16,
}


async def measure(effort: Effort) -> list[Figure]:
    """Measure all commands by turns, and then those that serve."""
    seconds = await asyncio.to_thread(_measure, effort.rounds) | await _serving()
    click = seconds.pop("click")
    goals = {f"panelbot {words}": Goal(limit) for words, limit in _GOALS.items()}
    return [
        Figure(NAME, name, took, "s", click, "import click", goals.get(name, Goal(40)))
        for name, took in seconds.items()
    ]


async def _serving() -> dict[str, float]:
    """Return the processor time of processes that serve, until they have nothing to do."""
    async with embedded_server() as redis_url, open_stage(0) as stage:
        environ = {**stage.environ, "REDIS_URL": redis_url}
        async with (
            open_web(environ) as (web, _),
            python("bot", "worker", environ=environ) as (worker, _),
        ):
            for process in (web, worker):
                await once_idle(process)
            return {"web, until it serves": cpu(web), "worker, until it serves": cpu(worker)}


def _measure(rounds: int) -> dict[str, float]:
    with TemporaryDirectory() as folder:
        panels = Path(folder) / "panels.yaml"
        panels.write_text(_PANELS, "utf-8")
        seconds: dict[str, float] = {}
        for _ in range(rounds):
            found = {"click": _seconds(*_CLICK), "demo, until it is ready": _demo_seconds()}
            for words in _GOALS:
                args = words.replace(panels.name, str(panels)).split()
                found[f"panelbot {words}"] = _seconds("-m", "bot", *args)
            seconds = {name: min(one, seconds.get(name, one)) for name, one in found.items()}
    return seconds


def _environ() -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**kept, **_SETTINGS}


def _seconds(*args: str) -> float:
    """Return the processor time of Python with *args*."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(  # noqa: S603 - the arguments are our own
        [sys.executable, *args], env=_environ(), capture_output=True, check=False, timeout=120
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _demo_seconds() -> float:
    """Return the processor time of the demo with all its processes, until its page is there."""
    environ = {name: value for name, value in _environ().items() if name not in _SETTINGS}
    command = [sys.executable, "-m", "bot", "demo", "--no-open"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE) as demo:  # noqa: S603 - as above
        assert demo.stdout is not None
        demo.stdout.readline()
        processes = [psutil.Process(demo.pid)]
        processes += processes[0].children(recursive=True)
        times = [process.cpu_times() for process in processes]
        demo.terminate()
    return sum(one.user + one.system for one in times)
