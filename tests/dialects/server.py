"""A small server that answers as servers like OpenAI's do, each in its own odd way.

It knows nothing of the bot and nothing of the playground: what a row says goes out as it is.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

Json = dict[str, Any]


@dataclass(frozen=True)
class Http:
    """A plain answer: text or bytes go out as they are, anything else as JSON."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sse:
    """A streamed answer: events, or bytes as they are. *cut* breaks the connection at the end."""

    events: Sequence[Mapping[str, Any] | bytes]
    done: bool = True  # whether ``data: [DONE]`` ends it
    cut: bool = False
    pause: float = 0.0  # seconds before each event


@dataclass(frozen=True)
class Unless:
    """*refusal* to requests with *field* (in their tools, too); else, and then used up, *good*."""

    field: str
    refusal: Http | Sse
    good: Http | Sse


Answer = Http | Sse | Unless


@dataclass(frozen=True)
class Dialect:
    """A kind of server, and how it refuses what it does not have."""

    name: str
    not_found: Http
    owner: str = "openai"
    conversations: bool = False


_FASTAPI = Http(404, {"detail": "Not Found"})

VLLM = Dialect("vLLM", _FASTAPI, owner="vllm")
OLLAMA = Dialect("Ollama", Http(404, "404 page not found"), owner="library")
LOCALAI = Dialect(
    "LocalAI",
    Http(404, {"error": {"code": 404, "message": "Resource not found", "type": ""}}),
)
LLAMA_CPP = Dialect(
    "llama.cpp",
    Http(404, {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}),
    owner="llamacpp",
)
LITELLM = Dialect("LiteLLM", _FASTAPI)
SGLANG = Dialect("SGLang", _FASTAPI, owner="sglang")
LM_STUDIO = Dialect(
    "LM Studio",
    Http(200, {"error": "Unexpected endpoint or method. (POST /v1/…)"}),
    owner="organization_owner",
)
OGX = Dialect("OGX", _FASTAPI, owner="ogx", conversations=True)
AZURE = Dialect(
    "Azure",
    Http(404, {"error": {"code": "404", "message": "Resource not found"}}),
    owner="azure",
    conversations=True,
)
OPENAI = Dialect(
    "OpenAI",
    Http(
        404,
        {
            "error": {
                "message": "Invalid URL (POST /v1/…)",
                "type": "invalid_request_error",
                "param": None,
                "code": None,
            }
        },
    ),
    conversations=True,
)

Answers = Sequence[Answer]


class DialectServer:
    """Answers ``POST /responses`` from *answers*, the rest as *dialect* does.

    *answers* has lists by who asks: "router" for requests with functions to consult experts,
    else any word of the instructions ("legal"); "" is everybody. The last of a list stays.
    *elsewhere* answers other requests: "GET /v1/models", or "GET /v1/conversations/" with all
    that follows.
    """

    def __init__(
        self,
        dialect: Dialect,
        answers: Mapping[str, Answers],
        elsewhere: Mapping[str, Sequence[Http | Sse]] | None = None,
        models: Sequence[str | Json] = ("some-model",),
    ) -> None:
        self.dialect = dialect
        self.seen: list[tuple[str, Any]] = []  # requests: "POST /v1/responses", its body
        self.conversations: dict[str, list[Json]] = {}  # items, the oldest first
        self.base_url = ""
        self.models = models
        self._answers = {who: [*given] for who, given in answers.items()}
        self._elsewhere = {what: _in_turn(given) for what, given in (elsewhere or {}).items()}
        self._ids = itertools.count(1)

    @property
    def asked(self) -> list[Json]:
        """The bodies of requests for responses."""
        return [body for what, body in self.seen if what == "POST /v1/responses"]

    @asynccontextmanager
    async def running(self) -> AsyncIterator["DialectServer"]:
        """Serve on a free port."""
        application = web.Application(client_max_size=2**26)
        application.router.add_route("*", "/{path:.*}", self._answer)
        async with TestServer(application) as server:
            self.base_url = str(server.make_url("/v1/"))
            yield self

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        text = await request.text()
        body = json.loads(text) if text.startswith("{") else text
        what = f"{request.method} {request.path}"
        self.seen.append((what, body))
        for beginning, answers in self._elsewhere.items():
            if what == beginning or (beginning.endswith("/") and what.startswith(beginning)):
                return await self._give(request, next(answers))
        match request.path.strip("/").split("/"):
            case ["v1", "models"]:
                return web.json_response(
                    {"object": "list", "data": [*map(self._model, self.models)]}
                )
            case ["v1", "responses"] if request.method == "POST" and isinstance(body, dict):
                return await self._respond(request, body)
            case ["v1", "conversations", *path] if self.dialect.conversations:
                return await self._give(request, self._converse(request, path, body))
        return await self._give(request, self.dialect.not_found)

    async def _respond(self, request: web.Request, body: Json) -> web.StreamResponse:
        answer = self._next_answer(body)
        kept = self.conversations.get(body.get("conversation", ""))
        if kept is not None and isinstance(answer, Sse):
            said = body["input"]
            kept += said if isinstance(said, list) else [{"role": "user", "content": said}]
            ends = [event for event in answer.events if isinstance(event, Mapping)]
            output = ends[-1].get("response", {}).get("output") if ends else None
            kept += [item for item in output or [] if isinstance(item, dict)]
        return await self._give(request, answer)

    def _next_answer(self, body: Json) -> Http | Sse:
        answers = self._answers[self._who(body)]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if not isinstance(answer, Unless):
            return answer
        tools = body.get("tools") or ()
        if answer.field not in body and not any(tool.get(answer.field) for tool in tools):
            return answer.good
        answers[:0] = [answer] if answer not in answers else []
        return answer.refusal

    def _who(self, body: Json) -> str:
        tools = [str(tool.get("name")) for tool in body.get("tools") or ()]
        if "router" in self._answers and any(name.startswith("consult_") for name in tools):
            return "router"
        instructions = str(body.get("instructions")).casefold()
        return next(who for who in self._answers if who != "router" and who in instructions)

    def _converse(self, request: web.Request, path: list[str], body: Any) -> Http:
        if not path:
            id_ = f"conv_{next(self._ids):016x}"
            self.conversations[id_] = []
            return Http(200, _conversation(id_))
        if path[0] not in self.conversations:
            message = f"Conversation with id '{path[0]}' not found."
            error = {"message": message, "type": "invalid_request_error", "code": None}
            return Http(404, {"error": error})
        items = self.conversations[path[0]]
        match path[1:], request.method:
            case [], "DELETE":
                del self.conversations[path[0]]
                deleted = {"id": path[0], "object": "conversation.deleted", "deleted": True}
                return Http(200, deleted)
            case ["items"], "POST":
                items += body["items"]
                return Http(200, _page(body["items"]))
            case ["items"], _:
                is_oldest_first = request.query.get("order") == "asc"
                return Http(200, _page(items, is_oldest_first=is_oldest_first))
            case ["items", item], "DELETE":
                items[:] = [one for one in _numbered(items) if one["id"] != item]
            case ["items", *_], _:
                return self.dialect.not_found
        return Http(200, _conversation(path[0]))

    def _model(self, model: str | Json) -> Json:
        given = {"id": model} if isinstance(model, str) else model
        return {"object": "model", "created": 1, "owned_by": self.dialect.owner} | given

    async def _give(self, request: web.Request, answer: Http | Sse) -> web.StreamResponse:
        if isinstance(answer, Sse):
            return await _stream(request, answer)
        body, is_text = answer.body, isinstance(answer.body, str | bytes)
        raw = body if is_text else json.dumps(body)
        kind = "text/html" if is_text else "application/json"
        data = raw.encode() if isinstance(raw, str) else raw
        headers = {"content-type": kind, **answer.headers}
        return web.Response(status=answer.status, body=data, headers=headers)


async def _stream(request: web.Request, answer: Sse) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    for event in answer.events:
        await asyncio.sleep(answer.pause)
        await response.write(event if isinstance(event, bytes) else sse(event))
    if answer.cut and request.transport:
        request.transport.abort()
    elif answer.done:
        await response.write(b"data: [DONE]\n\n")
    return response


def sse(event: Mapping[str, Any]) -> bytes:
    """Return *event* as it goes over the wire."""
    name = f"event: {event['type']}\n" if "type" in event else ""
    return f"{name}data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


def _in_turn(answers: Sequence[Http | Sse]) -> Iterator[Http | Sse]:
    return itertools.chain(answers, itertools.repeat(answers[-1]))


def _conversation(id_: str) -> Json:
    return {"id": id_, "object": "conversation", "created_at": 1, "metadata": {}}


def _page(items: Sequence[Json], *, is_oldest_first: bool = True) -> Json:
    numbered = _numbered(items)[:: 1 if is_oldest_first else -1]
    ids = [item["id"] for item in numbered] or [None]
    listing = {"object": "list", "data": numbered, "has_more": False}
    return listing | {"first_id": ids[0], "last_id": ids[-1]}


def _numbered(items: Sequence[Json]) -> list[Json]:
    return [
        {"id": f"item_{number}", "status": "completed", **item} for number, item in enumerate(items)
    ]
