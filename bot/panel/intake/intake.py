"""Deciding, at the door, whether a message concerns the panel, and queueing it if so.

Runs where Slack waits for an answer within three seconds: it asks the fast memory only.
What the fast memory has forgotten is queued all the same, for the worker to find out.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from weakref import WeakValueDictionary

from bot.panel.intake import thread_commands
from bot.panel.intake.thread_commands import Stop
from bot.panel.intake.turn_queue import TurnQueue
from bot.panel.model import Message, MessageTs, Steer, ThreadRef, UserId
from bot.panel.threads.thread_store import Standing, ThreadStore


@dataclass(frozen=True, slots=True)
class Incoming:
    """A person's message, and how it stands in the channel."""

    thread: ThreadRef
    message: Message
    is_reply: bool  # within a thread, not the message that a thread hangs from
    addresses_others: bool  # mentions a person and not the bot


_REMEMBERED = 256  # a mention's two events come within moments of each other


class Decision(Enum):
    """What to do with a message."""

    TAKE = auto()  # a turn
    OVERHEAR = auto()  # ours to know, not to answer
    IGNORE = auto()


def decide(incoming: Incoming, standing: Standing) -> Decision:
    """Return what to do with *incoming* in a thread of that *standing*."""
    if incoming.message.mentioned:
        return Decision.TAKE
    if not incoming.is_reply or standing is Standing.FOREIGN:
        return Decision.IGNORE
    if incoming.addresses_others or standing is Standing.MUTED:
        return Decision.OVERHEAR
    return Decision.TAKE


class Intake:
    """Takes messages in, each once, and those of one thread in the order in which they arrive."""

    def __init__(self, queue: TurnQueue, threads: ThreadStore) -> None:
        self._queue = queue
        self._threads = threads
        self._queued: deque[tuple[MessageTs, ThreadRef]] = deque(maxlen=_REMEMBERED)
        self._in_line: WeakValueDictionary[ThreadRef, asyncio.Lock] = WeakValueDictionary()

    async def receive(self, incoming: Incoming) -> None:
        """Queue *incoming* if it concerns the panel."""
        async with self._in_line.setdefault(incoming.thread, asyncio.Lock()):
            await self._receive(incoming)

    async def _receive(self, incoming: Incoming) -> None:
        standing = await self._standing(incoming)
        match decide(incoming, standing):
            case Decision.TAKE:
                await self._take(incoming)
            case Decision.OVERHEAR if standing is not Standing.UNKNOWN:
                await self._threads.mark_unread(incoming.thread, incoming.message.ts)
            case _:
                pass

    async def stop(self, thread: ThreadRef, ts: MessageTs, by: UserId) -> bool:
        """Stop what is being done in *thread*; *ts* names the wish, which may come twice.

        Returns whether the turn that is stopped will say so; False where there is none.
        """
        halt = await self._queue.stop(thread, ts, by)
        if halt and halt.taken_back:
            await self._threads.mark_unread(thread, halt.taken_back)
        return halt is None or halt.stopping

    async def amend(self, thread: ThreadRef, ts: MessageTs, changed: Incoming | None) -> None:
        """Take what somebody has *changed* as it is now, if it waits; None was deleted.

        What is not for the panel any more it only overhears.
        """
        async with self._in_line.setdefault(thread, asyncio.Lock()):
            if changed is None:
                await self._queue.amend(thread, ts, None)
            elif decide(changed, Standing.OURS) is Decision.TAKE:
                await self._queue.amend(thread, ts, changed.message)
            elif await self._queue.amend(thread, ts, None):
                await self._threads.mark_unread(thread, ts)

    async def press(self, thread: ThreadRef, ts: MessageTs, by: UserId, steer: Steer) -> None:
        """Queue a pressed button; *ts* is when that was."""
        message = Message(ts, by, "", mentioned=True, steer=steer)
        await self._put(thread, message, alone=True)

    async def command(self, thread: ThreadRef, ts: MessageTs, by: UserId, words: str) -> None:
        """Queue a thread command that was given by a form."""
        message = Message(ts, by, words, mentioned=True)
        await self._put(thread, message, alone=True)

    async def _standing(self, incoming: Incoming) -> Standing:
        """Ask only where it matters: a mention is always taken, and talk in the channel never."""
        if incoming.message.mentioned or not incoming.is_reply:
            return Standing.UNKNOWN
        return await self._threads.standing(incoming.thread)

    async def _take(self, incoming: Incoming) -> None:
        thread, message = incoming.thread, incoming.message
        command = thread_commands.parse(message.text) if message.mentioned else None
        if isinstance(command, Stop) and await self.stop(thread, message.ts, message.author):
            return
        await self._put(thread, message, alone=command is not None)

    async def _put(self, thread: ThreadRef, message: Message, *, alone: bool) -> None:
        """Queue *message*; the queue knows what it had, but for the other event of a mention
        that came to this process, too, it need not be asked.
        """
        if (message.ts, thread) in self._queued:
            return
        summons = [self._threads.make_ours(thread)] if message.mentioned else []
        # Slack waits: one trip rather than two.
        await asyncio.gather(*summons, self._queue.put(thread, message, alone=alone))
        self._queued.append((message.ts, thread))
