"""Running a function: on the event loop, or in a thread of its own.

The thread is a daemon and not from a pool: one that never ends blocks neither other functions nor
the shutdown of the worker.
"""

import asyncio
import inspect
import logging
import threading
import traceback
from collections.abc import AsyncGenerator, Awaitable, Iterator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import cast

from bot.functions import Function, FunctionRefused, Piece, Reply, Request
from bot.panel.errors import FunctionFailed, FunctionMissing
from bot.panel.language_model.functions import Functions

log = logging.getLogger(__name__)


class InstalledFunctions(Functions):
    """The functions of installed packages, by the names of their experts."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self._functions = functions

    async def answer(self, name: str, request: Request) -> AsyncGenerator[Piece, None]:
        function = self._functions.get(name)
        if function is None:
            raise FunctionMissing(name)
        try:
            async with aclosing(_pieces(function, request)) as pieces:
                async for piece in pieces:
                    yield piece
        except FunctionRefused:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a function may raise anything
            raise _failed(name, error) from None
        except asyncio.CancelledError as error:
            if _is_cancelled():
                raise
            raise _failed(name, error) from None  # raised by the function itself


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _failed(name: str, error: BaseException) -> FunctionFailed:
    """Log the type of *error* and where it was raised; not its message, which may be content."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    extra = {"expert": name, "error": type(error).__name__, "at": at}
    log.warning("function.failed", extra=extra)
    return FunctionFailed(f"{type(error).__name__} at {at}")


async def _pieces(function: Function, request: Request) -> AsyncGenerator[Piece, None]:
    if inspect.isasyncgenfunction(function):
        async with aclosing(function(request)) as pieces:
            async for piece in pieces:
                yield _checked(piece)
    elif inspect.iscoroutinefunction(function):
        for piece in _all(await cast("Awaitable[object]", function(request))):
            yield piece
    else:
        async with aclosing(_in_thread(function, request)) as pieces:
            async for piece in pieces:
                yield piece


def _all(answer: object) -> Iterator[Piece]:
    match answer:
        case str(text):
            yield text
        case Reply(text=text, sources=sources):
            yield text
            yield from sources
        case Iterator():
            yield from map(_checked, answer)
        case _:
            raise TypeError(f"a function answered with a {type(answer).__name__}")


def _checked(piece: object) -> Piece:
    if not isinstance(piece, Piece):
        raise TypeError(f"a function yielded a {type(piece).__name__}")
    return piece


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None = None


async def _in_thread(function: Function, request: Request) -> AsyncGenerator[Piece, None]:
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[Piece | _End] = asyncio.Queue()
    abandoned = threading.Event()

    def put(piece: Piece | _End) -> None:
        with suppress(RuntimeError):  # the loop is closed: the worker has shut down
            loop.call_soon_threadsafe(pieces.put_nowait, piece)

    def run() -> None:
        try:
            for piece in _all(function(request)):
                if abandoned.is_set():
                    return
                put(piece)
        except BaseException as error:  # noqa: BLE001 - also SystemExit: the reader waits for an end
            put(_End(error))
        else:
            put(_End())

    threading.Thread(target=run, daemon=True, name=request.key).start()
    try:
        while not isinstance(piece := await pieces.get(), _End):
            yield piece
        if piece.error:
            raise piece.error
    finally:
        abandoned.set()
