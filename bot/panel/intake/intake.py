"""Deciding whether a message concerns the panel, and queueing it if so.

This runs while Slack waits for an answer within three seconds, so only the fast memory is asked.
A message of a thread that it has forgotten is queued all the same, for the worker to find out.
"""

import asyncio
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from weakref import WeakValueDictionary

from bot.panel.audit.audit_log import Auditor
from bot.panel.audit.entry import Act
from bot.panel.errors import MessengerUnavailable
from bot.panel.intake import thread_commands
from bot.panel.intake.thread_commands import PlainCommand, ThreadCommand
from bot.panel.intake.turn_queue import StopResult, TurnQueue
from bot.panel.messaging.people import MayAsk, anybody
from bot.panel.model import Message, MessageTs, Steer, ThreadRef, UserId, just_after
from bot.panel.threads.thread_store import Standing, ThreadStore

_RECENT = 256  # messages: the two events of a mention arrive within moments of each other
_RECENTLY = 3600.0  # seconds: well within what the queue remembers of messages
_ASKING_SLACK = 1.5  # seconds, of the three that Slack waits: only a stop needs it, now and then
_OURS = (Standing.OURS, Standing.MUTED)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A person's message, and its place in the channel."""

    thread: ThreadRef
    message: Message
    is_reply: bool  # in a thread, not the message that starts one
    addresses_others: bool  # mentions a person and not the bot
    only_shows: bool = False  # a forward or a table, without a word of its author's
    edited: MessageTs | None = field(default=None, compare=False)  # when, if it was
    moves: int | None = None  # of channels, with which alone *thread* is certain

    @property
    def is_edited_late(self) -> bool:
        """Whether it may be a mention that Slack tells again because of an edit."""
        return self.edited is not None and _is_late(self.message.ts, self.edited)


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
    if incoming.addresses_others or incoming.only_shows or standing is Standing.MUTED:
        return Action.NOTE
    return Action.ANSWER


class Intake:
    """Queues messages, each once, and those of a thread in the order of arrival.

    Who *may ask*, the worker finds out; but a stop takes effect at once, if its author may.
    """

    def __init__(
        self, queue: TurnQueue, threads: ThreadStore, auditor: Auditor, may_ask: MayAsk = anybody
    ) -> None:
        self._may_ask = may_ask
        self._queue = queue
        self._auditor = auditor
        self._threads = threads
        self._queued: dict[tuple[MessageTs, ThreadRef], Message] = {}
        self._locks: WeakValueDictionary[ThreadRef, asyncio.Lock] = WeakValueDictionary()

    @property
    def checks_moves(self) -> bool:
        """Whether questions can be queued provided that there are no other moves of channels."""
        return self._queue.knows_moves

    async def receive(self, incoming: Incoming) -> None:
        """Queue *incoming* if it concerns the panel. May raise ChannelsMoved if it has *moves*."""
        async with self._lock(incoming.thread):
            await self._receive(incoming)

    async def receive_found(self, incoming: Incoming) -> None:
        """Queue what was found afterwards, even if this process has: Redis may have lost it."""
        self._queued.pop((incoming.message.ts, incoming.thread), None)
        await self.receive(incoming)

    async def _receive(self, incoming: Incoming) -> None:
        standing = await self._standing(incoming)
        if standing in _OURS and incoming.is_edited_late:  # answered long ago, or else amended
            return
        match decide(incoming, standing):
            case Action.ANSWER:
                await self._take(incoming, standing)
            case Action.NOTE if standing is not Standing.UNKNOWN or incoming.only_shows:
                await self._threads.mark_unread(incoming.thread, incoming.message.ts)

    async def note(self, thread: ThreadRef, ts: MessageTs) -> None:
        """Note a reply by an app: it is no question, but the panel reads it before the next."""
        if await self._threads.standing(thread) in _OURS:
            await self._threads.mark_unread(thread, ts)

    async def stop(self, thread: ThreadRef, ts: MessageTs, by: UserId) -> bool:
        """Stop what was asked in *thread* before *ts*, which also tells a request that comes twice.

        Returns whether the turn that is stopped will say so; False if there is none.
        """
        result = await self._stop(thread, ts, by)
        return result is None or result.stopping

    async def _stop(self, thread: ThreadRef, ts: MessageTs, by: UserId) -> StopResult | None:
        await self._auditor.record(Act.STOPPED, thread, by)
        result = await self._queue.stop(thread, ts, by)
        if result and result.taken_back:
            await self._threads.mark_unread(thread, result.taken_back)
        return result

    async def amend(
        self,
        thread: ThreadRef,
        ts: MessageTs,
        edited: Incoming | None,
        *,
        before: Incoming | None = None,
        at: MessageTs | None = None,
    ) -> bool:
        """Take in what a message was *edited* to, from *before* and *at* that time; None: deleted.

        One that waits is replaced, or only noted if it no longer concerns the panel. One that has
        become a question or a command is treated as such. Of others, the panel learns with the next
        question. One that was deleted is not answered, even if it has not arrived yet; a turn that
        answers it is stopped. Returns whether models may have read what was deleted.
        """
        async with self._lock(thread):
            if edited is None:
                waited = await self._queue.delete(thread, ts)
                return not waited and await self._threads.standing(thread) in _OURS
            if command := thread_commands.of(edited.message):
                await self._become_command(command, edited, before, at or ts)
            elif not (before and await self._become_stop(edited, before, at or ts)):
                await self._edit(edited, before, at or ts)
        return False

    async def press(self, thread: ThreadRef, ts: MessageTs, by: UserId, steer: Steer) -> None:
        message = Message(ts, by, "", mentioned=True, steer=steer)
        await self._put(thread, message, alone=True)

    async def press_once(self, thread: ThreadRef, by: UserId, steer: Steer) -> bool:
        """Queue a wish about the message in which *steer* ends; False if somebody has had it."""
        message = Message(just_after(steer.until), by, "", mentioned=True, steer=steer)
        return await self._queue.put(thread, message, alone=True)

    async def command(self, thread: ThreadRef, ts: MessageTs, by: UserId, words: str) -> None:
        message = Message(ts, by, words, mentioned=True)
        await self._put(thread, message, alone=True)

    def _lock(self, thread: ThreadRef) -> asyncio.Lock:
        return self._locks.setdefault(thread, asyncio.Lock())

    async def _standing(self, incoming: Incoming) -> Standing:
        """Return the thread's standing, looked up only where the decision depends on it."""
        asks_anyway = incoming.message.mentioned or not incoming.is_reply
        if asks_anyway and not incoming.is_edited_late:
            return Standing.UNKNOWN
        return await self._threads.standing(incoming.thread)

    async def _become_command(
        self, command: ThreadCommand, edited: Incoming, before: Incoming | None, at: MessageTs
    ) -> None:
        thread, message = edited.thread, edited.message
        if before and thread_commands.of(before.message) == command:
            return
        await self._queue.amend(thread, message.ts, None)
        was_for_us = before is not None and decide(before, Standing.OURS) is Action.ANSWER
        if was_for_us:  # its own ts was taken then
            message = replace(message, ts=at)
        stops = command is PlainCommand.STOP and await self._may_stop(edited)
        if stops and (await self.stop(thread, at, message.author) or was_for_us):
            return
        await self._put(thread, message, alone=True)

    async def _become_stop(self, edited: Incoming, before: Incoming, at: MessageTs) -> bool:
        """Take back a reply that was edited to *stop*; False if it was not, or there is nothing."""
        thread, message = edited.thread, edited.message
        both_for_us = all(decide(one, Standing.OURS) is Action.ANSWER for one in (before, edited))
        is_new = thread_commands.is_stop(message) and not thread_commands.is_stop(before.message)
        if not (both_for_us and is_new and await self._threads.standing(thread) is Standing.OURS):
            return False
        if not await self._may_stop(edited):
            return False
        waited = await self._queue.amend(thread, message.ts, None)
        result = await self._stop(thread, at, message.author)
        return waited or result is None or result.stopping or bool(result.taken_back)

    async def _edit(self, edited: Incoming, before: Incoming | None, at: MessageTs) -> None:
        thread, message = edited.thread, edited.message
        is_for_us = decide(edited, Standing.OURS) is Action.ANSWER
        if await self._queue.amend(thread, message.ts, message if is_for_us else None):
            if is_for_us:
                self._remember(thread, message)
            else:
                await self._threads.mark_unread(thread, message.ts)
            return
        standing = await self._threads.standing(thread)
        asks = is_for_us and _asks_now(edited, before, at, standing)
        is_asked = asks and await self._put(thread, message, alone=False, edited=True)
        if is_asked:
            return
        # Whose a new reply's thread is may not be known yet: the worker is about to find out.
        is_new_reply = is_for_us and standing is Standing.UNKNOWN and not _is_late(message.ts, at)
        if asks or standing in _OURS or is_new_reply:  # it was asked as it was before
            await self._threads.mark_edited(thread, message.ts, at)

    async def _take(self, incoming: Incoming, standing: Standing) -> None:
        thread, message = incoming.thread, incoming.message
        stops = thread_commands.is_stop(message) and (
            message.mentioned or standing is Standing.OURS
        )
        if stops and await self._may_stop(incoming):
            result = await self._stop(thread, message.ts, message.author)
            if result is None or result.stopping:
                return
            if result.taken_back:  # else one without a mention may be an answer: "stop or go on?"
                message = replace(message, mentioned=True)
            if message.mentioned and message.missed:
                return
        first = self._queued.get((message.ts, thread))
        alone, moves = thread_commands.of(message) is not None, incoming.moves
        is_new = await self._put(thread, message, alone=alone, moves=moves)
        if message.shows_more and not (first.shows_more if first else is_new):
            await self._complete(thread, message, by_another=first is None)

    async def _may_stop(self, incoming: Incoming) -> bool:
        """Whether the author may; the worker tells those who may not.

        Raises MessengerUnavailable if that takes too long: Slack delivers the message again.
        """
        try:
            async with asyncio.timeout(_ASKING_SLACK):
                return await self._may_ask(incoming.message.author, incoming.thread.channel_id)
        except TimeoutError:
            raise MessengerUnavailable("who wants to stop is unknown") from None

    async def _complete(self, thread: ThreadRef, message: Message, *, by_another: bool) -> None:
        """Add the files, forwards or tables that the first event of a mention may have lacked.

        If it is too late, the panel learns of them with the next question; not if that event was
        taken *by_another* process, as it may have had them.
        """
        if not (await self._queue.amend(thread, message.ts, message) or by_another):
            await self._threads.mark_edited(thread, message.ts, message.ts)
        self._remember(thread, message)

    async def _put(
        self,
        thread: ThreadRef,
        message: Message,
        *,
        alone: bool,
        edited: bool = False,
        moves: int | None = None,
    ) -> bool:
        """Queue *message*; False if it was queued before, perhaps with other words."""
        known = self._queued.get((message.ts, thread))
        if known and (known.text == message.text or not edited):
            return known.text == message.text
        is_new = await self._queue.put(thread, message, alone=alone, moves=moves)
        if is_new or not edited:
            self._remember(thread, message)
        return is_new

    def _remember(self, thread: ThreadRef, message: Message) -> None:
        self._queued[message.ts, thread] = message
        if len(self._queued) > _RECENT:
            del self._queued[next(iter(self._queued))]


def _is_late(ts: MessageTs, edit: MessageTs) -> bool:
    return float(edit) - float(ts) > _RECENTLY


def _asks_now(edited: Incoming, before: Incoming | None, at: MessageTs, standing: Standing) -> bool:
    """Whether *edited*, which is for us, was not *before*, or may not have arrived yet."""
    is_new = not _is_late(edited.message.ts, at)
    if before is None:  # Slack does not tell
        return edited.message.mentioned and (is_new or standing not in _OURS)
    if edited.message.mentioned:
        is_edited = edited.message.text != before.message.text  # else a link has a preview now
        return (is_new and is_edited) or not before.message.mentioned
    return standing is Standing.OURS and decide(before, Standing.OURS) is not Action.ANSWER
