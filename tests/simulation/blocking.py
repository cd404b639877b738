"""BLPOP, which would make everybody wait: here, clients wait until others fill the list."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.simulation.loop import SimulatedLoop
from tests.simulation.redis_server import RedisServer, Reply

_FILLING = {b"EVAL", b"EVALSHA", b"EXEC", b"RPUSH", b"LPUSH"}
_NOTHING = b"$-1"


@dataclass(eq=False, slots=True)
class Waiter:
    """A client that waits."""

    key: bytes
    give: Callable[[Reply | None], None]  # the element; None: its time is up
    is_there: Callable[[], bool]
    timer: asyncio.TimerHandle = field(init=False)


class Waiters:
    """Who waits for the first element of a list: served in the order in which they came."""

    def __init__(self, loop: SimulatedLoop, server: RedisServer) -> None:
        self.all: list[Waiter] = []
        self._loop = loop
        self._session = server.session()

    def wait(
        self,
        key: bytes,
        seconds: float,
        give: Callable[[Reply | None], None],
        is_there: Callable[[], bool] = lambda: True,
    ) -> Waiter:
        """Let a client wait for so many *seconds*; 0: for ever."""
        waiter, loop = Waiter(key, give, is_there), self._loop
        timer = (seconds or 1e9, self._give, waiter, None)
        waiter.timer = loop.call_later(*timer, context=loop.world)
        self.all.append(waiter)
        self._serve()
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """Let it wait no more."""
        waiter.timer.cancel()
        if waiter in self.all:
            self.all.remove(waiter)

    def look(self, command: bytes) -> None:
        """Give them what *command* may have put into their lists."""
        if self.all and command.upper() in _FILLING:
            self._serve()

    def _serve(self) -> None:
        for waiter in [*self.all]:
            if not waiter.is_there():
                self.leave(waiter)
            elif not (element := self._session.ask(b"LPOP", waiter.key)).startswith(_NOTHING):
                self._give(waiter, element)

    def _give(self, waiter: Waiter, element: Reply | None) -> None:
        self.leave(waiter)
        waiter.give(element)
