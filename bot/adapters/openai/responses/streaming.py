"""The events of a streamed response, as the domain's.

1. Only a terminal event ends a response: a stream that ends without one has failed, however
   quietly it ended.
2. A call is complete as soon as any event says so, and told once.
3. Servers leave out events in between, so none but the terminal one is counted on.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import replace

from openai.types.responses import (
    Response,
    ResponseFunctionToolCall,
    ResponseOutputItem,
    ResponseStreamEvent,
)

from bot.adapters.openai import errors
from bot.adapters.openai.items import (
    approval_wanted,
    image_made,
    image_of,
    model_said,
)
from bot.adapters.openai.leaks.leaks import without_leaks
from bot.adapters.openai.model_stream import StreamReader, read_stream
from bot.panel.language_model.exchange import (
    Begun,
    ModelEvent,
    ModelSaid,
    TextWritten,
    ToolCalled,
    joined,
)
from bot.panel.usage import NO_USAGE, Usage


def events(stream: AsyncIterator[ResponseStreamEvent]) -> AsyncGenerator[ModelEvent, None]:
    """Yield what the model writes; the last is Responded."""
    return read_stream(_ResponseReader(), stream, "response")


class _ResponseReader(StreamReader[ResponseStreamEvent]):
    def __init__(self) -> None:
        super().__init__()
        self._deltas: list[str] = []
        self._begun: dict[int, ResponseFunctionToolCall] = {}

    def read(self, event: ResponseStreamEvent) -> Iterator[ModelEvent]:
        match event.type:
            case "response.created":
                yield Begun(event.response.id)
            case "response.output_text.delta" | "response.refusal.delta":
                self._deltas.append(event.delta)
                yield TextWritten(event.delta)
            case "response.output_item.added":
                yield from self._begin(event.output_index, event.item)
            case "response.function_call_arguments.done" if event.output_index in self._begun:
                yield from self._call(self._begun[event.output_index], event.arguments)
            case "response.output_item.done" if event.item.type == "function_call":
                yield from self._call(event.item, event.item.arguments)
            case "response.completed":
                yield from self._complete(event.response)
            case "response.incomplete":
                details = event.response.incomplete_details
                raise errors.incomplete(details.reason if details else None)
            case "response.failed":
                raise errors.ResponseFailed(event.response.error)
            case "error":
                raise errors.ResponseFailed(event)
            case _:
                pass

    def _begin(self, index: int, item: ResponseOutputItem) -> Iterator[ModelEvent]:
        if item.type == "function_call":
            self._begun[index] = item
        elif item.type == "message" and self._deltas:
            yield TextWritten("\n\n")  # as there will be in the whole text

    def _call(self, item: ResponseFunctionToolCall, arguments: str) -> Iterator[ToolCalled]:
        return self._report_call(item.call_id, item.name, arguments)

    def _complete(self, response: Response) -> Iterator[ModelEvent]:
        for item in response.output:
            if item.type == "function_call":
                yield from self._call(item, item.arguments)
        told = [said for item in response.output for said in _said(item)]
        if not any(said.text or said.thoughts or said.written for said in told):
            told.append(without_leaks(ModelSaid("".join(self._deltas))))
        said = joined(told)
        drawn = [i for i in response.output if i.type == "image_generation_call" and i.result]
        self.ended = True
        asked = (item for item in response.output if item.type == "mcp_approval_request")
        yield replace(
            said,
            usage=usage_of(response),
            wanted=tuple(approval_wanted(item) for item in asked),
            contents={item.id: image_of(item) for item in drawn},
        )


def _said(item: ResponseOutputItem) -> Iterator[ModelSaid]:
    match item.type:
        case "message":
            yield model_said(item.content)
        case "image_generation_call" if image := image_made(item):
            yield image


def usage_of(response: Response) -> Usage:
    """Return what *response* cost, as far as the server tells."""
    used = response.usage
    if used is None:
        return NO_USAGE
    # A server like OpenAI's may leave the details out, whatever their type says.
    cached = getattr(getattr(used, "input_tokens_details", None), "cached_tokens", None)
    return Usage(used.input_tokens, cached or 0, used.output_tokens)
