"""The ports as one process reaches them: each call goes over the net.

A seam adds what an adapter adds, and no more: the lease is checked as a request is sent, a locked
conversation is waited for, an empty queue is asked again.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, cast

from bot.panel.errors import MessengerUnavailable, ModelUnavailable, StoreUnavailable
from bot.panel.intake import lease
from bot.panel.language_model.exchange import (
    Item,
    Judged,
    ModelEvent,
    Prompt,
    Responded,
    StoredItem,
)
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import Labels
from bot.panel.made_files import MadeFile
from bot.panel.messaging.outbox import LastState, Outbox, Outgoing
from bot.panel.model import Claim, ConversationId, ThreadRef
from tests.fakes.language_model import USAGE
from tests.fakes.outbox import FakeOutbox
from tests.fakes.turn_queue import FakeTurnQueue
from tests.simulation.domain.model import Locked, SimulatedModel, Writing
from tests.simulation.domain.slack import SimulatedSlack
from tests.simulation.net import Net
from tests.simulation.process import Process

_WHILE_LOCKED = (1, 2, 4, 8)  # seconds, as the adapter waits
_LOOKS_AGAIN = (0.2, 1.2)  # seconds: a worker that finds nothing to do


@dataclass(frozen=True, slots=True)
class Server:
    """A server as *process* reaches it."""

    net: Net
    process: Process
    name: str
    error: Callable[..., Exception]
    guarded: bool = False  # whether the lease is checked before a request

    async def call(self, method: str, deed: Callable[[], Any]) -> Any:
        """Let the server do *deed*."""
        if self.guarded:
            lease.check()
        return await self.net.call(self.process, f"{self.name}.{method}", deed, self.error)


class Seam:
    """Passes each call of a coroutine function on to *target*, at *server*."""

    def __init__(self, server: Server, target: object) -> None:
        self._server = server
        self._target = target

    def __getattr__(self, method: str) -> Any:
        real = getattr(self._target, method)
        if not iscoroutinefunction(real):
            return real

        server = self._server

        async def remote(*args: Any, **kwargs: Any) -> Any:
            return await server.call(method, partial(real, *args, **kwargs))

        setattr(self, method, remote)
        return remote


class QueueSeam(Seam):
    """Asks an empty queue again; what it is given after it was cancelled it gives back."""

    _target: FakeTurnQueue

    async def claim(self) -> Claim:
        """Wait for a turn."""
        loop = asyncio.get_running_loop()
        while True:
            requested_at = loop.time()
            if claim := await self._ask():
                return replace(claim, requested_at=requested_at)
            await asyncio.sleep(self._server.net.between(*_LOOKS_AGAIN))

    async def _ask(self) -> Claim | None:
        asking = asyncio.ensure_future(self._server.call("claim", self._target._take))
        try:
            return await asyncio.shield(asking)
        except asyncio.CancelledError:
            with suppress(StoreUnavailable, TimeoutError):
                async with asyncio.timeout(2):
                    if found := await asking:
                        await self.hand_over(found)
            raise


class OutboxSeam(Seam):
    """Asks an empty outbox again."""

    _target: FakeOutbox

    async def claim(self, busy: Collection[str] = ()) -> Outgoing:
        """Wait for a last state."""
        loop, take = asyncio.get_running_loop(), partial(self._target._take, busy)
        while True:
            requested_at = loop.time()
            found: Outgoing | None = await self._server.call("claim", take)
            if found:
                return replace(found, requested_at=requested_at)
            await asyncio.sleep(self._server.net.between(*_LOOKS_AGAIN))


class SlackSeam(Seam):
    """Shows a status soon or not at all; knows what the outbox is about to show."""

    def __init__(self, server: Server, slack: SimulatedSlack, outbox: Outbox) -> None:
        super().__init__(server, slack)
        self._slack = slack
        self._outbox = outbox

    async def plan_decided(self, thread: ThreadRef, *about: Any) -> LastState | None:
        """Return the state of a plan after a decision."""
        on_its_way = await self._outbox.of(thread)  # first: what is sent by then, Slack shows
        decide = partial(self._slack.plan_decided, thread, *about, on_its_way=on_its_way)
        state: LastState | None = await self._server.call("plan_decided", decide)
        return state

    async def settled(self, thread: ThreadRef, *about: Any) -> Sequence[LastState]:
        """Return the states in which nothing seems to go on."""
        on_its_way = await self._outbox.of(thread)
        settle = partial(self._slack.settled, thread, *about, on_its_way=on_its_way)
        states: Sequence[LastState] = await self._server.call("settled", settle)
        return states

    async def show_status(self, thread: ThreadRef, status: str) -> bool:
        """Show it; False if another try could help."""
        try:
            async with asyncio.timeout(5):
                show = partial(self._slack.show_status, thread, status)
                return bool(await self._server.call("show_status", show))
        except (MessengerUnavailable, TimeoutError):
            return False


@dataclass(eq=False, slots=True)
class _Events:
    """What a response tells its reader."""

    told: deque[ModelEvent] = field(default_factory=deque)
    waiting: asyncio.Future[None] | None = None
    is_read: bool = True

    def tell(self, event: ModelEvent) -> None:
        self.told.append(event)
        if self.waiting and not self.waiting.done():
            self.waiting.set_result(None)

    async def next(self) -> ModelEvent:
        while not self.told:
            self.waiting = asyncio.get_running_loop().create_future()
            await self.waiting
        return self.told.popleft()


class ModelSeam(LanguageModel):
    """The model's side as one process reaches it."""

    def __init__(self, server: Server, model: SimulatedModel) -> None:
        self._server = server
        self._model = model

    async def respond(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        events = _Events()
        begun: list[Writing] = []
        process, net = self._server.process, self._server.net

        def begin() -> None:
            begun.append(self._model.begin(prompt, events.tell))
            if not (process.is_alive and events.is_read):  # it lands after its sender has gone
                leave()

        def leave() -> None:
            if begun:
                self._model.leave(begun[0])

        process.at_death.append(leave)
        try:
            await self._begin(prompt, begin)
            while True:
                event = await events.next()
                if net.cuts(process, prompt.conversation):
                    raise ModelUnavailable("simulated: the response breaks off")
                if isinstance(event, Responded):
                    net.came_through(prompt.conversation)
                yield event
                if isinstance(event, Responded):
                    return
        finally:
            events.is_read = False
            if process.is_alive:
                process.at_death.remove(leave)
                leave()

    async def respond_once(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        calls = await self._server.call("respond_once", partial(self._model.once, prompt))
        for call in calls:
            yield call
        yield Responded("" if calls else "nobody", USAGE)

    async def judge(self, prompt: Prompt) -> Judged:
        judged = await self._server.call("judge", partial(self._model.judge, prompt))
        return cast("Judged", judged)

    async def _begin(self, prompt: Prompt, begin: Callable[[], None]) -> None:
        pauses = iter(_WHILE_LOCKED)
        while True:
            try:
                await self._server.call("respond", begin)
            except Locked:
                await _pause(pauses)
                if await self._server.call("holds", partial(self._model.holds, prompt)):
                    raise ModelUnavailable("stored meanwhile", after=0) from None
            else:
                return

    async def append(self, conversation: ConversationId, items: Sequence[Item]) -> None:
        await self._unlocked("append", partial(self._model.append, conversation, items))

    async def since(self, conversation: ConversationId, ref: str) -> Sequence[Item] | None:
        found: Sequence[Item] | None = await self._server.call(
            "since", partial(self._model.since, conversation, ref)
        )
        return found

    async def items(self, conversation: ConversationId) -> AsyncGenerator[StoredItem, None]:
        for item in await self._server.call("items", partial(self._model.items, conversation)):
            yield item

    async def content(self, conversation: ConversationId, file: MadeFile, most: int) -> bytes:
        return bytes(await self._server.call("content", file.name.encode))

    async def is_whole(self, response: str) -> bool:
        pauses = iter(_WHILE_LOCKED)
        while True:
            state = await self._server.call("is_whole", partial(self._model.state, response))
            if state is not None:
                return bool(state)
            await _pause(pauses)

    async def open(self, labels: Labels) -> ConversationId:
        return ConversationId(await self._server.call("open", partial(self._model.open, labels)))

    async def relabel(self, conversation: ConversationId, labels: Labels) -> None:
        await self._server.call("relabel", partial(self._model.relabel, conversation, labels))

    async def labels(self, conversation: ConversationId) -> Labels | None:
        found: Labels | None = await self._server.call(
            "labels", partial(self._model.labels, conversation)
        )
        return found

    async def delete(self, conversation: ConversationId) -> int | None:
        items: int | None = await self._unlocked(
            "delete", partial(self._model.delete, conversation)
        )
        return items

    async def remove(self, conversation: ConversationId, wanted: Callable[[str], bool]) -> int:
        removed = await self._unlocked("remove", partial(self._model.remove, conversation, wanted))
        return int(removed)

    def is_current(self, conversation: ConversationId) -> bool:
        return True

    async def _unlocked(self, method: str, deed: Callable[[], Awaitable[Any]]) -> Any:
        pauses = iter(_WHILE_LOCKED)
        while True:
            try:
                return await self._server.call(method, deed)
            except Locked:
                await _pause(pauses)


async def _pause(pauses: Any) -> None:
    """Wait until a locked conversation may be tried again."""
    pause = next(pauses, None)
    if pause is None:
        raise ModelUnavailable("the conversation stays locked")
    await asyncio.sleep(pause)
