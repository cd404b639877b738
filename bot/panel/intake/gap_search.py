"""Looking for what people wrote in a time in which nobody listened.

1. We look where the panel was asked lately, then where else it can be asked: at what each channel
   shows, then into its threads.
2. Only so many channels and threads are looked into, the latest first.
3. What is found is received as any message is, which is claimed once however often it is found.
4. How far we are is noted, so that whoever goes on after us does not begin anew: processes may be
   restarted faster than all is read.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from bot.panel.errors import MessengerRefused, MessengerUnavailable
from bot.panel.intake import thread_commands
from bot.panel.intake.intake import Incoming, Intake
from bot.panel.intake.missed_messages import Gap, ListeningRecord, MessageHistory
from bot.panel.intake.thread_commands import AddExpert, PlainCommand, RemoveExpert
from bot.panel.model import MessageTs, ThreadRef
from bot.panel.threads.thread_store import Standing, ThreadStore

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_CHANNELS = 100
MOST_THREADS = 300  # of all channels together
_OVERLAP = 60.0  # seconds before the gap: that a connection is dead is not noticed at once
_PAUSE = 10.0  # seconds before Slack is asked again, if it names no time


class GapSearch:
    """Searches one *gap*; what was written more than *within* seconds before its end is left."""

    def __init__(
        self,
        record: ListeningRecord,
        history: MessageHistory,
        intake: Intake,
        threads: ThreadStore,
        gap: Gap,
        within: float,
    ) -> None:
        self._record = record
        self._history = history
        self._intake = intake
        self._threads = threads
        self._gap = gap
        self._earliest = gap.until - within
        self._left = MOST_THREADS
        self._searched: Mapping[str, float] = {}

    async def run(self) -> None:
        self._searched = await self._record.searched()
        recent = await self._record.recent_threads(MOST_THREADS)
        channels = list(dict.fromkeys(thread.channel_id for thread in recent))
        if len(channels) < MOST_CHANNELS:
            channels += [one for one in await self._others() if one not in channels]
        for channel in channels[:MOST_CHANNELS]:
            begun = [thread for thread in recent if thread.channel_id == channel]
            await self._once(channel, partial(self._search, channel, begun))

    async def _others(self) -> Sequence[str]:
        try:
            return await _patiently(self._history.channels)
        except MessengerRefused as error:
            log.warning("catching_up.skipped", extra={"channel": "*", "reason": str(error)})
            return ()

    async def _once(self, place: str, search: Callable[[float], Awaitable[None]]) -> None:
        """Search *place* from some time on, as far as nobody has done so before us."""
        known = self._searched.get(place, 0.0)
        if known >= self._gap.until:
            return
        try:
            await search(max(max(known, self._gap.since) - _OVERLAP, self._earliest))
        except MessengerRefused as error:
            log.warning("catching_up.skipped", extra={"channel": place, "reason": str(error)})
        await self._record.note_searched(place, self._gap)

    async def _search(self, channel: str, begun: Sequence[ThreadRef], oldest: float) -> None:
        shown = await _patiently(lambda: self._history.threads(channel, oldest))
        active = [one for one in shown if one.latest >= oldest][: self._left]
        for seen in reversed(active):
            if seen.has_replies:
                await self._read(seen.thread)
            elif seen.message:
                await self._receive(seen.thread, [seen.message])
        known = {one.thread for one in shown}
        for thread in begun:
            if thread not in known:  # too old to be shown, but there may be replies
                await self._read(thread)

    async def _read(self, thread: ThreadRef) -> None:
        async def read(oldest: float) -> None:
            messages = await _patiently(lambda: self._history.messages(thread, oldest))
            await self._receive(thread, messages)

        if self._left:
            self._left -= 1
            await self._once(f"{thread.channel_id}:{thread.thread_ts}", read)

    async def _receive(self, thread: ThreadRef, messages: Sequence[Incoming]) -> None:
        if await self._threads.standing(thread) not in (Standing.OURS, Standing.MUTED):
            messages = _since_mention(messages)
        elif messages:  # also what is left out, too old, or written by apps
            await self._threads.mark_unread(thread, MessageTs(f"{self._gap.since:.6f}"))
        for incoming in _still_meant(messages):
            is_missed = float(incoming.message.ts) < self._gap.until  # else it was just written
            message = replace(incoming.message, missed=is_missed)
            await self._intake.receive_found(replace(incoming, message=message))


async def _patiently(read: Callable[[], Awaitable[T]]) -> T:
    """Return what *read* returns, however often Slack makes us wait."""
    while True:
        try:
            return await read()
        except MessengerUnavailable as error:
            log.info("catching_up.waiting", extra={"reason": str(error)})
            await asyncio.sleep(2 * error.after if error.after else _PAUSE)  # others come first


def _since_mention(messages: Sequence[Incoming]) -> Sequence[Incoming]:
    mentions = [n for n, one in enumerate(messages) if one.message.mentioned]
    return messages[mentions[0] :] if mentions else ()


def _still_meant(messages: Sequence[Incoming]) -> Sequence[Incoming]:
    """Return *messages* without what later ones undo: a stop all before it, a command another."""
    subjects = [_subject(one) for one in messages]
    stops = [n for n, subject in enumerate(subjects) if subject == "stop"]
    first = stops[-1] if stops else 0
    return [
        one
        for n, one in enumerate(messages)
        if n >= first and (subjects[n] is None or subjects[n] not in subjects[n + 1 :])
    ]


def _subject(incoming: Incoming) -> str | None:
    """Return what the command that *incoming* is decides on; the last such command counts."""
    match thread_commands.of(incoming.message):
        case PlainCommand.STOP:
            return "stop"
        case PlainCommand.MUTE | PlainCommand.UNMUTE:
            return "mute"
        case AddExpert(name) | RemoveExpert(name):
            return f"expert {name}"
        case _:
            return None
