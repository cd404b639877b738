"""An event loop for functions, in a thread of its own: nothing in it can stop the bot's loop.

The thread is a daemon: a task that never ends does not keep the process from ending.
"""

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

log = logging.getLogger(__name__)

BLOCKED = 1.0  # seconds after which whoever holds up the loop is named, and others get another


class FunctionLoop:
    """The event loop of the functions of one package, which may share clients."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_log_error)
        self._experts: dict[asyncio.Task[None], str] = {}
        self._probed: float | None = None  # since when it has not responded
        self._blocking = ""  # whoever has been named for that
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, daemon=True, name="functions")
        self._thread.start()

    def start(self, expert: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run *work* as a task, from any thread."""
        self.soon(lambda: self._start(expert, work))

    def soon(self, act: Callable[[], object]) -> None:
        """Call *act* in the loop's thread, from any thread."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(act)

    @property
    def is_blocked(self) -> bool:
        """Whether a task holds it up, or has closed it."""
        return bool(self._blocking) or self.is_closed

    @property
    def is_closed(self) -> bool:
        """Whether it is of no use any more."""
        return self._loop.is_closed()

    def probe(self) -> None:
        """Look whether it responds; log who blocks it, and once more when that is over."""
        if self._probed is None:
            self._probed = self._loop.time()
            self.soon(self._respond)
        elif not self._blocking and (seconds := self._silent) >= BLOCKED:
            self._tell_who_blocks(seconds)

    def close(self) -> None:
        """End the thread; if something still runs in it, only when the process ends."""
        self._is_closing = True
        self.soon(self._loop.stop)

    @property
    def _silent(self) -> float:
        since = self._probed
        return self._loop.time() - since if since is not None else 0

    def _tell_who_blocks(self, seconds: float) -> None:
        task = asyncio.current_task(self._loop)
        if task is None:  # it is the machine that is slow
            return
        self._blocking = self._experts.get(task) or ", ".join(
            sorted({*list(self._experts.values())})
        )
        frame = sys._current_frames().get(self._thread.ident or 0)  # noqa: SLF001 - documented
        at = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else ""
        extra = {"expert": self._blocking, "seconds": round(seconds, 1), "at": at}
        log.warning("function.blocked", extra=extra)

    def _respond(self) -> None:
        if self._blocking:
            extra = {"expert": self._blocking, "seconds": round(self._silent, 1)}
            log.warning("function.blocked.over", extra=extra)
        self._blocking, self._probed = "", None

    def _start(self, expert: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = asyncio.Task(work(), loop=self._loop, name=expert)  # whatever factory was set
        self._experts[task] = expert
        task.add_done_callback(self._experts.pop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        while not self._loop.is_closed():
            if self._is_closing and not asyncio.all_tasks(self._loop):
                break
            try:
                self._loop.run_forever()
            except BaseException as error:  # noqa: BLE001 - a task of a function left the loop
                log.warning("function.left_loop", extra={"error": type(error).__name__})
        with suppress(Exception):  # a function may be closing it from a thread of its own
            self._loop.close()


def _log_error(_loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """Log what a function left behind; not the message of the error, which may be content."""
    error = context.get("exception")
    extra = {"error": type(error).__name__ if error else "", "what": context.get("message", "")}
    log.warning("function.left_behind", extra=extra)
