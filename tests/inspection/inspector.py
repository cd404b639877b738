"""Looks at everything that passes between the bot and the local OpenAI API or Slack.

What does not follow the platforms' own documents is gathered, not raised: the servers and the bot
go on as they would, and the test fails at its end.
"""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from aiohttp import web

from bot.playground.openai.server import OpenAIPlayground
from tests.inspection import client_types
from tests.inspection.client_types import DECISIONS
from tests.inspection.openapi import OpenApi

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# What the bot sends knowing that it is refused.
_ON_PURPOSE: Sequence[tuple[str, str, Any]] = (
    ("POST", "/v1/responses", {}),  # adapters/openai/backends.py: is there such an endpoint?
)


class OpenAIInspector:
    """Holds requests, answers and streamed events against OpenAI's document, where it is there."""

    def __init__(self, openapi: OpenApi | None) -> None:
        self._document = openapi
        self.problems: list[str] = []
        self.operations: Counter[str] = Counter()

    def watch(self, playground: OpenAIPlayground) -> OpenAIPlayground:
        """Look at all that passes *playground*, which is not open yet; returns it."""
        if self._document:
            playground.app.middlewares.append(self._look_at_both)
            playground.app.on_response_prepare.append(self._tap)
        return playground

    def watch_requests(self, application: web.Application) -> web.Application:
        """Look at the requests alone, of an API that answers as no API would; returns it."""
        if self._document:
            application.middlewares.append(self._look_at_one)
        return application

    @property
    def _openapi(self) -> OpenApi:
        assert self._document
        return self._document

    @web.middleware
    async def _look_at_both(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await self._look_at_one(request, handler)
        if isinstance(response, web.Response):
            self._look_at_answer(request, response)
        return response

    @web.middleware
    async def _look_at_one(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        await self._look_at_request(request)
        return await handler(request)

    async def _look_at_request(self, request: web.Request) -> None:
        method, path = request.method, request.path
        body = await _body(request)
        if (method, path, body) in _ON_PURPOSE:
            return
        with _noting(self.problems, f"{method} {path}"):
            if path == DECISIONS:
                client_types.check_request(body)
                return
            self.operations[self._openapi.operation(method, path)] += 1
            self._openapi.check_request(method, path, list(request.query.items()), body)

    def _look_at_answer(self, request: web.Request, response: web.Response) -> None:
        if response.content_type != "application/json":
            return
        with _noting(self.problems, f"answer to {request.method} {request.path}"):
            try:
                body = json.loads(response.text or "")
            except ValueError:  # the playground misbehaves because a test wants it to
                return
            if request.path == DECISIONS:
                client_types.check_answer(response.status, body)
                return
            self._openapi.check_answer(request.method, request.path, response.status, body)

    async def _tap(self, request: web.Request, response: web.StreamResponse) -> None:
        if response.content_type != "text/event-stream":
            return
        write, is_run = response.write, "/threads/" in request.path

        async def heard(data: Any) -> None:
            for name, event in _events(bytes(data)):
                with _noting(self.problems, f"event of {request.method} {request.path}"):
                    if is_run:
                        self._openapi.check_run_event(name, event)
                    else:
                        self._openapi.check_event(event)
            await write(data)

        response.write = heard  # type: ignore[method-assign]


@contextmanager
def _noting(problems: list[str], what: str) -> Iterator[None]:
    """Gather what is wrong, with *what* it is wrong with."""
    try:
        yield
    except AssertionError as error:
        problems.append(f"{what}: {error}")


async def _body(request: web.Request) -> Any:
    if request.content_type == "multipart/form-data":
        form = await request.post()
        return {name: value if isinstance(value, str) else "…" for name, value in form.items()}
    text = await request.text()
    return json.loads(text) if text else None


def _events(data: bytes) -> Iterator[tuple[str, Any]]:
    for frame in data.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in frame.splitlines())
        try:
            yield fields.get("event", ""), json.loads(fields.get("data", ""))
        except ValueError:  # the end, or garbled because a test wants it so
            continue
