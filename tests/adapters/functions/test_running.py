import asyncio
import functools
import gc
import logging
import os
import signal
import threading
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from bot.adapters.functions import function_loop, running
from bot.adapters.functions.running import MOST_ABANDONED, InstalledFunctions, RunnableFunction
from bot.functions import Asker, FunctionRefused, Reply, Request, Source, Thread
from bot.panel.errors import FunctionFailed, FunctionMissing, FunctionNeedsAsker, FunctionOff
from bot.panel.turn.consulting.function_answer import MOST_SOURCES
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


@pytest.fixture
async def installed() -> AsyncIterator[InstalledFunctions]:
    """The functions of one package."""
    functions = InstalledFunctions({})
    yield functions
    await functions.close()


@pytest.fixture
def heard(installed):
    """Return what a function answers."""

    async def listen(function, request=REQUEST):
        installed.functions = {"one": RunnableFunction(function, "acme")}
        async with asyncio.timeout(10):
            return [piece async for piece in installed.answer("one", request)]

    return listen


class Text(str):
    """A text that does more than a text."""

    def __str__(self):
        raise ValueError("secret words")


class Plain:
    def __call__(self, request):
        return f"{request.question} Here."

    def method(self, request):
        return f"{request.question} Here."

    async def later(self, request):
        return f"{request.question} Here."

    @staticmethod
    def static(request):
        return f"{request.question} Here."


class Later:
    async def __call__(self, request):
        await asyncio.sleep(0)
        return f"{request.question} Here."


class LaterInPieces:
    async def __call__(self, request):
        yield f"{request.question} Here."


class Awaitable:
    """Neither a coroutine nor a task."""

    def __init__(self, answer):
        self.answer = answer

    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        return self.answer


class Pieces:
    """An asynchronous iterator that is no generator."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.pieces:
            raise StopAsyncIteration
        return self.pieces.pop(0)


class OwnIterator:
    """An iterator that is no generator."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)

    def __iter__(self):
        return self

    def __next__(self):
        if not self.pieces:
            raise StopIteration
        return self.pieces.pop(0)


def plain(request):
    return f"{request.question} Here."


async def later(request):
    await asyncio.sleep(0)
    return f"{request.question} Here."


def in_pieces(request):
    yield f"{request.question} "
    yield "Here."
    return "ignored"


async def later_in_pieces(request):
    yield f"{request.question} "
    await asyncio.sleep(0)
    yield "Here."


@functools.wraps(later)
def decorated(request):
    return later(request)


async def resolving_to_pieces(request):
    return in_pieces(request)


async def resolving_to_later_pieces(request):
    return later_in_pieces(request)


async def resolving_to_awaitable(request):
    return Awaitable(later(request))


async def in_a_task(request):
    return await asyncio.create_task(later(request))


def with_one_more(request, more):
    return f"{request.question}{more}"


async def later_with_one_more(request, more):
    return f"{request.question}{more}"


def own_loop(request):
    return asyncio.run(later(request))


KINDS = {
    "function": plain,
    "lambda": lambda request: f"{request.question} Here.",
    "async function": later,
    "generator": in_pieces,
    "async generator": later_in_pieces,
    "returns a coroutine": lambda request: later(request),
    "returns an async generator": lambda request: later_in_pieces(request),
    "returns a generator": lambda request: in_pieces(request),
    "returns an awaitable": lambda request: Awaitable(plain(request)),
    "returns an async iterator": lambda request: Pieces(request.question, " ", "Here."),
    "returns an iterator": lambda request: OwnIterator(request.question, " ", "Here."),
    "returns a map": lambda request: map(str, (request.question, " Here.")),
    "resolves to an iterator": resolving_to_pieces,
    "resolves to an async iterator": resolving_to_later_pieces,
    "resolves to an awaitable": resolving_to_awaitable,
    "uses a task": in_a_task,
    "runs a loop": own_loop,
    "object": Plain(),
    "async object": Later(),
    "async generator object": LaterInPieces(),
    "method": Plain().method,
    "async method": Plain().later,
    "static method": Plain.static,
    "partial": functools.partial(with_one_more, more=" Here."),
    "async partial": functools.partial(later_with_one_more, more=" Here."),
    "partial of an async object": functools.partial(Later()),
    "partial of a generator": functools.partial(in_pieces),
    "partial of an async generator": functools.partial(later_in_pieces),
    "decorated": decorated,
    "cached": functools.lru_cache(plain),
    "subclass of text": lambda request: Text(plain(request)),
    "yields subclasses of text": lambda _request: iter([Text("Where? "), Text("Here.")]),
    "reply": lambda request: Reply(plain(request)),
    "async reply": lambda request: Awaitable(Reply(plain(request))),
    "reply without sources": lambda request: Reply(plain(request), None),
}


@pytest.mark.parametrize("function", KINDS.values(), ids=KINDS)
async def test_a_function_may_be_whatever_can_be_called(function, heard):
    answer = await heard(function)

    assert "".join(answer) == "Where? Here."
    assert {type(piece) for piece in answer} == {str}


async def sources_later(_request):
    yield "Here"
    yield SOURCE


@pytest.mark.parametrize(
    "function",
    [
        lambda _: Reply("Here", (SOURCE,)),
        lambda _: Reply("Here", [SOURCE]),
        lambda _: Reply("Here", (source for source in [SOURCE])),
        lambda _: Awaitable(Reply("Here", (SOURCE,))),
        lambda _: iter(["Here", SOURCE]),
        lambda _: Reply("Here", (Source(Text("Order 7"), Text("https://orders.example/7")),)),
        sources_later,
    ],
)
async def test_sources_come_as_plain_ones(function, heard):
    text, source = await heard(function)

    assert (text, source) == ("Here", SOURCE)
    assert type(source.title) is str


async def test_one_that_is_not_async_does_not_hold_up_the_others(heard):
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


async def refusing_in_a_group(request):
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(later_refusing(request))


def forking(_request):
    return str(os.fork())


async def later_forking(_request):
    yield "Forked: "
    yield str(os.fork())


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("function", [forking, later_forking])
async def test_a_copy_of_the_bot_that_it_makes_ends_with_its_call(function, heard):
    *_, copy = await heard(function)

    def has_ended():
        return os.waitpid(int(copy), os.WNOHANG)[0] == int(copy)

    try:
        await eventually(has_ended)
    finally:
        with suppress(ProcessLookupError):
            os.kill(int(copy), signal.SIGKILL)


@pytest.mark.parametrize("is_async", [False, True])
async def test_one_that_knows_only_a_single_asker_is_told_that_there_are_several(heard, is_async):
    async def waits(request):
        return request.asker.id

    function = waits if is_async else lambda request: request.asker.name
    with pytest.raises(FunctionNeedsAsker):
        await heard(function, replace(REQUEST, asker=None))


async def test_what_an_asker_never_had_is_a_failure_as_ever(heard):
    with pytest.raises(FunctionFailed) as failed:
        await heard(lambda request: request.asker.locale, replace(REQUEST, asker=None))
    assert type(failed.value) is FunctionFailed


@pytest.mark.parametrize("function", [refusing, later_refusing, refusing_in_a_group])
async def test_a_refusal_comes_as_it_is(function, heard):
    with pytest.raises(FunctionRefused, match=r"Which order\?"):
        await heard(function)


class OwnError(BaseException):
    pass


class Unspeakable(Exception):
    def __str__(self):
        raise ValueError("secret words")

    __repr__ = __str__


class UnspeakableRefusal(FunctionRefused):
    def __str__(self):
        raise KeyboardInterrupt("secret words")


ERRORS = [
    ValueError("secret words"),
    TimeoutError("secret words"),
    KeyboardInterrupt("secret words"),
    SystemExit("secret words"),
    GeneratorExit("secret words"),
    MemoryError("secret words"),
    RecursionError("secret words"),
    StopIteration("secret words"),
    StopAsyncIteration("secret words"),
    asyncio.CancelledError("secret words"),
    BaseExceptionGroup("secret words", [KeyboardInterrupt("secret words"), SystemExit(3)]),
    OwnError("secret words"),
    Unspeakable(),
    UnspeakableRefusal(),
]


def raising(error):  # noqa: C901 - each is short
    """Return functions that raise *error*, each elsewhere."""

    def function(_request):
        raise error

    def generator(_request):
        raise error
        yield

    def after_a_piece(_request):
        yield "Here"
        raise error

    def finally_(_request):
        try:
            yield "Here"
        finally:
            raise error

    async def coroutine(_request):
        raise error

    async def after_a_pause(_request):
        await asyncio.sleep(0)
        raise error

    async def in_a_task(_request):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(coroutine(_request))

    async def left_in_a_task(_request):
        task = asyncio.create_task(coroutine(_request))
        await asyncio.sleep(0.01)
        await task

    async def async_generator(_request):
        yield "Here"
        raise error

    async def async_finally(_request):
        try:
            yield "Here"
        finally:
            raise error

    class AtIteration:
        def __aiter__(self):
            raise error

    class AtItsEnd(Pieces):
        async def aclose(self):
            raise error

    return [
        function, generator, after_a_piece, finally_, coroutine, after_a_pause, in_a_task,
        left_in_a_task, async_generator, async_finally,
        lambda _: AtIteration(), lambda _: AtItsEnd("Here"), lambda _: Awaitable(AtIteration()),
    ]  # fmt: skip


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_whatever_it_raises_is_logged_without_its_words(error, heard, caplog):
    for function in raising(error):
        caplog.clear()
        error.__traceback__ = None
        with caplog.at_level(logging.WARNING), pytest.raises(FunctionFailed) as failed:
            await heard(function)

        record = next(one for one in caplog.records if one.msg == "function.failed")
        assert record.expert == "one"
        assert record.error
        assert record.at
        assert "secret" not in f"{[vars(one) for one in caplog.records]}{failed.value}"
        assert failed.value.__cause__ is None
    assert await heard(later) == ["Where? Here."]  # the loop goes on


def deep(request):
    return deep(request)


async def number_later(_request):
    yield 7


async def nested(_request):
    return nested(_request)


@dataclass
class Odd:
    text: object = 7


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lambda _: 7, "answers with a value of the type int"),
        (lambda _: None, "answers with nothing"),
        (lambda _: b"Here", "answers with a value of the type bytes"),
        (lambda _: ["Here"], "answers with a value of the type list"),
        (lambda _: Odd(), "answers with a value of the type Odd"),
        (lambda _: SOURCE, "answers with a value of the type Source"),
        (lambda _: iter(["Here", 7]), "yields a value of the type int"),
        (lambda _: iter([Reply("Here")]), "yields a value of the type Reply"),
        (number_later, "yields a value of the type int"),
        (lambda _: Reply(7), "has a value of the type int as the text of a Reply"),
        (lambda _: Reply("Here", ["https://a.b"]), "has a value of the type str among the sources"),
        (lambda _: Reply("Here", 7), "TypeError"),
        (lambda _: Reply("Here", (Source(7),)), "has a value of the type int as a title"),
        (lambda _: Reply("Here", (Source("A", ["x"]),)), "has a value of the type list as an addr"),
        (lambda: "Here", "TypeError"),
        (nested, "an awaitable of an awaitable"),
        (deep, "RecursionError"),
    ],
)
async def test_what_is_no_answer_is_named_in_the_log(function, why, heard, caplog):
    with caplog.at_level(logging.WARNING), pytest.raises(FunctionFailed) as failed:
        await heard(function)

    assert why in str(failed.value)
    assert why in f"{caplog.records[0].error}: {caplog.records[0].at}"


async def test_a_function_that_is_not_there_is_missing(installed):
    with pytest.raises(FunctionMissing):
        [piece async for piece in installed.answer("one", REQUEST)]


async def test_an_async_function_is_cancelled_with_the_turn(heard):
    over = []

    async def endless(_request):
        try:
            await asyncio.Event().wait()
        finally:
            over.append(True)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await heard(endless)
    await eventually(lambda: over)


async def test_a_thread_that_nobody_hears_any_more_ends_at_its_next_piece(installed):
    made = []

    def endless(_request):
        while True:
            made.append(True)
            yield "more"

    installed.functions = {"one": RunnableFunction(endless)}
    pieces = installed.answer("one", REQUEST)
    async with aclosing(pieces):
        assert await anext(pieces) == "more"
    await eventually(lambda: REQUEST.key not in {one.name for one in threading.enumerate()})
    assert 0 < len(made) < 500  # it does not run far ahead


async def test_an_async_generator_does_not_run_far_ahead_either(installed):
    made, over = [], []

    async def endless(_request):
        try:
            while True:
                made.append(True)
                yield "more"
        finally:
            over.append(True)

    installed.functions = {"one": RunnableFunction(endless)}
    pieces = installed.answer("one", REQUEST)
    async with aclosing(pieces):
        assert await anext(pieces) == "more"
        await asyncio.sleep(0.05)
    await eventually(lambda: over)
    assert len(made) < 500


@pytest.fixture
def stubborn():
    """Functions that do not end when they are cancelled, only with the test."""
    over = threading.Event()

    async def swallowing(_request):
        while not over.is_set():
            with suppress(BaseException):
                await asyncio.sleep(0.05)
        return "Too late."

    async def closing_badly(_request):
        try:
            yield "Here"
            await asyncio.sleep(20)
        finally:
            while not over.is_set():
                with suppress(BaseException):
                    await asyncio.sleep(0.05)

    async def blocking(_request):
        over.wait(20)
        yield "Too late."

    def in_a_thread(_request):
        over.wait(20)
        return "Too late."

    yield [swallowing, closing_badly, blocking, in_a_thread]
    over.set()


@pytest.mark.parametrize("which", range(4))
async def test_one_that_does_not_end_is_abandoned_and_off_in_the_end(
    which, stubborn, installed, monkeypatch, caplog
):
    monkeypatch.setattr(running, "GRACE", 0.05)
    installed.functions = {
        "one": RunnableFunction(stubborn[which], "acme"),
        "two": RunnableFunction(later, "other"),
    }

    async def listen():
        async with asyncio.timeout(0.1):
            return [piece async for piece in installed.answer("one", REQUEST)]

    for _ in range(MOST_ABANDONED):
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            await listen()
        assert time.monotonic() - began < 1
    await eventually(lambda: installed.off)

    with pytest.raises(FunctionOff):
        await listen()
    abandoned = [one for one in caplog.records if one.msg == "function.abandoned"]
    assert [one.abandoned for one in abandoned] == [1, 2, 3, 4, 5]
    assert [piece async for piece in installed.answer("two", REQUEST)] == ["Where? Here."]


def noted(caplog):
    """Return what was logged of functions that block their loop."""
    return [one for one in caplog.records if one.msg.startswith("function.blocked")]


async def test_one_that_blocks_the_loop_is_named_and_answers_in_the_end(heard, caplog):
    async def sleeping(_request):
        time.sleep(1.6)  # noqa: ASYNC251 - that is its fault
        return "Here."

    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.05)
            ticks += 1

    ticking = asyncio.create_task(tick())
    assert await heard(sleeping) == ["Here."]
    ticking.cancel()

    assert ticks > 10  # the bot went on
    await eventually(lambda: len(noted(caplog)) == 2)  # the second comes right after the answer
    blocked, over = noted(caplog)
    assert (blocked.expert, over.expert) == ("one", "one")
    assert __file__ in blocked.at
    assert over.seconds == pytest.approx(1.6, abs=0.7)


async def test_others_of_its_package_get_another_loop(installed, stubborn, monkeypatch):
    monkeypatch.setattr(function_loop, "BLOCKED", 0.3)
    installed.functions = {
        "one": RunnableFunction(stubborn[2], "acme"),
        "two": RunnableFunction(later, "acme"),
    }
    blocked = asyncio.create_task(anext(installed.answer("one", REQUEST)))
    await asyncio.sleep(0)
    for _ in range(2):  # it waits at first, and then no more
        assert [piece async for piece in installed.answer("two", REQUEST)] == ["Where? Here."]
    blocked.cancel()


async def test_functions_of_a_package_share_a_loop(installed):
    async def which(_request):
        return str(id(asyncio.get_running_loop()))

    installed.functions = {
        "one": RunnableFunction(which, "acme"),
        "two": RunnableFunction(which, "acme"),
        "three": RunnableFunction(which, "other"),
    }
    loops = [await anext(installed.answer(one, REQUEST)) for one in ("one", "one", "two", "three")]

    assert len(set(loops)) == 2
    assert loops[0] == loops[1] == loops[2] != str(id(asyncio.get_running_loop()))


async def test_what_it_leaves_behind_is_logged_without_its_words(heard, caplog):
    async def failing():
        raise SystemExit("secret words")

    async def leaving(_request):
        asyncio.get_running_loop().create_task(failing())
        await asyncio.sleep(0.01)
        asyncio.get_running_loop().stop()
        return "Here."

    assert await heard(leaving) == ["Here."]
    assert await heard(later) == ["Where? Here."]
    gc.collect()
    assert "secret" not in str([vars(one) for one in caplog.records])


async def test_a_loop_that_a_function_closes_or_spoils_is_of_no_matter_to_others(
    installed, caplog, monkeypatch
):
    monkeypatch.setattr(running, "GRACE", 0.1)

    async def closing(_request):
        loop = asyncio.get_running_loop()

        def close():
            while not loop.is_closed():
                with suppress(Exception):  # it still runs, or its own thread closes it
                    loop.call_soon_threadsafe(loop.stop)
                    loop.close()

        threading.Thread(target=close).start()
        await asyncio.sleep(60)

    async def spoiling(_request):
        asyncio.get_running_loop().set_task_factory(lambda *_, **__: 1 / 0)
        return "Here."

    installed.functions = {
        "one": RunnableFunction(closing, "acme"),
        "two": RunnableFunction(later, "acme"),
        "three": RunnableFunction(spoiling, "acme"),
    }
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), aclosing(installed.answer("one", REQUEST)) as pieces:
            await anext(pieces)
    for name in ("two", "three", "two"):
        async with asyncio.timeout(5):
            assert [piece async for piece in installed.answer(name, REQUEST)]
    assert sum("left_loop" in one.msg for one in caplog.records) < 3


async def test_a_reply_has_so_many_sources_and_no_endless_ones(heard):
    async def endless(_request):
        sources = (Source("x" * 1_000, "https://" + "x" * 5_000) for _ in iter(int, 1))
        return Reply("Here.", sources)

    _, first, *more = await heard(endless)

    assert first == Source("x" * 300, "")
    assert len(more) == MOST_SOURCES - 1


async def test_one_that_cannot_be_started_has_failed(installed, monkeypatch):
    monkeypatch.setattr(installed, "_loop", lambda _: 1 / 0)
    installed.functions = {"one": RunnableFunction(later, "acme")}

    with pytest.raises(FunctionFailed, match="ZeroDivisionError"):
        await anext(installed.answer("one", REQUEST))
