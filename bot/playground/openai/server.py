"""The local OpenAI API as one server on loopback."""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.playground.openai import conversations, models
from bot.playground.openai.brain import Brain
from bot.playground.openai.faults import Fault, Faults
from bot.playground.openai.responding import Latency
from bot.playground.openai.responses import Broken, Responses
from bot.playground.openai.rules import RuleBrain
from bot.playground.openai.state import ApiError, Conversation, Json, Store, new_id

API_KEY = "sk-playground"
_MOST_REQUESTS = 100_000

Handler = Callable[[web.Request, Json], Awaitable[Json | AsyncIterator[Json]]]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request, as it was made and as it ended."""

    name: str  # "POST /v1/responses", ids as "*"
    path: str
    body: Json
    status: int
    at: float  # seconds, monotonic


class OpenAIPlayground:
    """``async with OpenAIPlayground() as openai``: conversations and responses."""

    api_key = API_KEY

    def __init__(self, port: int = 0, *, brain: Brain | None = None) -> None:
        self.store = Store()
        self.faults = Faults()
        self.latency = Latency()
        self.responses = Responses(self.store, brain or RuleBrain(), self.latency)
        self.url = ""
        self._recorded: deque[Recorded] = deque(maxlen=_MOST_REQUESTS)
        self._port = port
        self._opened = AsyncExitStack()
        self._unanswered = asyncio.Event()
        self._app = web.Application(client_max_size=50 * 1024 * 1024)
        self._add_routes()

    @property
    def brain(self) -> Brain:
        """What writes the replies."""
        return self.responses.brain

    @property
    def base_url(self) -> str:
        """What a client takes for OpenAI's API."""
        return f"{self.url}/v1"

    @property
    def conversations(self) -> dict[str, Conversation]:
        """The conversations by id."""
        return self.store.conversations

    @property
    def requests(self) -> Sequence[Recorded]:
        """The requests so far."""
        return list(self._recorded)

    async def __aenter__(self) -> Self:
        runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        self._opened.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", self._port).start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self._opened.push_async_callback(self.responses.close)
        self._opened.callback(self._unanswered.set)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._opened.aclose()

    def _add_routes(self) -> None:
        talk = conversations.Conversations(self.store)
        one, items = "/v1/conversations/{conversation}", "/v1/conversations/{conversation}/items"
        response = "/v1/responses/{response}"
        self._route("POST", "/v1/conversations", talk.create)
        self._route("GET", one, talk.retrieve)
        self._route("POST", one, talk.update)
        self._route("DELETE", one, talk.delete)
        self._route("POST", items, talk.create_items)
        self._route("GET", items, talk.list_items)
        self._route("GET", f"{items}/{{item}}", talk.retrieve_item)
        self._route("DELETE", f"{items}/{{item}}", talk.delete_item)
        self._route("POST", "/v1/responses", self.responses.create)
        self._route("POST", "/v1/responses/input_tokens", self.responses.count_tokens)
        self._route("GET", response, self.responses.retrieve)
        self._route("DELETE", response, self.responses.delete)
        self._route("POST", f"{response}/cancel", self.responses.cancel)
        self._route("GET", f"{response}/input_items", self.responses.list_input)
        self._route("GET", "/v1/models", _list_models)
        self._route("GET", "/v1/models/{model}", _retrieve_model)
        self._app.router.add_route("*", "/{rest:.*}", _nothing_there)

    def _route(self, method: str, path: str, handler: Handler) -> None:
        parts = ("*" if part.startswith("{") else part for part in path.split("/"))
        name = f"{method} {'/'.join(parts)}"

        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._handle(request, name, handler)

        self._app.router.add_route(method, path, handle)

    async def _handle(
        self, request: web.Request, name: str, handler: Handler
    ) -> web.StreamResponse:
        body: Json = {}
        try:
            _authorize(request)
            body = await _body(request)
            fault = self.faults.next(name, body)
            if fault and not fault.after_effect:
                return await self._fail(request, name, body, fault)
            answer = await handler(request, body)
            if fault:
                if not isinstance(answer, dict):
                    async for _ in answer:
                        pass
                return await self._fail(request, name, body, fault)
        except ApiError as error:
            self._record(request, name, body, error.status)
            return _error(error)
        self._record(request, name, body, 200)
        if isinstance(answer, dict):
            return web.json_response(answer, headers=_headers())
        return await _stream(request, answer)

    async def _fail(
        self, request: web.Request, name: str, body: Json, fault: Fault
    ) -> web.StreamResponse:
        self._record(request, name, body, fault.status if fault.kind == "status" else 0)
        if fault.kind == "status":
            kind = "server_error" if fault.status >= 500 else "requests"
            error = ApiError("A fault on demand.", status=fault.status, code=fault.code, kind=kind)
            error.retry_after = fault.retry_after
            return _error(error)
        if fault.kind == "silence":
            await self._unanswered.wait()
        if request.transport:
            request.transport.abort()
        return web.Response()

    def _record(self, request: web.Request, name: str, body: Json, status: int) -> None:
        self._recorded.append(Recorded(name, request.path, body, status, time.monotonic()))


async def _stream(request: web.Request, events: AsyncIterator[Json]) -> web.StreamResponse:
    response = web.StreamResponse(headers=_headers() | {"Content-Type": "text/event-stream"})
    await response.prepare(request)
    try:
        async for event in events:
            data = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
            await response.write(f"event: {event['type']}\ndata: {data}\n\n".encode())
    except Broken as broken:
        if broken.garbled:
            await response.write(b"event: response.output_text.delta\ndata: {not json\n\n")
        if broken.reset and request.transport:
            request.transport.abort()
    await response.write_eof()
    return response


async def _list_models(request: web.Request, body: Json) -> Json:
    return {"object": "list", "data": [models.shown(model) for model in models.MODELS.values()]}


async def _retrieve_model(request: web.Request, body: Json) -> Json:
    return models.shown(models.find(request.match_info["model"]))


async def _nothing_there(request: web.Request) -> web.Response:
    text = f"Invalid URL ({request.method} {request.path})"
    return _error(ApiError(text, status=404))


async def _body(request: web.Request) -> Json:
    raw = await request.read()
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise ApiError("We could not parse the JSON body of your request.") from None
    if not isinstance(body, dict):
        raise ApiError("The body should be an object.")
    return body


def _authorize(request: web.Request) -> None:
    if request.headers.get("Authorization") != f"Bearer {API_KEY}":
        raise ApiError("Incorrect API key provided.", status=401, code="invalid_api_key")


def _error(error: ApiError) -> web.Response:
    headers = _headers()
    if error.retry_after is not None:
        headers["Retry-After"] = f"{error.retry_after:g}"
    return web.json_response(error.body, status=error.status, headers=headers)


def _headers() -> dict[str, str]:
    return {"x-request-id": new_id("req"), "openai-version": "2020-10-01"}
