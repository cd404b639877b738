"""Functions in processes of their own, which may do what they like there."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.functions.process_call import ChildProcess
from bot.adapters.functions.running import InstalledFunctions, RunnableFunction
from bot.functions import Author, FunctionRefused, Role, Said, Source
from bot.panel.errors import FunctionFailed, FunctionNeedsAsker
from tests.adapters.functions.test_running import REQUEST as OLD
from tests.eventually import eventually

CODE = """
import asyncio, ctypes, os, signal, subprocess, sys, time
from bot.functions import FunctionRefused, Reply, Source, expert

def contained(function):
    return expert(title="A", purpose="B", process=True)(function)

@contained
async def answering(request):
    print("not for the bot")
    await asyncio.sleep(0)
    return Reply(request.question + "!" * 300_000, (Source("A", "https://a.example"),))

@contained
def repeating(request):
    yield "\\n".join((request.said[0].text, request.asker.id, request.thread.ts, request.key))
    yield f"\\n{request.deadline - request.deadline}"

@contained
def naming(request):
    said = request.said[0].author
    return repr([*((one.id, one.role) for one in request.authors), said.name, request.role])

@contained
def last_version(request):
    return request.asker.name

@contained
def refusing(request):
    raise FunctionRefused("Which \\ud83d order?")

@contained
def failing(request):
    raise KeyboardInterrupt("secret words")

@contained
def exiting(request):
    yield "Here"
    os._exit(3)

@contained
def crashing(request):
    ctypes.string_at(0)

@contained
def hungry(request):
    return "x" * (1 << 30)

@contained
async def endless(request):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield f"{os.getpid()} {child.pid}"
    while True:
        try:
            time.sleep(60)
        except BaseException:
            pass

@contained
def flooding(request):
    for _ in range(100_000):
        yield ""
    yield "Here."

@contained
def mute(request):
    os.closerange(0, 100)
    time.sleep(60)

@contained
def parting(request):
    yield str(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid)
    time.sleep(0.5)
    os._exit(3)

@contained
def environment(request):
    return " ".join(os.environ)
"""


@pytest.fixture
async def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[object]:
    """Return what calls a function of a package."""
    (tmp_path / "acme_contained.py").write_text(CODE, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    functions = InstalledFunctions({})
    deadline = datetime.now(UTC) + timedelta(seconds=30)
    request = replace(OLD, deadline=deadline, said=(Said("Bob", "Hello"),))

    def call(name: str, **changes: object):
        child = ChildProcess(f"acme_contained:{name}", 512, {"HOME": "/", "TOKEN": "theirs"})
        functions.functions = {name: RunnableFunction(print, child=child)}
        return functions.answer(name, replace(request, **changes))

    yield call
    await functions.close()


async def heard(pieces):
    return [piece async for piece in pieces]


async def test_it_answers_in_pieces_with_sources_whatever_it_prints(installed):
    *texts, source = await heard(installed("answering"))

    assert "".join(texts) == "Where?" + "!" * 300_000
    assert source == Source("A", "https://a.example")


async def test_it_gets_the_whole_request(installed):
    answer = "".join(await heard(installed("repeating")))

    assert answer == f"Hello\nU1\n1.0\n{OLD.key}\n0:00:00"


async def test_it_learns_who_has_a_part_in_the_question(installed):
    guest, admin = Author("U1", "Gus", Role.GUEST), Author("U2", "Ada", Role.ADMIN)
    request = {"asker": None, "authors": (guest, admin), "said": (Said("Ada", "Hello", admin),)}

    (answer,) = await heard(installed("naming", **request))
    assert answer == repr([("U1", Role.GUEST), ("U2", Role.ADMIN), "Ada", Role.GUEST])


async def test_one_that_knows_only_a_single_asker_is_told_that_there_are_several(installed):
    with pytest.raises(FunctionNeedsAsker):
        await heard(installed("last_version", asker=None))


async def test_a_refusal_goes_through(installed):
    with pytest.raises(FunctionRefused, match=r"Which . order"):
        await heard(installed("refusing"))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("failing", "KeyboardInterrupt"),
        ("exiting", "exit status 3"),
        ("crashing", "SIGSEGV"),
        ("hungry", "MemoryError"),
        ("missing", "AttributeError"),
        ("mute", "closed its output"),
    ],
)
async def test_what_it_does_to_its_process_is_a_failure(installed, name, why, caplog):
    with pytest.raises(FunctionFailed) as failed:
        await heard(installed(name))

    assert why in str(failed.value)
    assert "secret" not in f"{failed.value}{[vars(one) for one in caplog.records]}"


async def test_it_is_killed_with_all_it_has_started(installed):
    began = time.monotonic()
    async with aclosing(installed("endless")) as pieces:
        pids = [int(pid) for pid in (await anext(pieces)).split()]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await anext(pieces)

    assert time.monotonic() - began < 10
    await eventually(lambda: not any(map(is_running, pids)))


async def test_what_it_leaves_behind_when_it_ends_is_killed_too(installed):
    pieces = installed("parting")
    pid = int(await anext(pieces))
    with pytest.raises(FunctionFailed):
        await anext(pieces)

    await eventually(lambda: not is_running(pid))


async def test_a_flood_of_pieces_does_not_hold_up_the_bot(installed):
    async def longest_pause():
        longest = 0.0
        while True:
            began = time.monotonic()
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                return longest
            longest = max(longest, time.monotonic() - began)

    pausing = asyncio.create_task(longest_pause())
    pieces = await heard(installed("flooding"))
    pausing.cancel()

    assert pieces[-1] == "Here."
    assert await pausing < 1


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="asyncio has no policies any more")
async def test_it_is_started_whatever_policy_a_package_has_set(installed):
    class NoWatcher(asyncio.DefaultEventLoopPolicy):  # as uvloop's
        def get_child_watcher(self):
            raise NotImplementedError

    usual = asyncio.get_event_loop_policy()
    try:
        asyncio.set_event_loop_policy(NoWatcher())
        answer = "".join(await heard(installed("repeating")))
    finally:
        asyncio.set_event_loop_policy(usual)
    assert answer.startswith("Hello")


async def test_its_environment_is_what_it_is_given(installed):
    (names,) = await heard(installed("environment"))

    assert {"HOME", "TOKEN"} <= set(names.split())
    assert not {name for name in names.split() if name.startswith(("SLACK", "OPENAI", "PANEL"))}


def is_running(pid: int) -> bool:
    """Whether there is such a process that has not ended."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
