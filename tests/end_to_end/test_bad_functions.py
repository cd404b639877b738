"""Functions that do whatever they can to a worker: its turns end, it can be stopped, it drains."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.redis.shards import Shards
from bot.panel.journal.failures import Failure
from bot.panel.texts import failure_sentences, sentences, shortcomings
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.end_to_end.conftest import MENTION, World
from tests.end_to_end.test_panel_changes import command
from tests.eventually import eventually
from tests.packages import install
from tests.processes import BotProcess, bot_process

CODE = """
import asyncio, concurrent.futures, os, threading, time
from bot.functions import expert

def desk(**more):
    return expert(title="Desk", purpose="A desk.", **more)

@expert(title="Good", purpose="Answers.")
async def good(request):
    await asyncio.sleep(0)
    return "Here."

@expert(title="Swallower", purpose="Does not end.")
async def swallower(request):
    while True:
        try:
            await asyncio.sleep(60)
        except BaseException:
            pass

@expert(title="Sleeper", purpose="Blocks its loop.")
async def sleeper(request):
    time.sleep(60)

@expert(title="Spinner", purpose="Uses the processor.")
async def spinner(request):
    while True:
        pass

@expert(title="Delegate", purpose="Has a thread that Python waits for.")
async def delegate(request):
    await asyncio.to_thread(threading.Event().wait)

@expert(title="Starter", purpose="Starts such a thread itself.")
def starter(request):
    threading.Thread(target=threading.Event().wait).start()
    threading.Event().wait()

@expert(title="Printer", purpose="Writes without end.")
def printer(request):
    while True:
        print("x", flush=True)
        time.sleep(0.001)

@expert(title="Interrupter", purpose="Interrupts.")
async def interrupter(request):
    raise KeyboardInterrupt

@expert(title="Leaver", purpose="Leaves.")
async def leaver(request):
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(asyncio.to_thread(exit))

@expert(title="Closer", purpose="Leaves.")
async def closer(request):
    yield "Here"
    raise GeneratorExit

@expert(title="Crasher", purpose="Crashes.", process=True)
async def crasher(request):
    os._exit(11)

@expert(title="Prisoner", purpose="Does not end, apart.", process=True)
async def prisoner(request):
    while True:
        try:
            time.sleep(60)
        except BaseException:
            pass
"""
ENDLESS = ["swallower", "sleeper", "spinner", "delegate", "starter", "printer", "prisoner"]
BROKEN = ["interrupter", "leaver", "closer", "crasher"]
NAMES = {name: name for name in ["good", *ENDLESS, *BROKEN]}
TIMEOUT = 2.0


@pytest.fixture
async def company(world: World, tmp_path: Path) -> AsyncIterator[World]:
    """The world with many bad experts, and a process that receives."""
    where = install(tmp_path, "acme_bad", CODE, NAMES)
    world.environ |= {"PYTHONPATH": str(where), "PANELBOT_FUNCTION_TIMEOUT": str(TIMEOUT)}
    world.environ |= {"PANELBOT_LEASE": "3", "PANELBOT_SLACK_PACE": "0"}
    world.environ |= {"PANELBOT_CHANNEL_CONCURRENCY": "32"}
    async with world.command("web"):
        await asyncio.wait_for(world.slack.sockets.wait_for_connection(), 60)
        for name in NAMES:
            await command(world, f"add {name}")
        yield world


@pytest.fixture
async def worker(company: World, tmp_path: Path) -> AsyncIterator[BotProcess]:
    log = tmp_path / "worker.log"
    log.touch()
    async with bot_process("worker", environ=company.environ, log=log) as process:
        yield process


async def said(world: World, ts: str, within: float) -> list[tuple[str, str]]:
    await eventually(lambda: world.said(ts), within=within)
    return world.said(ts)


async def running(world: World) -> None:
    """Return when a worker has a turn, and a moment later."""
    async with asyncio.timeout(30):
        while not await world.redis.zcard(f"{Shards().prefixes[0]}leases"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)


async def drained(worker: BotProcess) -> int:
    worker.send_signal(signal.SIGTERM)
    async with asyncio.timeout(10):
        return await worker.wait()


async def test_each_is_told_in_time_beside_others_and_the_worker_drains(
    company: World, worker: BotProcess, tmp_path: Path
):
    first = company.say(f"{MENTION} good: are you there?")
    await said(company, first, 30)  # the worker has started

    asked = {name: company.say(f"{MENTION} {name}: go on") for name in [*ENDLESS, *BROKEN]}
    beside = company.say(f"{MENTION} good: and now?")
    assert await said(company, beside, TIMEOUT + 2) == [("Good", "Here.")]
    for name, ts in asked.items():
        kind = Failure.SLOW if name in ENDLESS else Failure.FUNCTION
        (_, line), *_ = await said(company, ts, TIMEOUT + 6)
        assert line == failure_sentences.expert_failed(kind, name)
    again = company.say("good: and in this thread?", asked["swallower"])
    await eventually(lambda: ("Good", "Here.") in company.said(asked["swallower"]), within=10)
    assert again

    assert await drained(worker) == 0
    log = (tmp_path / "worker.log").read_text(encoding="utf-8")
    assert "function.blocked at=" in log
    assert "expert=sleeper" in log
    assert "turn.postponed" not in log
    assert "Fatal" not in log


@pytest.mark.parametrize("name", ["swallower", "sleeper", "printer", "prisoner"])
async def test_it_can_be_stopped(company: World, name: str):
    company.environ["PANELBOT_FUNCTION_TIMEOUT"] = "60"
    async with company.command("worker") as worker:
        ts = company.say(f"{MENTION} {name}: go on")
        await running(company)
        company.slack.people.stop_session(ADA, GENERAL, ts)

        assert await said(company, ts, 5) == [("Panelbot", sentences.stopped([name.title()]))]
        assert await drained(worker) == 0


async def test_one_that_never_ends_is_off_and_the_check_says_so(company: World, worker: BotProcess):
    asked = [company.say(f"{MENTION} swallower: {number}") for number in range(5)]
    for ts in asked:
        await said(company, ts, 30)
    await asyncio.sleep(1.5)

    ts = company.say(f"{MENTION} swallower: once more")
    assert await said(company, ts, 10) == [("Swallower", shortcomings.function_off())]
    async with asyncio.timeout(30):
        while "is off in the process" not in (await company.panelbot("check"))[1]:  # noqa: ASYNC110
            await asyncio.sleep(0.5)
    assert await drained(worker) == 0
