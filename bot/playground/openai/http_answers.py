"""Answers over HTTP: JSON, server-sent events, errors, and connections that break."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from aiohttp import web

from bot.json_types import Json
from bot.playground.openai.api_types import StreamedAnswer
from bot.playground.openai.errors import ApiError
from bot.playground.openai.faults import Fault
from bot.playground.openai.items.items import new_id
from bot.playground.openai.stand_in.brain import Cut, Garble, StreamItem

_GARBLED = b"event: response.output_text.delta\ndata: {not json\n\n"
_SSE = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}


def answer(body: Json) -> web.Response:
    """Return a plain answer."""
    text = json.dumps(body, separators=(",", ":"))
    return web.Response(text=text, content_type="application/json", headers=_headers())


def refusal(error: ApiError) -> web.Response:
    """Return an error."""
    headers = _headers()
    if error.retry_after is not None:
        headers["Retry-After"] = f"{error.retry_after:g}"
    return web.json_response(error.body, status=error.status, headers=headers)


def garbled() -> web.Response:
    """Return an answer that is not JSON, though it says so."""
    return web.Response(text='{"id":', content_type="application/json", headers=_headers())


async def break_off(request: web.Request) -> web.Response:
    """Tear the connection down."""
    if request.transport:
        request.transport.abort()
    return web.Response()


async def fall_silent(request: web.Request) -> web.Response:
    """Send nothing more until the client disconnects or the server closes."""
    await asyncio.Event().wait()
    raise AssertionError("waits for ever")


async def relay(
    request: web.Request, streamed: StreamedAnswer, cut: Fault | None = None
) -> web.StreamResponse:
    """Send a response's events as they come; with *cut*, only the first ones."""
    response = web.StreamResponse(headers=_headers() | _SSE)
    await response.prepare(request)
    with suppress(ConnectionResetError):  # the client has disconnected, or we have cut it off
        end = await _send(response, _until(streamed, cut))
        if end.silent:
            await fall_silent(request)
        if end.reset:
            await break_off(request)
        await response.write_eof()
    return response


async def _send(response: web.StreamResponse, batches: AsyncIterator[Sequence[StreamItem]]) -> Cut:
    """Send events up to a cut; return it, or a clean one at the end."""
    async for batch in batches:
        if frames := b"".join(map(_frame, batch)):
            await response.write(frames)
        if batch and isinstance(last := batch[-1], Cut):
            return last
    return Cut()


async def _until(
    streamed: StreamedAnswer, cut: Fault | None
) -> AsyncIterator[Sequence[StreamItem]]:
    """Yield events up to the first cut, which comes last."""
    left = cut.events if cut else None
    async for batch in streamed.generation.follow(streamed.after):
        events = [*itertools.takewhile(lambda item: not isinstance(item, Cut), batch)]
        if left is not None and cut and len(events) >= left:
            yield [*events[:left], Cut(reset=not cut.clean)]
            return
        if len(events) < len(batch):
            yield batch[: len(events) + 1]
            return
        left = left and left - len(events)
        yield batch


def _frame(item: StreamItem) -> bytes:
    match item:
        case Cut():
            return b""
        case Garble():
            return _GARBLED
        case {"event": name, "data": str(data)}:
            return f"event: {name}\ndata: {data}\n\n".encode()
        case {"event": name, "data": shown}:  # the Assistants API: the bare object
            data = json.dumps(shown, separators=(",", ":"))
            return f"event: {name}\ndata: {data}\n\n".encode()
        case _:
            data = json.dumps(item, separators=(",", ":"))
            return f"event: {item['type']}\ndata: {data}\n\n".encode()


def _headers() -> dict[str, str]:
    return {"x-request-id": new_id("req"), "openai-version": "2020-10-01"}
