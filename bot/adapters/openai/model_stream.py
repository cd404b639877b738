"""Reading a model's stream: what streams of responses and of runs have in common."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Generic, TypeVar

from bot.adapters.openai.items import tool_called
from bot.panel.errors import ModelUnavailable
from bot.panel.language_model.exchange import ModelEvent, ToolCalled

E = TypeVar("E")


class StreamReader(ABC, Generic[E]):
    """Turns a stream's events into the domain's; each call is reported once."""

    def __init__(self) -> None:
        self.ended = False
        self._reported: set[str] = set()

    @abstractmethod
    def read(self, event: E) -> Iterator[ModelEvent]:
        """Yield what *event* means; raise if it says that the response failed."""

    def _report_call(self, call_id: str, name: str, arguments: str) -> Iterator[ToolCalled]:
        if call_id not in self._reported:
            self._reported.add(call_id)
            yield tool_called(call_id, name, arguments)


async def read_stream(
    reader: StreamReader[E], stream: AsyncIterator[E], what: str
) -> AsyncGenerator[ModelEvent, None]:
    """Yield what *reader* makes of *stream*, up to its end; *what* was streamed, for errors."""
    async for event in stream:
        for model_event in reader.read(event):
            yield model_event
        if reader.ended:
            return
    raise ModelUnavailable(f"the {what} broke off")
