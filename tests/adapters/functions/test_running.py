import asyncio
import logging
import threading
from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from bot.adapters.functions.running import InstalledFunctions
from bot.functions import Asker, FunctionRefused, Reply, Request, Source, Thread
from bot.panel.errors import FunctionFailed, FunctionMissing
from tests.eventually import eventually

REQUEST = Request(
    question="Where?",
    brief="",
    said=(),
    asker=Asker("U1", "Ada"),
    thread=Thread("T1", "C1", "1.0"),
    files=(),
    deadline=datetime.now(UTC),
    key="T1:C1:1.0/call_1",
)
SOURCE = Source("Order 7", "https://orders.example/7")


async def heard(function):
    return [piece async for piece in InstalledFunctions({"one": function}).answer("one", REQUEST)]


def plain(request):
    return f"{request.question} Here."


def with_sources(_request):
    return Reply("Here.", (SOURCE,))


def in_pieces(_request):
    yield "Here"
    yield SOURCE
    yield "."


async def later(request):
    await asyncio.sleep(0)
    return f"{request.question} Here."


async def later_with_sources(_request):
    return Reply("Here.", (SOURCE,))


async def later_in_pieces(_request):
    yield "Here"
    await asyncio.sleep(0)
    yield SOURCE


@pytest.mark.parametrize(
    ("function", "pieces"),
    [
        (plain, ["Where? Here."]),
        (with_sources, ["Here.", SOURCE]),
        (in_pieces, ["Here", SOURCE, "."]),
        (later, ["Where? Here."]),
        (later_with_sources, ["Here.", SOURCE]),
        (later_in_pieces, ["Here", SOURCE]),
    ],
)
async def test_a_function_answers_in_every_way_it_may(function, pieces):
    assert await heard(function) == pieces


async def test_one_that_is_not_async_does_not_hold_up_the_others():
    go, where = threading.Event(), []

    def slow(_request):
        where.append(threading.current_thread())
        go.wait(10)
        return "Done."

    waiting = asyncio.create_task(heard(slow))
    await eventually(lambda: where)
    go.set()

    assert await waiting == ["Done."]
    assert where[0] is not threading.main_thread()
    assert where[0].daemon


def refusing(_request):
    raise FunctionRefused("Which order?")


async def later_refusing(_request):
    raise FunctionRefused("Which order?")


@pytest.mark.parametrize("function", [refusing, later_refusing])
async def test_a_refusal_comes_as_it_is(function):
    with pytest.raises(FunctionRefused, match=r"Which order\?"):
        await heard(function)


def broken(_request):
    raise ValueError("secret words")


async def later_broken(_request):
    raise TimeoutError("secret words")


def leaving(_request):
    raise SystemExit("secret words")


async def later_leaving(_request):
    raise SystemExit("secret words")


async def cancelling_itself(_request):
    raise asyncio.CancelledError("secret words")


def number(_request):
    return 7


async def later_number(_request):
    yield 7


@pytest.mark.parametrize(
    "function",
    [
        broken, later_broken, leaving, later_leaving, cancelling_itself, number, later_number,
    ],
)  # fmt: skip
async def test_whatever_else_goes_wrong_is_logged_without_its_words(function, caplog):
    with caplog.at_level(logging.WARNING), pytest.raises(FunctionFailed) as failed:
        await heard(function)

    (record,) = caplog.records
    assert record.expert == "one"
    assert record.error
    assert ".py:" in record.at
    assert "secret" not in f"{vars(record)}{failed.value}{failed.value.__cause__}"


async def test_a_function_that_is_not_there_is_missing():
    with pytest.raises(FunctionMissing):
        [piece async for piece in InstalledFunctions({}).answer("one", REQUEST)]


async def test_an_async_function_is_cancelled_with_the_turn():
    over = []

    async def endless(_request):
        try:
            await asyncio.Event().wait()
        finally:
            over.append(True)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await heard(endless)
    assert over == [True]


async def test_a_thread_that_nobody_hears_any_more_ends_at_its_next_piece():
    made = []

    def endless(_request):
        while True:
            made.append(True)
            yield "more"

    pieces = InstalledFunctions({"one": endless}).answer("one", REQUEST)
    async with aclosing(pieces):
        assert await anext(pieces) == "more"
    await eventually(lambda: REQUEST.key not in {one.name for one in threading.enumerate()})
    assert made
