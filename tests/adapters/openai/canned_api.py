"""An API that answers with what a test has put into it, over real HTTP: also what no API should.

For the shapes and the manners of the wire. How a server *behaves* is the playground's matter.
"""

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

End = Literal["whole", "late", "cut", "silent"]


@dataclass(frozen=True)
class Answer:
    """A plain answer: bytes go out as they are, anything else as JSON."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stream:
    """A streamed answer: events, or bytes as they are; and how it ends."""

    chunks: tuple[Mapping[str, Any] | bytes, ...]
    end: End = "whole"


@dataclass(frozen=True)
class Seen:
    """A request that came in."""

    method: str
    path: str
    body: Any
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    connection: object = None  # the client's end of it


class CannedApi:
    """Answers one request after the other, in the order of *answers*."""

    def __init__(self) -> None:
        self.answers: deque[Answer | Stream] = deque()
        self.seen: list[Seen] = []
        self.hung_up = asyncio.Event()  # a client went away in the middle of a stream
        self.base_url = ""

    def will(self, *answers: Answer | Stream) -> None:
        """Answer the next requests so."""
        self.answers.extend(answers)

    def application(self) -> web.Application:
        """Return the server's application."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        return application

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        text = await request.text()
        path = request.path.removeprefix("/v1")
        body = json.loads(text) if text else None
        query = request.rel_url.raw_query_string
        connection = request.transport and request.transport.get_extra_info("peername")
        self.seen.append(Seen(request.method, path, body, query, request.headers, connection))
        if not self.answers:
            return web.json_response({"error": {"message": "nothing prepared"}}, status=501)
        answer = self.answers.popleft()
        if isinstance(answer, Answer) and isinstance(answer.body, bytes):
            return web.Response(body=answer.body, status=answer.status, headers=answer.headers)
        if isinstance(answer, Answer):
            return web.json_response(answer.body, status=answer.status, headers=answer.headers)
        return await self._stream(request, answer)

    async def _stream(self, request: web.Request, answer: Stream) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for number, chunk in enumerate(answer.chunks):
            await response.write(chunk if isinstance(chunk, bytes) else _event(chunk, number))
        if answer.end == "silent":
            await self._until_client_leaves()
        if answer.end == "late":
            await asyncio.sleep(0.02)
        if answer.end == "cut" and request.transport:
            request.transport.abort()
        return response

    async def _until_client_leaves(self) -> None:
        try:
            await asyncio.Event().wait()  # the server cancels this as soon as nobody listens
        finally:
            self.hung_up.set()


def _event(event: Mapping[str, Any], number: int) -> bytes:
    data = json.dumps({"sequence_number": number, **event})
    return f"event: {event['type']}\ndata: {data}\n\n".encode()
