"""The events of a streamed response, as the domain's.

Acts on the terminal event only: a stream that ends without one has failed, however
quietly it ended. Compatible servers leave out some of the events in between.
"""

from collections.abc import AsyncGenerator, AsyncIterator

from openai.types.responses import Response, ResponseStreamEvent

from bot.adapters.openai import errors
from bot.adapters.openai.items import tool_called
from bot.panel.errors import ModelUnavailable
from bot.panel.exchange import ModelEvent, Responded, TextWritten, ToolCalled
from bot.panel.model import Usage


async def events(stream: AsyncIterator[ResponseStreamEvent]) -> AsyncGenerator[ModelEvent, None]:
    """Yield what the model writes; each call once, as soon as it is whole."""
    seen: set[str] = set()
    async for event in stream:
        match event.type:
            case "response.output_text.delta":
                yield TextWritten(event.delta)
            case "response.output_item.done" if event.item.type == "function_call":
                if event.item.call_id not in seen:
                    seen.add(event.item.call_id)
                    yield tool_called(event.item.call_id, event.item.name, event.item.arguments)
            case "response.completed":
                for call in _calls(event.response):
                    if call.call_id not in seen:
                        yield call
                yield Responded(event.response.output_text, _usage(event.response))
                return
            case _:
                _check(event)
    raise ModelUnavailable("the model's answer broke off without an end")


def _check(event: ResponseStreamEvent) -> None:
    """Raise what *event* means if it ends the response badly."""
    match event.type:
        case "response.incomplete":
            details = event.response.incomplete_details
            raise errors.incomplete(details.reason if details else None)
        case "response.failed":
            raise errors.failed(event.response.error.code if event.response.error else None)
        case "error":
            raise errors.failed(event.code)
        case _:
            pass


def _calls(response: Response) -> list[ToolCalled]:
    return [
        tool_called(item.call_id, item.name, item.arguments)
        for item in response.output
        if item.type == "function_call"
    ]


def _usage(response: Response) -> Usage:
    used = response.usage
    if used is None:
        return Usage()
    details = used.input_tokens_details
    return Usage(used.input_tokens, details.cached_tokens if details else 0, used.output_tokens)
