"""Deciding, at the door, whether a message concerns the panel, and queueing it if so.

Runs where Slack waits for an answer within three seconds: it asks the fast memory only.
What the fast memory has forgotten is queued all the same, for the worker to find out.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from enum import Enum, auto

from bot.panel import thread_commands
from bot.panel.model import Message, MessageTs, ThreadRef, UserId
from bot.panel.ports import Standing, ThreadStore, TurnQueue
from bot.panel.thread_commands import Stop


@dataclass(frozen=True, slots=True)
class Incoming:
    """A person's message, and how it stands in the channel."""

    thread: ThreadRef
    message: Message
    is_reply: bool  # within a thread, not the message that a thread hangs from
    addresses_others: bool  # mentions a person and not the bot


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
    """Takes messages in, each once."""

    def __init__(self, queue: TurnQueue, threads: ThreadStore) -> None:
        self._queue = queue
        self._threads = threads

    async def receive(self, incoming: Incoming) -> None:
        """Queue *incoming* if it concerns the panel."""
        thread, message = incoming.thread, incoming.message
        standing = await self._threads.standing(thread)
        match decide(incoming, standing):
            case Decision.TAKE:
                await self._take(incoming, standing)
            case Decision.OVERHEAR if standing is not Standing.UNKNOWN:
                await self._threads.overheard(thread, message.ts)
            case _:
                pass

    async def stop(self, thread: ThreadRef, ts: MessageTs, by: UserId) -> bool:
        """Stop what is being done in *thread*; *ts* names the wish, which may come twice.

        Returns whether that is all: False where there was nothing to stop.
        """
        halt = await self._queue.stop(thread, ts, by)
        if halt and halt.taken_back:
            await self._threads.overheard(thread, halt.taken_back)
        return halt is None or halt.found

    async def _take(self, incoming: Incoming, standing: Standing) -> None:
        thread, message = incoming.thread, incoming.message
        command = thread_commands.parse(message.text) if message.mentioned else None
        if isinstance(command, Stop) and await self.stop(thread, message.ts, message.author):
            return
        alone = command is not None
        taking: list[Awaitable[object]] = [self._queue.put(thread, message, alone=alone)]
        if message.mentioned and standing in (Standing.UNKNOWN, Standing.FOREIGN):
            taking.append(self._threads.set_standing(thread, Standing.OURS))
        await asyncio.gather(*taking)  # Slack waits: one round trip rather than two
