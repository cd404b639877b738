"""Signals at any moment: no traceback, no process left behind, and a status that says so.

The processes are not forked from one that has imported everything: imports can be interrupted, too.
"""

import asyncio
import itertools
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot import __version__
from bot.playground.openai.stand_in.brain import Pause, Text
from bot.playground.slack.workspace.company import GENERAL
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually
from tests.processes import BotProcess, heed_signals

ONE_SHOT = (
    ("--help",),
    ("check",),
    ("demo", "--ask", "Is MIT fine?"),
    ("export", f"{GENERAL}/1.000000"),
    ("links", "rebuild", GENERAL),
)
SERVING = (("demo", "--no-open"), ("run",), ("web",), ("worker",))
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@asynccontextmanager
async def panelbot(*args: str, environ: Mapping[str, str]) -> AsyncIterator[Process]:
    """A process that heeds signals, from when it does so before Python's own start is over."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *args),
        env={**environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        preexec_fn=heed_signals,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def catches_signals(process: Process) -> None:
    """Wait until our handlers are there; before that, Python's own start is interrupted."""
    if _caught(process.pid) is None:
        pytest.skip("only Linux tells")
    while not (_caught(process.pid) or 0) & 1 << (signal.SIGTERM - 1):
        if process.returncode is not None:
            return
        await asyncio.sleep(0.001)


def _caught(pid: int) -> int | None:
    """The signals that a process handles itself, as a mask."""
    with suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text()
        return int(status.partition("SigCgt:")[2].split()[0], 16)
    return None


def running(folder: Path) -> list[str]:
    """What runs in *folder*, or with it for temporary files: Redis overwrites its environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            environ = (process / "environ").read_text(errors="replace")
            is_in = str((process / "cwd").readlink()).startswith(str(folder))
            if is_in or f"TMPDIR={folder}" in environ:
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return found


async def signalled(
    world: World, folder: Path, args: tuple[str, ...], number: signal.Signals, after: float
) -> tuple[int | None, str, str]:
    """Send the signal so many seconds after the start; return how it ended and what it printed."""
    environ = {**world.environ, "PATH": os.environ["PATH"], "TMPDIR": str(folder)}
    if args[0] == "demo":
        given = ("OPENAI", "REDIS", "PANELBOT", "SLACK")
        environ = {k: v for k, v in environ.items() if not k.startswith(given)}
    async with panelbot(*args, environ=environ) as process:
        await catches_signals(process)
        await asyncio.sleep(after)
        with suppress(ProcessLookupError):
            process.send_signal(number)
        out, err = await asyncio.wait_for(process.communicate(), 40)
        await eventually(lambda: not running(folder))
    return process.returncode, out.decode(), err.decode()


async def look(
    world: World, folder: Path, args: tuple[str, ...], number: signal.Signals, after: float
) -> None:
    code, out, err = await signalled(world, folder, args, number, after)
    where = f"{args} {number.name} after {after:.2f} s: {code}\n{err}"
    assert "Traceback" not in err + out, where
    assert "Error" not in err, where
    if args in SERVING:
        assert code in (0, 128 + number), where
    elif code != 128 + number:  # it had ended before, or else what it printed is whole
        assert code == (1 if args[0] == "export" else 0), where
        assert out or args[0] == "export", where
        assert "stopped" not in err, where


@pytest.mark.parametrize("args", [*ONE_SHOT, *SERVING], ids=lambda args: " ".join(args[:2]))
@pytest.mark.long
async def test_a_signal_at_any_moment_leaves_neither_traceback_nor_process(
    world: World, tmp_path, args
):
    moments = [0.05 * step for step in range(40)] + [2 + 0.2 * step for step in range(15)]
    numbers = itertools.cycle((*SIGNALS, signal.SIGINT))
    async with asyncio.timeout(500):
        for after, number in zip(moments, numbers, strict=False):
            await look(world, tmp_path, args, number, after)


@pytest.mark.parametrize(
    ("args", "number", "after"),
    [
        (("--help",), signal.SIGINT, 0),
        (("check",), signal.SIGHUP, 0.1),
        (("demo", "--ask", "Is MIT fine?"), signal.SIGINT, 0.5),
    ],
    ids=lambda value: str(value[0]) if isinstance(value, tuple) else str(value),
)
async def test_a_signal_at_some_moments(world: World, tmp_path, args, number, after):
    await look(world, tmp_path, args, number, after)


@pytest.mark.parametrize("number", SIGNALS)
async def test_turns_are_finished_and_it_is_said_so(world: World, number: signal.Signals):
    world.brain.then(Pause(1), Text("No doubt."))
    async with world.command("run") as process, asyncio.timeout(60):
        await told(process, " run.ready ")
        ts = world.say(f"{MENTION} is a Zebrafisch a fish?")
        await eventually(lambda: world.brain.asked, 20)
        process.send_signal(number)
        await told(process, "panelbot: Finishing 1 turn; Ctrl+C again ends at once.")
        if number != signal.SIGINT:  # closing a terminal may send it twice
            process.send_signal(signal.SIGHUP)
        last = await told(process, " run.stopped ")
        await process.wait()

    assert world.said(ts)
    assert process.returncode == 0
    assert f"INFO run.stopped handed_over=0 reason={number.name}" in last


async def test_a_second_interrupt_ends_at_once(world: World):
    world.brain.then(Pause(30), Text("No doubt."))
    async with world.command("worker") as process, asyncio.timeout(60):
        await told(process, " worker.ready ")
        async with world.command("web") as web:
            await told(web, " web.ready ")
            world.say(f"{MENTION} is a Zebrafisch a fish?")
            await eventually(lambda: world.brain.asked, 20)
        process.send_signal(signal.SIGINT)
        await told(process, "panelbot: Finishing 1 turn; Ctrl+C again ends at once.")
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()

    assert (process.returncode, err) == (130, b"")


async def test_a_demo_that_ends_at_once_leaves_no_redis(world: World, tmp_path):
    world.environ = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
    async with world.command("demo", "--no-open") as process, asyncio.timeout(60):
        assert b"playground" in await process.stdout.readline()
        assert any("valkey" in line for line in running(tmp_path))
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        await process.wait()
        await eventually(lambda: not running(tmp_path))

    assert process.returncode in (0, 130)


@pytest.mark.parametrize(
    ("command", "transport"),
    [("run", "socket mode"), ("web", "http"), ("worker", "http")],
)
async def test_one_line_says_what_is_ready(world: World, command: str, transport: str):
    if transport == "http":
        del world.environ["SLACK_APP_TOKEN"]
    async with world.command(command) as process, asyncio.timeout(60):
        line = await told(process, f" {command}.ready ")

    for fact in (
        f"version={__version__}",
        f"workspace={world.slack.url}/",
        "backend=conversations",
        f"model_server={world.openai.base_url}",
        f"redis={world.environ['REDIS_URL']}",
    ):
        assert fact in line


async def told(process: BotProcess, text: str) -> str:
    """Return the next line on standard error that has *text* in it."""
    lines = []
    while line := (await process.stderr.readline()).decode():
        lines.append(line)
        if text in line:
            return line
    raise AssertionError("".join(lines))
