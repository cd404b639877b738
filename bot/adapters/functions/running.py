"""Running functions, none of which can hold up the bot.

A call whose answer nobody waits for any more is cancelled. If it does not end, it is abandoned; an
expert with several of these is off until the process starts anew.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import chain

from bot.adapters.functions.function_call import FunctionCall, failed
from bot.adapters.functions.function_loop import FunctionLoop
from bot.adapters.functions.process_call import ChildProcess, ProcessCall
from bot.functions import Function, Piece, Request
from bot.panel.errors import FunctionMissing, FunctionOff
from bot.panel.language_model.language_model import Functions

log = logging.getLogger(__name__)

GRACE = 1.0  # seconds that a function has to end after it was cancelled
MOST_ABANDONED = 5  # calls of an expert that have not ended, before it is off
_PROBES = 0.25  # seconds between two looks at the loops


@dataclass(frozen=True, slots=True)
class RunnableFunction:
    """A function and where it runs: in this process, or in a *child* process.

    Functions of one *package* share an event loop, and so may share clients; while one of them
    blocks it, those that are called get another.
    """

    function: Function
    package: str = ""
    child: ChildProcess | None = None


@dataclass(eq=False, slots=True)
class InstalledFunctions(Functions):
    """The functions of installed packages, by the names of their experts."""

    functions: Mapping[str, RunnableFunction]
    off: set[str] = field(default_factory=set)  # experts that are off until the next start
    _loops: dict[str, list[FunctionLoop]] = field(default_factory=dict)  # by package
    _calls: set[FunctionCall | ProcessCall] = field(default_factory=set)  # that have not ended
    _watching: asyncio.Task[None] | None = None

    async def answer(self, name: str, request: Request) -> AsyncGenerator[Piece, None]:
        function = self.functions.get(name)
        if function is None:
            raise FunctionMissing(name)
        if name in self.off:
            raise FunctionOff(name)
        try:
            call = self._start(name, function, request)
        except Exception as error:  # noqa: BLE001 - no threads; a package's policy makes no loops
            raise failed(name, type(error).__name__, "starting it") from None
        try:
            async with aclosing(call.pieces()) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            call.close()
            if not call.ended.is_set():
                asyncio.get_running_loop().call_later(GRACE, self._abandon, call)

    async def close(self) -> None:
        """Let cancelled calls end, for a short time; what still runs then ends with the process."""
        waited_for = [call for call in self._calls if not call.is_abandoned]
        ends = [asyncio.create_task(call.ended.wait()) for call in waited_for]
        if ends:
            _, late = await asyncio.wait(ends, timeout=GRACE)
            for task in late:
                task.cancel()
        for loop in chain(*self._loops.values()):
            loop.close()
        if self._watching is not None:
            self._watching.cancel()

    def _start(
        self, name: str, function: RunnableFunction, request: Request
    ) -> FunctionCall | ProcessCall:
        call: FunctionCall | ProcessCall
        if function.child is not None:
            call = ProcessCall(name, function.child, request)
        else:
            call = FunctionCall(name, function.function, request, self._loop(function.package))
            call.start()
        self._calls.add(call)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        return call

    def _loop(self, package: str) -> FunctionLoop:
        loops = self._loops.setdefault(package, [])
        loops[:] = [loop for loop in loops if not loop.is_closed]
        usable = next((loop for loop in loops if not loop.is_blocked), None)
        if usable is None:
            loops.append(usable := FunctionLoop())
        return usable

    def _idle_loop(self, package: str) -> FunctionLoop:
        """Return a loop for one call alone, which may be as bad as the one it waited for."""
        in_use = {call.loop for call in self._calls if isinstance(call, FunctionCall)}
        loops = self._loops[package]
        idle = next((one for one in loops if one not in in_use and not one.is_closed), None)
        if idle is None:
            loops.append(idle := FunctionLoop())
        return idle

    async def _watch(self) -> None:
        while self._calls:
            for loop in chain(*self._loops.values()):
                loop.probe()
            self._calls = {call for call in self._calls if not call.ended.is_set()}
            for call in self._calls:
                if isinstance(call, FunctionCall) and call.loop.is_blocked:
                    call.move(self._idle_loop(self.functions[call.expert].package))
            await asyncio.sleep(_PROBES)

    def _abandon(self, call: FunctionCall | ProcessCall) -> None:
        if call.ended.is_set():
            return
        name, call.is_abandoned = call.expert, True
        running = sum(other.is_abandoned for other in self._calls if other.expert == name)
        log.warning("function.abandoned", extra={"expert": name, "abandoned": running})
        if running >= MOST_ABANDONED and name not in self.off:
            self.off.add(name)
            log.error("function.off", extra={"expert": name, "abandoned": running})
