"""Showing a reply while a model writes it.

What is shown is only ever a beginning: ThreadWriter posts the whole reply, and ends the stream
where it stands. So what Slack does not take here stops nothing, but for a thread that was deleted.
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


_SHORT = 2_000  # characters of a text that is looked at whenever it grows; later, in intervals


class ReplyStream:
    """One reply, while a model writes it. *draft* is its message, still without text."""

    def __init__(self, streams: Streams, draft: Post, reader: UserId, timeouts: Timeouts) -> None:
        self._streams = streams
        self._draft = draft
        self._reader = reader
        self._timeouts = timeouts
        self._text = ""
        self._changed = asyncio.Event()
        self._ended = asyncio.Event()
        self._until: float | None = None

    def take(self, event: ModelEvent | ResponseRestarted) -> None:
        """Take what the model writes."""
        match event:
            case TextWritten(delta):
                self._text += delta
                self._changed.set()
            case ResponseRestarted():  # the new text is shown if it begins like the old one
                self._text = ""

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
                more = self._streams.next_chunk(self._draft.part, self._text)
                if more and not await self._show(more):
                    break
                if more or len(self._text) > _SHORT:
                    await self._pause()
            if self._is_late():
                await self._streams.close(self._draft)
        except (MessengerUnavailable, MessengerRefused) as error:
            extra = {"turn": self._draft.turn, "part": self._draft.part, "reason": str(error)}
            log.warning("stream.given_up", extra=extra)

    async def _has_more_text(self) -> bool:
        """Wait for more text; False if none is to be shown any more."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._until):
                await self._changed.wait()
        self._changed.clear()
        return not (self._ended.is_set() or self._is_late())

    def _is_late(self) -> bool:
        return self._until is not None and asyncio.get_running_loop().time() >= self._until

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
