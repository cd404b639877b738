"""The local OpenAI API as one server on loopback."""

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.json_types import Json
from bot.playground.openai import errors, models, wire
from bot.playground.openai.documents.containers import Containers
from bot.playground.openai.documents.files import Files
from bot.playground.openai.documents.vector_stores import VectorStores
from bot.playground.openai.errors import ApiError
from bot.playground.openai.faults import Fault, Faults
from bot.playground.openai.latency import Latency
from bot.playground.openai.responses.conversations import Conversations
from bot.playground.openai.responses.responses import Responses
from bot.playground.openai.routes import Answer, Asked, Handler, Lost, Raw, Streamed, Upload
from bot.playground.openai.runs.assistants import Assistants
from bot.playground.openai.runs.runs import Runs
from bot.playground.openai.runs.threads import Thread, Threads
from bot.playground.openai.stand_in.brain import Brain, Garble
from bot.playground.openai.stand_in.rules import RuleBrain
from bot.playground.openai.state import Conversation, Manners, Store

API_KEY = "sk-playground"
Door = Callable[[web.Request], Awaitable[web.StreamResponse]]

_ID = re.compile(r"\{\w+\}")
_LARGEST = 50 * 1024 * 1024


@dataclass(slots=True)
class Recorded:
    """One request, as it was made and as it ended."""

    name: str  # "POST /v1/responses", ids as "*"
    path: str
    body: Json
    at: float  # seconds, monotonic
    status: int | None = None  # None: not answered yet; 0: no answer will reach the client
    seconds: float | None = None  # until the answer began


class OpenAIPlayground:
    """``async with OpenAIPlayground() as openai``: conversations, responses, documents.

    The last *record* requests are remembered. With *assistants*, it also speaks the Assistants
    API, as OpenAI did until August 2026 and other servers do.
    """

    api_key = API_KEY

    def __init__(
        self,
        port: int = 0,
        *,
        brain: Brain | None = None,
        record: int | None = 100_000,
        assistants: bool = False,
    ) -> None:
        self.store = Store()
        self.faults = Faults()
        self.url = ""
        self.files = Files()
        self.vector_stores = VectorStores(self.files)
        self.containers = Containers()
        self._responses = Responses(
            self.store, brain or RuleBrain(), Latency(), self.vector_stores, self.containers
        )
        self._threads, self._assistants = Threads(), Assistants()
        self._runs = Runs(
            self._threads,
            self._assistants,
            lambda: self._responses.brain,
            self.manners,
            self.vector_stores,
        )
        self._recorded: deque[Recorded] = deque(maxlen=record)
        self._port = port
        self._opened = AsyncExitStack()
        self._app = web.Application(client_max_size=_LARGEST)
        self._route(Conversations(self.store).routes)
        self._route(self._responses.routes)
        self._route(self.files.routes)
        self._route(self.vector_stores.routes)
        self._route(self.containers.routes)
        self._route(models.ROUTES)
        for part in (self._assistants, self._threads, self._runs) if assistants else ():
            self._route(part.routes)
        self._app.router.add_route("*", "/{rest:.*}", _nothing_there)

    @property
    def app(self) -> web.Application:
        """The web application, for whoever wants to look at what passes."""
        return self._app

    @property
    def brain(self) -> Brain:
        """What writes the replies; may be replaced at any time."""
        return self._responses.brain

    @brain.setter
    def brain(self, brain: Brain) -> None:
        self._responses.brain = brain

    @property
    def latency(self) -> Latency:
        """How long the model takes; may be replaced at any time."""
        return self._responses.latency

    @latency.setter
    def latency(self, latency: Latency) -> None:
        self._responses.latency = latency

    @property
    def manners(self) -> Manners:
        """How the server behaves where OpenAI's way is unknown."""
        return self.store.manners

    @property
    def base_url(self) -> str:
        """What a client takes for OpenAI's API."""
        return f"{self.url}/v1"

    @property
    def conversations(self) -> dict[str, Conversation]:
        """The conversations by id."""
        return self.store.conversations

    @property
    def threads(self) -> dict[str, Thread]:
        """The Assistants API's threads by id."""
        return self._threads.threads

    @property
    def assistants(self) -> dict[str, Json]:
        """The assistants by id."""
        return self._assistants.assistants

    @property
    def requests(self) -> Sequence[Recorded]:
        """The requests so far."""
        return list(self._recorded)

    async def __aenter__(self) -> Self:
        runner = web.AppRunner(
            self._app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )
        await runner.setup()
        self._opened.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", self._port).start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self._opened.push_async_callback(self._responses.close)
        self._opened.push_async_callback(self._runs.close)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._opened.aclose()

    def _route(self, routes: Mapping[str, Handler]) -> None:
        for route, handler in routes.items():
            method, path = route.split(" ")
            self._app.router.add_route(method, path, self._door(_ID.sub("*", route), handler))

    def _door(self, name: str, handler: Handler) -> Door:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._handle(request, name, handler)

        return handle

    async def _handle(
        self, request: web.Request, name: str, handler: Handler
    ) -> web.StreamResponse:
        recorded = Recorded(name, request.path, {}, time.monotonic())
        self._recorded.append(recorded)
        try:
            _authorize(request)
            recorded.body = await _body(request)
            fault = self.faults.next(name, recorded.body)
            if fault and not fault.after_effect:
                return await self._fail(request, recorded, fault)
            asked = Asked(request.match_info, request.query, recorded.body, _included(request))
            answer = await handler(asked)
        except ApiError as error:
            self._note(recorded, error.status)
            return wire.refusal(error)
        if fault and fault.kind != "cut":
            if isinstance(answer, Streamed):
                await answer.generation.wait()
            return await self._fail(request, recorded, fault)
        return await self._tell(request, recorded, answer, fault)

    async def _tell(
        self, request: web.Request, recorded: Recorded, answer: Answer, fault: Fault | None
    ) -> web.StreamResponse:
        match answer:
            case Streamed():
                self._note(recorded, 200)
                try:
                    return await wire.relay(request, answer, fault)
                except (asyncio.CancelledError, ConnectionError):
                    answer.generation.abandon()
                    raise
            case Lost(how):
                self._note(recorded, 0)
                if isinstance(how, Garble):
                    return wire.garbled()
                return await (wire.fall_silent if how.silent else wire.break_off)(request)
            case Raw(content):
                self._note(recorded, 200)
                return web.Response(body=content)
            case _:
                self._note(recorded, 200)
                return wire.answer(answer)

    async def _fail(
        self, request: web.Request, recorded: Recorded, fault: Fault
    ) -> web.StreamResponse:
        if fault.kind == "status":
            self._note(recorded, fault.status)
            return wire.refusal(errors.trouble(fault.status, fault.code, fault.retry_after))
        self._note(recorded, 0)
        if fault.kind == "silence":
            return await wire.fall_silent(request)
        return await wire.break_off(request)

    def _note(self, recorded: Recorded, status: int) -> None:
        recorded.status = status
        recorded.seconds = time.monotonic() - recorded.at


async def _nothing_there(request: web.Request) -> web.Response:
    return wire.refusal(ApiError(f"Invalid URL ({request.method} {request.path})", status=404))


def _included(request: web.Request) -> list[str]:
    query = request.query
    return [*query.getall("include", []), *query.getall("include[]", [])]


async def _body(request: web.Request) -> Json:
    if request.content_type == "multipart/form-data":
        return {name: _field(value) for name, value in (await request.post()).items()}
    raw = await request.read()
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise ApiError("We could not parse the JSON body of your request.") from None
    if not isinstance(body, dict):
        raise ApiError("The JSON body of your request has to be an object.")
    return body


def _field(value: str | bytes | bytearray | web.FileField) -> object:
    match value:
        case web.FileField():
            return Upload(value.filename, value.file.read())
        case _:
            return value


def _authorize(request: web.Request) -> None:
    given = request.headers.get("Authorization")
    if given is None:
        raise ApiError("You didn't provide an API key.", status=401)
    if given != f"Bearer {API_KEY}":
        raise ApiError("Incorrect API key provided.", status=401, code="invalid_api_key")
