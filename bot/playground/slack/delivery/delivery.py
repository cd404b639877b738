"""Delivers events, commands and actions to the bot; retries events that it did not acknowledge."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.json_types import Json

Kind = Literal["events_api", "slash_commands", "interactive"]

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

    @property
    def carrier(self) -> Carrier:
        """The carrier in use."""
        return self._carriers[-1]

    def use(self, carrier: Carrier) -> None:
        """Deliver by *carrier* from now on."""
        self._carriers.append(carrier)

    def event(
        self, payload: Json, *, copies: int = 1, after: float = 0.0, again: bool = True
    ) -> None:
        """Deliver an event in the background, *after* some seconds, and *again* if it must be."""
        for number in range(copies):
            attempt = Attempt(number, self.carrier.late if number else "")
            pauses = (after, *(self.retry_after if again else ()))
            task = asyncio.create_task(self._deliver(payload, attempt, pauses))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def ask(self, delivery: Delivery) -> Json | None:
        """Deliver a command or an action, once, and return the bot's answer."""
        return await self._carry(delivery, Attempt())

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

    async def _deliver(self, payload: Json, attempt: Attempt, pauses: Sequence[float]) -> None:
        delivery = Delivery("events_api", payload)
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
