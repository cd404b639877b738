"""How much of the bot one question to one expert runs: ``python -m tests.profile_turn``.

Counts the functions of ``bot/`` that run from the payload in the listener to the end of the turn,
and the modules they are in. The receiving and the answering side run in this process, the local
Slack and model in one of their own (``benchmarks/stage.py``). The first question is not counted:
it opens connections and fills caches. Loops that run without any question are left out
(``BACKGROUND``), and so are comprehensions, which belong to their function.
"""

import asyncio
import sys
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from types import FrameType

import click
from redis.asyncio import Redis
from rich.console import Console
from rich.table import Table

from bot.adapters.redis.connection.embedded import embedded_server
from bot.assembly.parts import run_part
from bot.assembly.web import open_web
from bot.assembly.worker import open_worker
from bot.settings.environment import read
from tests.benchmarks.crew import Stage, open_stage, seat

# The coroutines of tasks that run whether anybody asks or not.
BACKGROUND = frozenset({"QueuePositions.run", "ApprovalExpiry.run"})
_PACE = 0.1  # of the model's usual latency

Functions = Mapping[str, set[str]]  # by module


class Recorder:
    """Notes each function of the bot that is called while it records."""

    def __init__(self) -> None:
        self.functions: defaultdict[str, set[str]] = defaultdict(set)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record in this thread, and in those that begin meanwhile."""
        threading.setprofile(self._note)
        sys.setprofile(self._note)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        if event != "call":
            return
        module, name = frame.f_globals.get("__name__", ""), _name(frame)
        if _is_of_the_bot(module) and not name.endswith(">") and not _in_background(frame):
            self.functions[module].add(name)


def _is_of_the_bot(module: str) -> bool:
    return module.startswith("bot.") and not module.startswith("bot.playground.")


def _name(frame: FrameType) -> str:
    """Return what is called; what dataclasses generate does not know its class."""
    code = frame.f_code
    if code.co_qualname.startswith("__create_fn__"):
        return f"{type(frame.f_locals[code.co_varnames[0]]).__qualname__}.{code.co_name}"
    return code.co_qualname


def _in_background(frame: FrameType | None) -> bool:
    while frame:
        if frame.f_code.co_qualname in BACKGROUND:
            return True
        frame = frame.f_back
    return False


async def profile(*, experts: int = 1) -> Functions:
    """Ask each of the panel's *experts* one question; return what ran for it."""
    recorder = Recorder()
    async with embedded_server() as redis_url, open_stage(_PACE) as stage:
        environ = {**stage.environ, "REDIS_URL": redis_url}
        await seat(environ, stage.team, experts)
        async with _bot(environ, stage), Redis.from_url(redis_url) as redis:
            await _ask(stage, redis, experts, place=0)
            with recorder.recording():
                await _ask(stage, redis, experts, place=1)
    return recorder.functions


@asynccontextmanager
async def _bot(environ: Mapping[str, str], stage: Stage) -> AsyncIterator[None]:
    config = read(environ)
    parts = (open_web(config), open_worker(config))
    tasks = [asyncio.create_task(run_part(part)) for part in parts]
    await stage("connected")
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _ask(stage: Stage, redis: Redis, experts: int, place: int) -> None:
    """Ask, and wait for the end of the turn, without a function of the bot."""
    await stage.turn(replies=experts, place=place)
    async with asyncio.timeout(30):
        while await redis.exists("panelbot:{0}:ready", "panelbot:{0}:leases"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def table(functions: Functions) -> Table:
    """Show the modules and how many of their functions ran."""
    total = sum(map(len, functions.values()))
    shown = Table("module", "functions", show_footer=True)
    shown.columns[0].footer, shown.columns[1].footer = f"{len(functions)} modules", str(total)
    shown.columns[1].justify = "right"
    for module, names in sorted(functions.items()):
        shown.add_row(module.removeprefix("bot."), str(len(names)))
    return shown


@click.command()
@click.option("--functions", is_flag=True, help="Name the functions, too.")
def main(*, functions: bool) -> None:
    """Print the modules of the bot that one question to one expert runs."""
    ran = asyncio.run(profile())
    console = Console()
    if functions:
        for module, names in sorted(ran.items()):
            console.print(f"{module}\n    {', '.join(sorted(names))}", highlight=False)
    console.print(table(ran))


if __name__ == "__main__":
    main()
