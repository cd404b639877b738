"""Reading a model's stream: what streams of responses and of runs have in common."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import suppress

from openai import OpenAIError

from bot.adapters.openai.reading.call_ids import CallIds
from bot.adapters.openai.reading.citation_markers import MarkerFilter
from bot.adapters.openai.reading.model_calls import ModelCalls
from bot.adapters.openai.reading.sent import Sent
from bot.characters import Joiner
from bot.panel.errors import ModelUnavailable
from bot.panel.language_model.exchange import ModelEvent, TextWritten, ToolsRunning

_END = 0.2  # seconds that a server has to end a body in which nothing follows


class StreamReader(ABC):
    """Turns a stream's events into the domain's; each call is reported once, by one of *ids*."""

    def __init__(self, ids: CallIds | None = None) -> None:
        self.ended = False
        self.noted: set[str] = set()  # odd fields, which are logged once
        self._calls = ModelCalls(ids or CallIds())
        self._markers = MarkerFilter()
        self._halves = Joiner()
        self._running: dict[str, str] = {}  # tools by item

    @abstractmethod
    def read(self, event: Sent) -> Iterator[ModelEvent]:
        """Yield what *event* means; raise if it says that the response failed."""

    def _run(self, item: str, tool: str) -> Iterator[ToolsRunning]:
        """Note that an *item* begins to use a *tool*; of none: that it has ended."""
        before = [*self._running.values()]
        self._running[item] = tool
        if not tool:
            del self._running[item]
        if [*self._running.values()] != before:
            yield ToolsRunning(tuple(dict.fromkeys(self._running.values())))

    def _shown(self, piece: str) -> Iterator[TextWritten | ToolsRunning]:
        """Yield what people may see of the text by now."""
        for item in [*self._running]:  # some servers do not say that a tool has ended
            yield from self._run(item, "")
        if shown := self._markers.take(piece):
            yield TextWritten(shown)

    def _shown_in_the_end(self) -> Iterator[TextWritten]:
        if shown := self._markers.rest():
            yield TextWritten(shown)


async def read_stream(
    reader: StreamReader, stream: AsyncIterator[object], what: str
) -> AsyncGenerator[ModelEvent, None]:
    """Yield what *reader* makes of *stream*, up to its end; *what* was streamed, for errors."""
    async for event in stream:
        for model_event in reader.read(Sent(event, what, reader.noted)):
            yield model_event
        if reader.ended:
            await read_on(stream)
            return
    raise ModelUnavailable(f"the {what} broke off")


async def read_on(rest: AsyncIterator[object]) -> None:
    """Read the *rest* to its end: only then can the next request have the connection."""
    with suppress(TimeoutError, OpenAIError, ValueError):
        async with asyncio.timeout(_END):
            async for _ in rest:
                pass
