"""Deciding whether a message concerns the panel, and queueing it if so.

This runs while Slack waits for an answer within three seconds, so only the fast memory is asked.
A message of a thread that it has forgotten is queued all the same, for the worker to find out.
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

_RECENT = 256  # messages: the two events of a mention arrive within moments of each other


@dataclass(frozen=True, slots=True)
class Incoming:
    """A person's message, and its place in the channel."""

    thread: ThreadRef
    message: Message
    is_reply: bool  # in a thread, not the message that starts one
    addresses_others: bool  # mentions a person and not the bot


class Action(Enum):
    """What to do with a message."""

    ANSWER = auto()
    NOTE = auto()  # unread, until the panel answers the next one
    IGNORE = auto()


def decide(incoming: Incoming, standing: Standing) -> Action:
    """Return what to do with *incoming* in a thread of that *standing*."""
    if incoming.message.mentioned:
        return Action.ANSWER
    if not incoming.is_reply or standing is Standing.FOREIGN:
        return Action.IGNORE
    if incoming.addresses_others or standing is Standing.MUTED:
        return Action.NOTE
    return Action.ANSWER


class Intake:
    """Queues messages, each once, and those of a thread in the order of arrival."""

    def __init__(self, queue: TurnQueue, threads: ThreadStore) -> None:
        self._queue = queue
        self._threads = threads
        self._queued: deque[tuple[MessageTs, ThreadRef]] = deque(maxlen=_RECENT)
        self._locks: WeakValueDictionary[ThreadRef, asyncio.Lock] = WeakValueDictionary()

    async def receive(self, incoming: Incoming) -> None:
        """Queue *incoming* if it concerns the panel."""
        async with self._lock(incoming.thread):
            await self._receive(incoming)

    async def _receive(self, incoming: Incoming) -> None:
        standing = await self._standing(incoming)
        match decide(incoming, standing):
            case Action.ANSWER:
                await self._take(incoming)
            case Action.NOTE if standing is not Standing.UNKNOWN:
                await self._threads.mark_unread(incoming.thread, incoming.message.ts)
            case _:
                pass

    async def stop(self, thread: ThreadRef, ts: MessageTs, by: UserId) -> bool:
        """Stop what is being done in *thread*; *ts* identifies the request, which may come twice.

        Returns whether the turn that is stopped will say so; False if there is none.
        """
        result = await self._queue.stop(thread, ts, by)
        if result and result.taken_back:
            await self._threads.mark_unread(thread, result.taken_back)
        return result is None or result.stopping

    async def amend(self, thread: ThreadRef, ts: MessageTs, edited: Incoming | None) -> None:
        """Replace a waiting message with what it was *edited* to; None: it was deleted.

        If it no longer concerns the panel, it is only noted. One that was deleted is not answered,
        even if it has not arrived yet; a turn that answers it is stopped.
        """
        async with self._lock(thread):
            if edited is None:
                await self._queue.delete(thread, ts)
            elif decide(edited, Standing.OURS) is Action.ANSWER:
                await self._queue.amend(thread, ts, edited.message)
            elif await self._queue.amend(thread, ts, None):
                await self._threads.mark_unread(thread, ts)

    async def press(self, thread: ThreadRef, ts: MessageTs, by: UserId, steer: Steer) -> None:
        """Queue a button that was pressed at *ts*."""
        message = Message(ts, by, "", mentioned=True, steer=steer)
        await self._put(thread, message, alone=True)

    async def command(self, thread: ThreadRef, ts: MessageTs, by: UserId, words: str) -> None:
        """Queue a thread command that was given in a form."""
        message = Message(ts, by, words, mentioned=True)
        await self._put(thread, message, alone=True)

    def _lock(self, thread: ThreadRef) -> asyncio.Lock:
        return self._locks.setdefault(thread, asyncio.Lock())

    async def _standing(self, incoming: Incoming) -> Standing:
        """Return the thread's standing, looked up only where the decision depends on it."""
        if incoming.message.mentioned or not incoming.is_reply:
            return Standing.UNKNOWN
        return await self._threads.standing(incoming.thread)

    async def _take(self, incoming: Incoming) -> None:
        thread, message = incoming.thread, incoming.message
        command = thread_commands.of(message)
        if isinstance(command, Stop) and await self.stop(thread, message.ts, message.author):
            return
        await self._put(thread, message, alone=command is not None)

    async def _put(self, thread: ThreadRef, message: Message, *, alone: bool) -> None:
        """Queue *message*, unless this process has just done so for its other event."""
        if (message.ts, thread) in self._queued:
            return
        mark_ours = [self._threads.make_ours(thread)] if message.mentioned else []
        # At the same time, because Slack waits.
        await asyncio.gather(*mark_ours, self._queue.put(thread, message, alone=alone))
        self._queued.append((message.ts, thread))
