"""Delivers events, commands and actions to the bot; again if it did not acknowledge them."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal, Protocol

from bot.json_types import Json

Kind = Literal["events_api", "slash_commands", "interactive", "options"]

RETRY_AFTER = (0.0, 60.0, 300.0)  # as Slack does: at once, after a minute, after five
ACKNOWLEDGE_WITHIN = 3.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """A payload for the bot."""

    kind: Kind
    payload: Json


@dataclass(frozen=True, slots=True)
class Attempt:
    """The number of earlier attempts, and why the last one failed."""

    number: int = 0
    reason: str = ""


class Undelivered(Exception):
    """The bot did not acknowledge; *reason* is Slack's code for why."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final  # the bot asked for no retries


class Carrier(Protocol):
    """A transport to the bot."""

    late: str
    """Slack's code for an acknowledgement that timed out."""

    async def carry(self, delivery: Delivery, attempt: Attempt) -> Json | None:
        """Deliver and return what the bot answered; raises Undelivered."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


class Deliverer:
    """Delivers over HTTP if the bot has a URL, else over the connections it has opened."""

    def __init__(self, sockets: Carrier, retry_after: Sequence[float] = RETRY_AFTER) -> None:
        self.retry_after = retry_after
        self.undelivered: list[Delivery] = []
        self._carriers = [sockets]  # the last one is used
        self._tasks: set[asyncio.Task[None]] = set()
        self._numbers = count(1)

    @property
    def carrier(self) -> Carrier:
        """The carrier in use."""
        return self._carriers[-1]

    def new_event_id(self) -> str:
        """Return an id that no other event has, of whichever workspace."""
        return f"Ev{next(self._numbers):08}"

    def use(self, carrier: Carrier) -> None:
        """Deliver by *carrier* from now on."""
        self._carriers.append(carrier)

    def event(
        self, payload: Json, *, copies: int = 1, after: float = 0.0, again: bool = True
    ) -> None:
        """Deliver an event in the background, *after* some seconds, and *again* if it must be."""
        delivery = Delivery("events_api", payload)
        for number in range(copies):
            attempt = Attempt(number, self.carrier.late if number else "")
            pauses = (after, *(self.retry_after if again else ()))
            self._start(self._deliver(delivery, attempt, pauses))

    async def ask(self, delivery: Delivery) -> Json | None:
        """Deliver a command or an action, and return the bot's answer.

        If there is none, the person is told so, and it is delivered again in the background.
        """
        try:
            return await self._carry(delivery, Attempt())
        except Undelivered as failure:
            if not failure.final:
                attempt = Attempt(1, failure.reason)
                self._start(self._deliver(delivery, attempt, self.retry_after))
            raise

    async def ask_once(self, delivery: Delivery) -> Json | None:
        """Deliver what somebody types in a menu, and return the bot's answer; never again."""
        return await self._carry(delivery, Attempt())

    async def ask_twice(self, delivery: Delivery, *, at_once: bool) -> Json | None:
        """Deliver a command or an action twice; return the answer to the second delivery.

        Slack does so if an acknowledgement is lost on its way.
        """
        again = self._carry(delivery, Attempt(1, self.carrier.late))
        if at_once:
            _, answer = await asyncio.gather(self.ask(delivery), again)
            return answer
        try:
            await self.ask(delivery)
        except Undelivered:
            again.close()
            raise
        return await again

    async def settle(self) -> None:
        """Wait until every event is acknowledged or given up."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Stop delivering."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for carrier in self._carriers:
            await carrier.close()

    def _start(self, delivering: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(delivering)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivery: Delivery, attempt: Attempt, pauses: Sequence[float]) -> None:
        """Deliver after each of *pauses* until it is acknowledged."""
        for number, pause in enumerate(pauses, attempt.number + 1):
            await asyncio.sleep(pause)
            try:
                await self._carry(delivery, attempt)
            except Undelivered as failure:
                if failure.final:
                    break
                attempt = Attempt(number, failure.reason)
            else:
                return
        self.undelivered.append(delivery)

    async def _carry(self, delivery: Delivery, attempt: Attempt) -> Json | None:
        try:
            async with asyncio.timeout(ACKNOWLEDGE_WITHIN):
                return await self.carrier.carry(delivery, attempt)
        except TimeoutError:
            raise Undelivered(self.carrier.late) from None
