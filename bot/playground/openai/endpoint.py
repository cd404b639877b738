"""How requests come in and answers go out: keys, bodies, faults, and what is recorded."""

import json
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.json_types import Json
from bot.playground.openai import errors, http_answers
from bot.playground.openai.api_types import (
    Answer,
    ApiRequest,
    BrokenAnswer,
    Handler,
    RawAnswer,
    StreamedAnswer,
    Upload,
)
from bot.playground.openai.errors import ApiError
from bot.playground.openai.faults import Fault, Faults
from bot.playground.openai.stand_in.brain import Garble

API_KEY = "sk-playground"
WebHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_ID = re.compile(r"\{\w+\}")


@dataclass(slots=True)
class RecordedRequest:
    """One request, as it was made and as it ended."""

    name: str  # "POST /v1/responses", ids as "*"
    path: str
    body: Json
    at: float  # seconds, monotonic
    status: int | None = None  # None: not answered yet; 0: no answer will reach the client
    seconds: float | None = None  # until the answer began


class Endpoint:
    """Hands requests to the parts of the API; the last *record* of them are remembered."""

    def __init__(self, faults: Faults, record: int | None) -> None:
        self.recorded: deque[RecordedRequest] = deque(maxlen=record)
        self._faults = faults

    def serve(self, router: web.UrlDispatcher, routes: Mapping[str, Handler]) -> None:
        """Add *routes*."""
        for route, handler in routes.items():
            method, path = route.split(" ")
            router.add_route(method, path, self._web_handler(_ID.sub("*", route), handler))

    def refuse_the_rest(self, router: web.UrlDispatcher) -> None:
        """Answer every other path with OpenAI's 404."""
        router.add_route("*", "/{rest:.*}", _nothing_there)

    def _web_handler(self, name: str, handler: Handler) -> WebHandler:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._handle(request, name, handler)

        return handle

    async def _handle(
        self, request: web.Request, name: str, handler: Handler
    ) -> web.StreamResponse:
        recorded = RecordedRequest(name, request.path, {}, time.monotonic())
        self.recorded.append(recorded)
        try:
            _authorize(request)
            recorded.body = await _body(request)
            fault = self._faults.next(name, recorded.body)
            if fault and fault.until:
                await fault.until.wait()
                fault = None
            if fault and not fault.after_effect:
                return await self._fail(request, recorded, fault)
            api_request = ApiRequest(
                request.match_info, request.query, recorded.body, _included(request)
            )
            answer = await handler(api_request)
        except ApiError as error:
            self._note(recorded, error.status)
            return http_answers.refusal(error)
        if fault and fault.kind != "cut":
            if isinstance(answer, StreamedAnswer):
                await _run_into(fault, answer)
            return await self._fail(request, recorded, fault)
        return await self._send(request, recorded, answer, fault)

    async def _send(
        self, request: web.Request, recorded: RecordedRequest, answer: Answer, fault: Fault | None
    ) -> web.StreamResponse:
        match answer:
            case StreamedAnswer():
                self._note(recorded, 200)
                try:
                    return await http_answers.relay(request, answer, fault)
                finally:
                    answer.generation.abandon()
            case BrokenAnswer(how):
                self._note(recorded, 0)
                if isinstance(how, Garble):
                    return http_answers.garbled()
                return await (http_answers.fall_silent if how.silent else http_answers.break_off)(
                    request
                )
            case RawAnswer(content):
                self._note(recorded, 200)
                return web.Response(body=content)
            case _:
                self._note(recorded, 200)
                return http_answers.answer(answer)

    async def _fail(
        self, request: web.Request, recorded: RecordedRequest, fault: Fault
    ) -> web.StreamResponse:
        if fault.kind == "status":
            self._note(recorded, fault.status)
            trouble = errors.trouble(fault.status, fault.code, fault.retry_after, fault.message)
            return http_answers.refusal(trouble)
        if fault.kind == "page":
            self._note(recorded, fault.status)
            return web.Response(status=fault.status, text=fault.body, content_type=fault.media_type)
        self._note(recorded, 0)
        if fault.kind == "silence":
            return await http_answers.fall_silent(request)
        return await http_answers.break_off(request)

    def _note(self, recorded: RecordedRequest, status: int) -> None:
        recorded.status = status
        recorded.seconds = time.monotonic() - recorded.at


async def _run_into(fault: Fault, answer: StreamedAnswer) -> None:
    """Return when the answer, which nobody will get, has got as far as *fault* says."""
    if fault.before_end:
        answer.generation.abandon()
    else:
        await answer.generation.wait()


async def _nothing_there(request: web.Request) -> web.Response:
    return http_answers.refusal(
        ApiError(f"Invalid URL ({request.method} {request.path})", status=404)
    )


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
