"""Letting people watch a reply being written.

What is shown is only ever a beginning: the Speaker says the whole, and ends the stream where it
stands. So whatever goes wrong here stops nothing.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from bot.panel.errors import PanelError
from bot.panel.language_model.exchange import ModelEvent, TextWritten
from bot.panel.language_model.requests import ResponseRestarted
from bot.panel.messaging.messenger import Messenger, Post
from bot.panel.model import Panel, ThreadRef, UserId
from bot.panel.replies.streams import Streams
from bot.panel.timeouts import Timeouts

log = logging.getLogger(__name__)


def is_wanted(panel: Panel, messenger: Messenger, thread: ThreadRef) -> bool:
    """Whether people watch replies: where nothing else is said, if everybody in *thread* can."""
    if panel.streaming is None:
        return messenger.is_private(thread)
    return panel.streaming


class ReplyStream:
    """One reply, while a model writes it. *draft* is its message, still without text."""

    def __init__(self, streams: Streams, draft: Post, reader: UserId, timeouts: Timeouts) -> None:
        self._streams = streams
        self._draft = draft
        self._reader = reader
        self._timeouts = timeouts
        self._text = ""
        self._news = asyncio.Event()
        self._over = asyncio.Event()
        self._until: float | None = None

    def hear(self, event: ModelEvent | ResponseRestarted) -> None:
        """Take notice of what the model writes."""
        match event:
            case TextWritten(delta):
                self._text += delta
                self._news.set()
            case ResponseRestarted():  # what it begins anew is shown if it begins like the old
                self._text = ""
            case _:
                pass

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """Show the reply meanwhile; nothing is under way any more afterwards."""
        writing = asyncio.create_task(self._write())
        try:
            yield
            self._over.set()
            self._news.set()
            await writing
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing

    async def _write(self) -> None:
        try:
            while await self._is_to_go_on():
                more = self._streams.next_chunk(self._draft.part, self._text)
                if more and not await self._show(more):
                    break
                if more:
                    await self._pause()
            if self._is_late():
                await self._streams.close(self._draft)
        except PanelError as error:
            extra = {"turn": self._draft.turn, "part": self._draft.part, "reason": str(error)}
            log.warning("stream.given_up", extra=extra)

    async def _is_to_go_on(self) -> bool:
        """Wait for more text; False if none is to be shown any more."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._until):
                await self._news.wait()
        self._news.clear()
        return not (self._over.is_set() or self._is_late())

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
                await self._over.wait()
