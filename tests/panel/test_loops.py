"""Loops go on whatever happens in them, and say so once a minute."""

import asyncio
import logging

import pytest

from bot import runtime
from bot.panel import loops
from bot.panel.errors import StoreUnavailable
from bot.panel.loops import Trouble, forever
from bot.panel.retries import Backoff
from tests.eventually import eventually

LOADING = StoreUnavailable("Redis is unavailable (LOADING): soon", code="LOADING")


async def fail(error: Exception) -> None:
    raise error


async def run(*outcomes: BaseException | None) -> int:
    """Let a loop meet each of *outcomes*; returns how many rounds it made."""
    left, over, rounds = list(outcomes), asyncio.Event(), 0

    async def round_() -> None:
        nonlocal rounds
        rounds += 1
        if not left:
            over.set()
            await asyncio.Event().wait()
        outcome = left.pop(0)
        if isinstance(outcome, ExceptionGroup):  # before Python 3.13, it leaves its task marked
            async with asyncio.TaskGroup() as tasks:
                for error in outcome.exceptions:
                    tasks.create_task(fail(error))
        elif outcome:
            raise outcome

    loop = asyncio.create_task(forever(round_, "queue.unavailable"))
    await over.wait()
    loop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loop
    return rounds


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(loops, "_BACKOFF", Backoff((0.001,), endless=True))


@pytest.mark.parametrize(
    "error",
    [
        LOADING,
        TypeError("a mistake of ours"),
        OSError("no route"),
        ExceptionGroup("several", [LOADING, ValueError("another")]),
        asyncio.CancelledError("of something that the loop waited for"),
    ],
)
async def test_no_error_ends_a_loop(error):
    assert await run(error, error, None, error) == 5


async def test_a_stray_cancellation_after_a_group_that_failed_ends_no_loop():
    several = ExceptionGroup("several", [LOADING, ValueError("another")])
    assert await run(several, asyncio.CancelledError("of something else"), None) == 4


async def test_each_kind_of_error_is_told_once_a_minute_and_that_it_is_over(caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    time = [1000.0]
    monkeypatch.setattr(runtime, "monotonic", lambda: time[0])
    trouble = Trouble("queue.unavailable")

    for _ in range(3):
        trouble.tell(LOADING)
    trouble.tell(StoreUnavailable("Redis is unavailable (OOM): full", code="OOM"))
    time[0] += 61
    trouble.tell(LOADING)
    trouble.over()
    trouble.over()

    lines = [
        (r.message, getattr(r, "reason", ""), getattr(r, "failures", 0)) for r in caplog.records
    ]
    assert lines == [
        ("queue.unavailable", "Redis is unavailable (LOADING): soon", 1),
        ("queue.unavailable", "Redis is unavailable (OOM): full", 4),
        ("queue.unavailable", "Redis is unavailable (LOADING): soon", 5),
        ("queue.unavailable.over", "", 5),
    ]


async def test_a_mistake_of_ours_is_logged_with_where_it_was_made(caplog):
    await run(TypeError("what people wrote"))

    (record,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert record.reason == "TypeError"
    assert record.exc_info


async def test_pauses_grow_and_begin_anew_when_it_works_again(monkeypatch):
    monkeypatch.undo()
    slept: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await real(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    await run(*[LOADING] * 6, None, LOADING)

    pauses = [round(seconds, 1) for seconds in slept if seconds]
    assert pauses[0] < pauses[1] < pauses[2] < pauses[3] < pauses[4]
    assert max(pauses) <= 5 * 1.25
    assert pauses[-1] <= 0.3


async def test_a_loop_that_runs_meanwhile_has_ended_after_the_block():
    rounds: list[str] = []

    async def round_() -> None:
        rounds.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            rounds.append("ended")

    async with loops.meanwhile(round_, "x.failed", every=0):
        await eventually(lambda: rounds)

    assert rounds == ["begun", "ended"]
