"""The network between the processes and the servers: what is sent is under way by itself.

A request arrives after a while, and so does its answer. Either may be lost, which the caller sees
as the same error. A request whose sender has died, or does not wait any more, may still arrive.
"""

import asyncio
import inspect
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Any

from bot.panel.timeouts import Timeouts
from tests.simulation.loop import SimulatedLoop
from tests.simulation.process import Process

_FASTEST = 0.001  # seconds
_TRIES = 1 + len(Timeouts().retry_delays)  # that the bot gives a response


class Fault(Enum):
    """How a call fails."""

    BEFORE = "before"  # its request is lost
    AFTER = "after"  # it has its effect, and its answer is lost
    BUSY = "busy"  # the server refuses it, and says when to come again
    CUT = "cut"  # a response breaks off


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely each misfortune is, for each call; all 0: a calm network."""

    before: float = 0.0
    after: float = 0.0
    busy: float = 0.0
    cut: float = 0.0  # a response breaks off, for each of its events
    slowest: float = 0.3  # seconds that a message may be under way
    arrives: float = 0.5  # that a request whose sender is gone arrives all the same
    until: float = inf  # seconds of the loop's clock: then nothing fails any more


CALM = Chances()


class Net:
    """Carries calls, by *chances*; ``planned`` says what befalls certain calls instead."""

    def __init__(self, loop: SimulatedLoop, chances: Chances = CALM) -> None:
        self.chances = chances
        self.planned: Mapping[str, Fault] | None = None  # by sender, name and how often before
        self.struck: dict[str, Fault] = {}  # what did befall
        self.calls = 0
        self.failed = 0  # calls, and responses that broke off as often as they are tried
        self.away: set[str] = set()  # servers that cannot be reached
        self.counts: Counter[str] = Counter()
        self._for_calls = {
            Fault.BEFORE: chances.before,
            Fault.AFTER: chances.after,
            Fault.BUSY: chances.busy,
        }
        self._for_events = {Fault.CUT: chances.cut}
        self._cut_in_a_row = Counter[str]()  # responses, by conversation
        self._loop = loop
        self._random = loop.random
        self._dice = loop.dice("faults")
        self._healed = False

    def heal(self) -> None:
        """Let nothing fail from now on."""
        self._healed = True
        self.away.clear()

    def cuts(self, sender: Process, conversation: str) -> bool:
        """Whether a response to *sender* breaks off now."""
        if self._fault(sender, "model.event", self._for_events) is None:
            return False
        self._cut_in_a_row[conversation] += 1
        self.failed += self._cut_in_a_row[conversation] >= _TRIES
        return True

    def came_through(self, conversation: str) -> None:
        """Note that a response did not break off."""
        del self._cut_in_a_row[conversation]

    @property
    def _fails_now(self) -> bool:
        return not self._healed and self._loop.time() <= self.chances.until

    def call(
        self,
        sender: Process,
        name: str,
        deed: Callable[[], Any],
        error: Callable[..., Exception],
    ) -> "asyncio.Future[Any]":
        """Let the server that *name* begins with do *deed*, unless something is in the way.

        Raises *error* if so, which takes a reason and perhaps ``after``.
        """
        self.calls += 1
        fault = self._fault_of_call(sender, name)
        self.failed += fault is not None
        self._loop.note(sender.name, name, self.calls, fault.value if fault else "")
        return _Call(self, sender, deed, error, fault).answer

    def _fault_of_call(self, sender: Process, name: str) -> Fault | None:
        if self.away and name.partition(".")[0] in self.away:
            return Fault.BEFORE
        return self._fault(sender, name, self._for_calls)

    def _fault(self, sender: Process, name: str, chances: Mapping[Fault, float]) -> Fault | None:
        """Return what befalls *sender* in this moment."""
        if not self._fails_now or (self.planned is None and not any(chances.values())):
            return None
        self.counts[about := f"{sender.name} {name}"] += 1
        about = f"{about} {self.counts[about]}"
        planned = self.planned
        fault = self._thrown(chances) if planned is None else planned.get(about)
        if fault:
            self.struck[about] = fault
        return fault

    def _thrown(self, chances: Mapping[Fault, float]) -> Fault | None:
        dice = self._dice.random()
        for fault, chance in chances.items():
            if dice < chance:
                return fault
            dice -= chance
        return None

    def travel(self, arrive: Callable[[], None]) -> None:
        """Call *arrive* after the time that a message takes."""
        loop = self._loop
        delay = _FASTEST + self._random.random() ** 3 * self.chances.slowest
        loop.call_at(loop.time() + delay, arrive, context=loop.world)

    def between(self, least: float, most: float) -> float:
        """Return a number of seconds by chance."""
        return least + self._random.random() * (most - least)

    def is_lost_with_its_sender(self) -> bool:
        """Whether a request does not arrive whose sender is gone."""
        return self._random.random() >= self.chances.arrives

    def when_to_come_again(self) -> float:
        """Return the seconds that a busy server asks for."""
        return self._random.choice((1.0, 5.0, 30.0))


class _Call:
    """One call under way."""

    def __init__(
        self,
        net: Net,
        sender: Process,
        deed: Callable[[], Any],
        error: Callable[..., Exception],
        fault: Fault | None,
    ) -> None:
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._net = net
        self._sender = sender
        self._deed = deed
        self._error = error
        self._fault = fault
        net.travel(self._arrive)

    def _arrive(self) -> None:
        is_gone = not self._sender.is_alive or self.answer.cancelled()
        if is_gone and self._net.is_lost_with_its_sender():
            return
        if self._fault is Fault.BEFORE:
            self._fail(self._error("simulated: the request is lost"))
        elif self._fault is Fault.BUSY:
            self._fail(_busy(self._error, self._net.when_to_come_again()))
        else:
            self._do()

    def _do(self) -> None:
        try:
            result = self._deed()
            if inspect.iscoroutine(result):
                result = _at_once(result)
        except Exception as error:  # noqa: BLE001 - the server's answer
            self._fail(error)
        else:
            self._succeed(result)

    def _succeed(self, result: Any) -> None:
        if self._fault is Fault.AFTER:
            self._fail(self._error("simulated: the answer is lost"))
        else:
            self._net.travel(lambda: None if self.answer.done() else self.answer.set_result(result))

    def _fail(self, error: BaseException) -> None:
        def tell() -> None:
            if not self.answer.done():
                self.answer.set_exception(error)
                self.answer.exception()  # nobody may be there to look

        self._net.travel(tell)


def _at_once(work: Any) -> Any:
    """Return what the coroutine *work* returns. A server answers at once: the net takes time."""
    try:
        work.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("a server waits for something")


def _busy(error: Callable[..., Exception], after: float) -> Exception:
    try:
        return error("simulated: too many requests", after=after)
    except TypeError:  # a store asks nobody to wait
        return error("simulated: too many requests")
