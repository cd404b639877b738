"""One call of a function, apart from the bot: in a thread of its own, or on a loop of functions.

Whatever the function does, the bot's side gets pieces and one end, or nothing more after a time.
"""

import asyncio
import logging
import os
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import closing, suppress
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial

from bot.adapters.functions.answers import (
    WrongAnswer,
    awaited,
    checked,
    error_of,
    is_async,
    needs_loop,
    pieces_from,
    pieces_of,
)
from bot.adapters.functions.function_loop import FunctionLoop
from bot.functions import Function, FunctionRefused, Piece, Request
from bot.panel.errors import FunctionFailed, FunctionNeedsAsker

log = logging.getLogger(__name__)

_AHEAD = 100  # pieces that a function may be ahead of its reader


@dataclass(frozen=True, slots=True)
class _End:
    error: FunctionRefused | FunctionFailed | None = None


class _NobodyReads(BaseException):
    """Ends a function that yields to nobody."""


class FunctionCall:
    """A call of a *function*; made and read on the bot's loop."""

    def __init__(
        self, expert: str, function: Function, request: Request, loop: FunctionLoop
    ) -> None:
        self.expert = expert
        self.loop = loop
        self.ended = asyncio.Event()
        self.is_abandoned = False
        self._function = function
        self._request = request
        self._home = asyncio.get_running_loop()
        self._process = os.getpid()
        self._pieces: asyncio.Queue[Piece | _End] = asyncio.Queue()
        self._places = threading.Semaphore(_AHEAD)
        self._is_closed = False
        self._waiting: Callable[[], object] | None = None  # until a loop takes it up
        self._taking_up = threading.Lock()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        try:
            if is_async(self._function):
                self._start_on_loop(self._call)
            else:
                self._start_thread(self._call)
        except Exception as error:  # noqa: BLE001 - no more threads; or a function that cannot be told
            self._end(error)

    async def pieces(self) -> AsyncGenerator[Piece, None]:
        """Yield what it answers. Raises FunctionRefused or FunctionFailed."""
        while not isinstance(piece := await self._pieces.get(), _End):
            self._places.release()
            yield piece
        if piece.error is not None:
            raise piece.error

    def move(self, loop: FunctionLoop) -> None:
        """Let another *loop* take it up, if it still waits for its own, which is blocked."""
        with self._taking_up:
            if self._waiting is not None:
                self.loop = loop
                self._start_on_loop(self._waiting)

    def close(self) -> None:
        """Cancel it if it runs: nobody reads any more."""
        self._is_closed = True
        self._places.release()
        self.loop.soon(self._cancel)

    def _call(self) -> object:
        return self._function(self._request)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _start_on_loop(self, call: Callable[[], object]) -> None:
        loop, self._waiting = self.loop, call
        loop.start(self.expert, lambda: self._take_up(loop, call))

    async def _take_up(self, loop: FunctionLoop, call: Callable[[], object]) -> None:
        with self._taking_up:
            if self.loop is not loop:  # another one has taken it up meanwhile
                return
            self._waiting, self._task = None, asyncio.current_task()
        await self._on_loop(call)

    def _start_thread(self, answer: Callable[[], object]) -> None:
        work = partial(copy_context().run, self._in_thread, answer)  # its turn is logged
        threading.Thread(target=work, daemon=True, name=self._request.key).start()

    def _in_thread(self, call: Callable[[], object]) -> None:
        try:
            answer = call()
            if needs_loop(answer):
                self._start_on_loop(lambda: answer)
                return
            with closing(pieces_of(answer)) as pieces:
                for piece in pieces:
                    self._places.acquire()
                    self._put(piece)
        except BaseException as error:  # noqa: BLE001 - a function may raise anything
            self._end(error)
        else:
            self._end()

    async def _on_loop(self, call: Callable[[], object]) -> None:
        try:
            if self._is_closed:
                raise _NobodyReads  # noqa: TRY301 - as if at a piece
            answer = await awaited(call())
            if hasattr(answer, "__aiter__"):
                await self._iterate(answer)
            elif hasattr(answer, "__next__"):  # it may block
                self._start_thread(lambda: answer)
                return
            else:
                for piece in pieces_of(answer):
                    self._put(piece)
        except BaseException as error:  # noqa: BLE001 - as above; and this must not end the loop
            self._end(error)
        else:
            self._end()

    async def _iterate(self, answer: object) -> None:
        pieces = pieces_from(answer)
        try:
            async for piece in pieces:
                while not self._places.acquire(blocking=False):  # noqa: ASYNC110 - its reader is on another loop
                    await asyncio.sleep(0.01)
                self._put(piece)
        finally:
            await pieces.aclose()

    def _put(self, piece: Piece) -> None:
        if self._is_closed:
            raise _NobodyReads
        self._send(piece)

    def _end(self, error: BaseException | None = None) -> None:
        end = _End()
        if error is not None and not self._is_closed:
            end = _End(_told(self.expert, error, self._request))
        self._send(end)

    def _send(self, piece: Piece | _End) -> None:
        if os.getpid() != self._process:  # a copy of the bot that the function has made by forking
            os._exit(1)
        with suppress(RuntimeError):  # the bot's loop is closed: the worker has shut down
            self._home.call_soon_threadsafe(self._receive, piece)

    def _receive(self, piece: Piece | _End) -> None:
        self._pieces.put_nowait(piece)
        if isinstance(piece, _End):
            self.ended.set()


def _told(expert: str, error: BaseException, request: Request) -> FunctionRefused | FunctionFailed:
    """Return what the bot learns of *error*, which may be anything."""
    try:
        leaf = error_of(error)
        if request.asker is None and _is_of_nobody(leaf):
            return FunctionNeedsAsker(expert)
        if isinstance(leaf, FunctionRefused):
            return FunctionRefused(checked(str(leaf)))
        reason = str(leaf) if type(leaf) is WrongAnswer else ""
        return failed(expert, type(leaf).__name__, reason or _place(leaf) or _place(error))
    except BaseException as another:  # noqa: BLE001 - raised by the error itself
        return failed(expert, type(another).__name__, "its error cannot be read")


def _is_of_nobody(error: BaseException) -> bool:
    """Whether *error* is that of ``request.asker.id`` where there is no single asker."""
    if not isinstance(error, AttributeError):
        return False
    return error.obj is None and error.name in ("id", "name", "role")


def failed(expert: str, error: str, at: str) -> FunctionFailed:
    """Log that a function has failed, and where; not the error's message, which may be content."""
    log.warning("function.failed", extra={"expert": expert, "error": error, "at": at})
    return FunctionFailed(f"{error}: {at}")


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
