"""A turn queue and its journal in memory, with the semantics of the real ones."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.panel.errors import TurnLost
from bot.panel.events import TurnEvent
from bot.panel.model import Claim, Message, MessageTs, ThreadRef, Turn, TurnId
from bot.panel.ports import Journal, TurnQueue


@dataclass(slots=True)
class Waiting:
    """A thread's messages: those of the running turn, and those that wait."""

    inbox: deque[tuple[Message, bool]] = field(default_factory=deque)
    running: Claim | None = None
    claimable: bool = True
    journal: list[TurnEvent] = field(default_factory=list)


class FakeTurnQueue(TurnQueue, Journal):
    """A queue whose leases last until a test lets them run out."""

    def __init__(self) -> None:
        self.buried: list[tuple[Claim, str]] = []
        self._threads: dict[ThreadRef, Waiting] = {}
        self._seen: set[tuple[ThreadRef, MessageTs]] = set()
        self._token = 0
        self._changed = asyncio.Event()

    def lose(self, claim: Claim) -> None:
        """Let the lease of *claim* run out."""
        self._thread(claim).claimable = True
        self._changed.set()

    @property
    def empty(self) -> bool:
        """Whether nothing waits and nothing runs."""
        return not any(thread.inbox or thread.running for thread in self._threads.values())

    async def put(self, thread: ThreadRef, message: Message, *, alone: bool = False) -> bool:
        if (thread, message.ts) in self._seen:
            return False
        self._seen.add((thread, message.ts))
        self._threads.setdefault(thread, Waiting()).inbox.append((message, alone))
        self._changed.set()
        return True

    async def claim(self) -> Claim:
        while True:
            for ref, waiting in self._threads.items():
                if waiting.claimable and (waiting.running or waiting.inbox):
                    return self._claimed(ref, waiting)
            self._changed.clear()
            await self._changed.wait()

    async def renew(self, claim: Claim) -> None:
        self._held(claim)

    async def done(self, claim: Claim) -> None:
        waiting = self._held(claim)
        waiting.running, waiting.claimable, waiting.journal = None, True, []
        self._changed.set()

    async def release(self, claim: Claim, *, after: float) -> None:
        self._held(claim).claimable = after == 0
        self._changed.set()

    async def bury(self, claim: Claim, reason: str) -> None:
        await self.done(claim)
        self.buried.append((claim, reason))

    async def read(self, claim: Claim) -> Sequence[TurnEvent]:
        return list(self._thread(claim).journal)

    async def append(self, claim: Claim, event: TurnEvent) -> None:
        self._held(claim).journal.append(event)

    def _claimed(self, ref: ThreadRef, waiting: Waiting) -> Claim:
        self._token += 1
        if waiting.running:
            attempt = waiting.running.attempt + 1
            waiting.running = replace(waiting.running, token=self._token, attempt=attempt)
        else:
            messages = tuple(_gathered(waiting.inbox))
            turn_id = TurnId(f"{ref.team_id}:{ref.channel_id}:{messages[0].ts}")
            waiting.running = Claim(Turn(turn_id, ref, messages), self._token, 1)
        waiting.claimable = False
        return waiting.running

    def _thread(self, claim: Claim) -> Waiting:
        return self._threads[claim.turn.thread]

    def _held(self, claim: Claim) -> Waiting:
        waiting = self._thread(claim)
        if waiting.running is None or waiting.running.token != claim.token:
            raise TurnLost(claim.turn.id)
        return waiting


def _gathered(inbox: deque[tuple[Message, bool]]) -> list[Message]:
    first, alone = inbox.popleft()
    messages = [first]
    while inbox and not alone and not inbox[0][1]:
        messages.append(inbox.popleft()[0])
    return messages
