"""Slack's side of telling the bot what people do: each event again, until a process has it.

Slack may give an event up, as it does after some minutes; the times are a tenth of the real ones.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from itertools import repeat
from math import inf
from typing import Any, TypeVar

from tests.reckoning.records import Press, Question
from tests.simulation.domain.fleet import SLACK_WAITS, Fleet
from tests.simulation.domain.web import Web

_PAUSES = (0.1, 6.0, 30.0)  # seconds between tries, if Slack gives up after these
_LOOKED_BACK = 55.0  # seconds before a silence: what was written then is looked for, too

Wanting = TypeVar("Wanting", Question, Press)
Tell = Callable[[Web], Coroutine[Any, Any, object]]


class Events:
    """When each event, by its ts, was written, told and acknowledged, in seconds of the loop."""

    def __init__(self, fleet: Fleet, *, gives_up: bool) -> None:
        self.written: dict[str, float] = {}
        self.told: dict[str, float] = {}  # when the process had it that acknowledged it
        self.arrived: dict[str, float] = {}
        self.given_up: set[str] = set()
        self.undelivered = 0
        self._fleet = fleet
        self._gives_up = gives_up

    def send(self, event: str, tell: Tell, late: float) -> None:
        """Tell the bot of *event* after so many seconds."""
        loop = self._fleet.loop
        self.written.setdefault(event, loop.time())
        self.undelivered += 1
        loop.create_task(self._deliver(event, tell, late), context=loop.world.copy())

    def may_swap(self, one: str, other: str) -> bool:
        """Whether the events of two messages were under way at the same time.

        A decision is no message: what follows from it may come before what was written earlier.
        """
        first, second = sorted((one, other), key=float)
        return self.written.get(second, 0) <= self.arrived.get(first, inf)

    def written_until(self, questions: Sequence[Wanting], time: float) -> Sequence[Wanting]:
        """Return which of *questions* were written until then."""
        return [one for one in questions if self.written[one.ts] <= time]

    def is_lost(self, event: str) -> bool:
        """Whether Slack gave it up, and no silence was long enough to be noticed."""
        if event not in self.given_up or event in self.arrived:
            return False
        at = self.written[event]
        return not any(since - _LOOKED_BACK <= at <= until for since, until in self._fleet.silences)

    async def _deliver(self, event: str, tell: Tell, late: float) -> None:
        """Tell one web process after the other, until one acknowledges it."""
        loop, pauses = self._fleet.loop, self._pauses()
        await asyncio.sleep(late)
        told = loop.time()
        while not await self._is_told(tell):
            if (pause := next(pauses, None)) is None:
                loop.note("given up", event)
                self.given_up.add(event)
                break
            await asyncio.sleep(pause + loop.random.random())
            told = loop.time()
        else:
            self.told.setdefault(event, told)
            self.arrived.setdefault(event, loop.time())
        self.undelivered -= 1

    def _pauses(self) -> Iterator[float]:
        return iter(_PAUSES) if self._gives_up else repeat(1.0)

    async def _is_told(self, tell: Tell) -> bool:
        if (web := self._fleet.any_web(self._fleet.loop.random)) is None:
            return False
        telling = web.process.spawn(tell(web))
        done, _ = await asyncio.wait([telling], timeout=SLACK_WAITS)
        return bool(done) and not telling.exception()
