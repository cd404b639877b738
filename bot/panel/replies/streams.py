"""Messages that grow while they are written: each step in the journal before and after it.

What a message shows is always known, or known to be in doubt. A message that is in doubt when its
text is complete is deleted and posted anew: so nothing is lost, and nothing is said twice.
"""

import asyncio
from collections import defaultdict
from dataclasses import replace

from bot import runtime
from bot.panel import observing
from bot.panel.errors import MessengerRefused
from bot.panel.journal.post_events import (
    Posted,
    PostStarted,
    StreamBroken,
    StreamGrowing,
    StreamGrown,
    StreamOpened,
    StreamStarted,
    StreamWithdrawn,
)
from bot.panel.journal.posts import Stream
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.messaging.messenger import GrowingText, Messenger, Post
from bot.panel.model import MessageTs, Persona, UserId
from bot.panel.observing import Measure

_REPLIES = ("reply:", "router:", "synthesis:")  # with what the names of their messages begin
LONG = 5_000  # characters that take longer to read than others should wait


class Streams:
    """The streams of one turn. Of each, one task at a time writes."""

    def __init__(self, record: TurnRecord, messenger: Messenger) -> None:
        self._record = record
        self._messenger = messenger
        self._thread = record.turn.thread
        # Of each persona: while a stream is opened, whose ts is not known yet, or looked for.
        self._opening: defaultdict[Persona | None, asyncio.Lock] = defaultdict(asyncio.Lock)

    def find(self, part: str) -> Stream | None:
        return self._record.posts.streams.get(part)

    def growing_text(self) -> GrowingText:
        return self._messenger.growing_text()

    async def open(self, draft: Post, reader: UserId) -> bool:
        """Post *draft* as a message that grows; False if that cannot be."""
        if self._record.in_doubt:
            return False
        async with self._opening[draft.persona]:
            await self._record.note(StreamStarted(draft.part, draft.persona, draft.expert))
            ts = await self._messenger.open_stream(self._thread, draft, reader)
            if ts is None:
                await self._record.note(StreamWithdrawn(draft.part))
                return False
            await self._record.note(StreamOpened(draft.part, ts, draft.text))
            tell_of_reply(self._record, draft.part)
            return True

    async def extend(self, part: str, more: str) -> bool:
        """Let the message show *more*; False if it must end as it is."""
        stream = self._record.posts.streams[part]
        if stream.ts is None:
            return False
        await self._record.note(StreamGrowing(part, more))
        try:
            added = await self._messenger.extend_stream(self._thread, stream.ts, more)
        except MessengerRefused:
            await self._record.note(StreamGrown(part, added=False))
            raise
        await self._record.note(StreamGrown(part, added=added))
        return True

    async def finish(self, reply: Post) -> tuple[str, str]:
        """End the stream of *reply*, if any; return what it shows, and what is to be posted."""
        first = replace(reply, part=f"{reply.part}:0")
        stream = self.find(first.part)
        if stream is None:
            if self._record.in_doubt and first.part not in self._record.posts.posted:
                await self._withdraw(None, first)  # what is not in the journal any more
            return "", reply.text
        if self._record.in_doubt and first.part not in self._record.posts.posted:
            return await self._finish_in_doubt(stream, first)
        rest = await self._rest(stream, first.part, reply.text)
        if stream.open and rest is not None:
            fits = self._messenger.fits_one_message(stream.shown, rest)
            ending = first if fits else replace(first, ends_reply=False, sources=None)
            await self.close(ending, rest if fits else "")
            stream = self._record.posts.streams[first.part]  # Slack may have shown less
            rest = await self._rest(stream, first.part, reply.text)
        has_buttons = first.part in self._record.posts.posted
        if rest is None or not (rest.strip() or has_buttons):
            await self.withdraw(first)
            return "", reply.text
        return stream.shown, rest

    async def _finish_in_doubt(self, stream: Stream, first: Post) -> tuple[str, str]:
        """End a stream of which more may have been shown than the journal knows."""
        ts = await self._messenger.find(self._thread, first.turn, first.part)
        if ts and self._messenger.fits_one_message("", first.text):  # then it has ended whole
            await self._record.note(Posted(first.part, ts))
            return first.text, ""
        await self.withdraw(first)
        return "", first.text

    async def close(self, draft: Post, more: str = "") -> None:
        """Let the message show *more* and end there; if Slack does not let it, end as it is."""
        part, stream = draft.part, self._record.posts.streams[draft.part]
        if stream.ts is None:
            return
        may_be_closed = self._is_closing(part)  # an earlier attempt stopped in the middle
        if may_be_closed and stream.growing is not None:
            more = stream.growing
        await self._record.note(PostStarted(part))
        await self._record.note(StreamGrowing(part, more))
        complete = replace(draft, text=stream.shown + more)
        is_closed = await self._messenger.close_stream(self._thread, stream.ts, complete, more)
        if is_closed or (may_be_closed and await self._is_found(draft)):
            await self._record.note(Posted(part, stream.ts))
        else:
            await self._record.note(StreamGrown(part, added=False))
            await self._record.note(StreamBroken(part))

    async def withdraw(self, draft: Post) -> None:
        await self._withdraw(self._record.posts.streams[draft.part].ts, draft)
        await self._record.note(StreamWithdrawn(draft.part))

    async def _withdraw(self, ts: MessageTs | None, draft: Post) -> None:
        async with self._opening[draft.persona]:
            posts = self._record.posts
            streamed = {stream.ts for stream in posts.streams.values() if stream.ts}
            ours = (streamed | {*posts.posted.values()}) - {ts}
            await self._messenger.withdraw_stream(self._thread, ts, draft, ours)

    async def abandon(self, draft: Post) -> None:
        """End the stream of a message that gets no more text, wherever it stands."""
        stream = self._record.posts.streams[draft.part]
        if stream.ts is None:
            await self.withdraw(draft)
        elif stream.is_sure or self._is_closing(draft.part):
            await self.close(draft)
        else:  # we do not know what it shows, and never will
            await self._messenger.close_stream(self._thread, stream.ts, draft, "")
            await self._record.note(StreamBroken(draft.part))

    async def _is_found(self, draft: Post) -> bool:
        """Whether the message is complete, perhaps only now: a request may arrive late."""
        return await self._messenger.find(self._thread, draft.turn, draft.part) is not None

    async def _rest(self, stream: Stream, part: str, text: str) -> str | None:
        """Return what *stream* lacks of *text*; None if it cannot go on so, or nobody knows."""
        if stream.ts is None or not (stream.is_sure or self._is_closing(part)):
            return None
        if len(text) <= LONG:
            return self._messenger.last_chunk(stream.shown, text)
        return await asyncio.to_thread(self._messenger.last_chunk, stream.shown, text)

    def _is_closing(self, part: str) -> bool:
        return part in self._record.posts.posting


def tell_of_reply(record: TurnRecord, part: str) -> None:
    """Tell observers that the message *part* is there, if it is the first of any reply."""
    posts, turn = record.posts, record.turn
    shown = {*posts.posted, *(name for name, one in posts.streams.items() if one.ts)}
    if [one for one in shown if one.startswith(_REPLIES)] == [part]:
        waited = runtime.time() - float(turn.messages[0].ts)
        observing.count(Measure.FIRST_REPLY, max(0.0, waited), turn=turn)
