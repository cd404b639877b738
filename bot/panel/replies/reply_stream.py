"""Showing a reply while a model writes it.

What is shown is only ever a beginning: ThreadWriter posts the whole reply, and ends the stream
where it stands. So what Slack does not take here stops nothing, but for a thread that was deleted.

A text is read once for each addition, and not again and again while nothing of it can be shown: so
the time stays proportional to its length.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from bot.panel.errors import MessengerRefused, MessengerUnavailable, leading
from bot.panel.language_model.exchange import ModelEvent, TextWritten
from bot.panel.language_model.model_client import ResponseRestarted
from bot.panel.messaging.messenger import Post
from bot.panel.model import UserId
from bot.panel.replies.streams import Streams
from bot.panel.timeouts import Timeouts

log = logging.getLogger(__name__)


_WORTH_A_LOOK = 8  # by which part of its length a text grows before it is read in vain again


class ReplyStream:
    """One reply, while a model writes it. *draft* is its message, still without text."""

    def __init__(self, streams: Streams, draft: Post, reader: UserId, timeouts: Timeouts) -> None:
        self._streams = streams
        self._draft = draft
        self._reader = reader
        self._timeouts = timeouts
        self._text = streams.growing_text()
        self._written: list[str] = []
        self._length = self._read_at = 0  # of what is written; that is worth reading
        self._changed = asyncio.Event()
        self._ended = asyncio.Event()
        self._until: float | None = None

    def take(self, event: ModelEvent | ResponseRestarted) -> None:
        match event:
            case TextWritten(delta):
                self._written.append(delta)
                self._length += len(delta)
                if self._length >= self._read_at:
                    self._changed.set()
            case ResponseRestarted():  # the new text is shown if it begins like the old one
                self._written, self._length, self._read_at = [], 0, 0

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """Show the reply meanwhile; no request is under way any more afterwards."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._write())
                yield
                self._ended.set()
                self._changed.set()
        except BaseExceptionGroup as errors:  # callers look for the model's errors
            raise leading(errors) from None

    async def _write(self) -> None:
        try:
            while await self._has_more_text():
                more = self._next_chunk()
                if more and not await self._show(more):
                    break
                if more:
                    await self._pause()
            if self._is_late():
                await self._streams.close(self._draft)
        except (MessengerUnavailable, MessengerRefused) as error:
            log.warning("stream.given_up", extra={"part": self._draft.part, "reason": str(error)})

    async def _has_more_text(self) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._until):
                await self._changed.wait()
        self._changed.clear()
        return not (self._ended.is_set() or self._is_late())

    def _is_late(self) -> bool:
        return self._until is not None and asyncio.get_running_loop().time() >= self._until

    def _next_chunk(self) -> str:
        """Return what the message can show besides; if nothing, read when there is enough more."""
        stream, written = self._streams.find(self._draft.part), "".join(self._written)
        more = self._text.next_chunk(stream.shown if stream else "", written)
        self._written = [written]
        self._read_at = 0 if more else self._length + self._length // _WORTH_A_LOOK
        return more

    async def _show(self, more: str) -> bool:
        if self._streams.find(self._draft.part):
            return await self._streams.extend(self._draft.part, more)
        opened = await self._streams.open(replace(self._draft, text=more), self._reader)
        if opened:
            self._until = asyncio.get_running_loop().time() + self._timeouts.stream
        return opened

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timeouts.stream_updates):
                await self._ended.wait()
