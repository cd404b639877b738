"""``/v1/responses``: validating requests, and generating responses to them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.json_types import Json
from bot.playground.background_tasks import BackgroundTasks
from bot.playground.openai import errors, models, tokens
from bot.playground.openai.api_types import ApiRequest, BrokenAnswer, Handler, StreamedAnswer
from bot.playground.openai.conversations.store import Conversation, Store, StoredResponse
from bot.playground.openai.documents.containers import Containers
from bot.playground.openai.documents.vector_stores import VectorStores
from bot.playground.openai.errors import ApiError
from bot.playground.openai.fields import check_fields
from bot.playground.openai.items import items
from bot.playground.openai.latency import Latency
from bot.playground.openai.paging import page
from bot.playground.openai.responses import compaction, requests
from bot.playground.openai.responses.generation import Context, Generation
from bot.playground.openai.responses.response_events import Writing
from bot.playground.openai.responses.response_start import begun
from bot.playground.openai.stand_in.brain import Brain, LookUp, ModelRequest, Reply, Search, Status
from bot.playground.openai.tools import mcp_servers, request_tools
from bot.playground.openai.tools.mcp_servers import Server

_MOST_FOUND = 20  # where the request says nothing


class Responses:
    """Answers requests about responses; *brain* writes them, in the time that *latency* gives."""

    def __init__(
        self,
        store: Store,
        brain: Brain,
        latency: Latency,
        documents: VectorStores,
        containers: Containers,
        tasks: BackgroundTasks,
    ) -> None:
        self.brain = brain
        self._documents = documents
        self._containers = containers
        self._store = store
        self.latency = latency
        self._cache = tokens.PromptCache()
        self._tasks = tasks

    @property
    def routes(self) -> Mapping[str, Handler]:
        """Who answers what."""
        one = "/v1/responses/{response}"
        return {
            "POST /v1/responses": self._create,
            "POST /v1/responses/input_tokens": self._count_tokens,
            f"GET {one}": self._retrieve,
            f"DELETE {one}": self._delete,
            f"POST {one}/cancel": self._cancel,
            f"GET {one}/input_items": self._list_input,
        }

    async def _create(self, request: ApiRequest) -> Json | StreamedAnswer | BrokenAnswer:
        body = request.body
        model = requests.check(body)
        servers = await self._servers(body)
        generation = self._begin(body, model, servers)
        if body.get("stream"):
            return StreamedAnswer(generation)
        if not body.get("background"):
            await _wait(generation)
            if generation.broken:
                return BrokenAnswer(generation.broken)
            _raise_failure(generation.response)
        return generation.response

    async def _retrieve(self, request: ApiRequest) -> Json | StreamedAnswer:
        kept = self._kept(request)
        if request.query.get("stream") != "true":
            return _current(kept)
        if not isinstance(kept.ongoing, Generation) or not kept.streamed:
            text = "This response cannot be streamed because it was not created with stream=true."
            raise ApiError(text, param="stream")
        return StreamedAnswer(kept.ongoing, after=request.number("starting_after", -1))

    async def _delete(self, request: ApiRequest) -> Json:
        self._kept(request)
        del self._store.responses[request.ids["response"]]
        return {"id": request.ids["response"], "object": "response", "deleted": True}

    async def _cancel(self, request: ApiRequest) -> Json:
        kept = self._kept(request)
        if kept.ongoing is None:
            raise ApiError("Cannot cancel a synchronous response.")
        kept.ongoing.cancel()
        return _current(self._kept(request))

    async def _list_input(self, request: ApiRequest) -> Json:
        return page(
            [items.shown(item, request.include) for item in self._kept(request).seen], request
        )

    async def _count_tokens(self, request: ApiRequest) -> Json:
        body = request.body
        check_fields("input_tokens", body)
        request_tools.check(body)
        new = items.taken(body.get("input") or [], "input")
        _, before = self._before(body)
        counted = tokens.read(body, compaction.visible([*before, *new]))
        return {"object": "response.input_tokens", "input_tokens": counted}

    def _kept(self, request: ApiRequest) -> StoredResponse:
        return self._store.response(request.ids["response"])

    async def _servers(self, body: Json) -> Sequence[Server]:
        """Return the servers of tools that a request offers."""
        offered = any(tool["type"] == "mcp" for tool in body.get("tools") or ())
        return await mcp_servers.offered(body, self._before(body)[1]) if offered else ()

    def _begin(self, body: Json, model: models.Model, servers: Sequence[Server]) -> Generation:
        """Ask the brain, and let the writing begin."""
        context = self._context(body, model)
        search = self._search(body)
        request = _as_the_model_sees_it(body, context, search)
        request = replace(request, remote={one.label: one.tools for one in servers})

        def go_on(output: Sequence[Json]) -> Reply:
            knows_more = replace(request, items=[*request.items, *output])
            return self._containers.ran(with_findings(self.brain.reply(knows_more), request))

        reply = mcp_servers.approved(context.seen, context.new) or go_on(())
        if reply and isinstance(status := reply[0], Status):
            raise errors.trouble(status.status, status.code, status.retry_after)
        effort = requests.effort(body, model)
        writing = Writing(body, begun(body, context, effort), self.latency, effort)
        writing.servers, writing.go_on = servers, go_on
        writing.manners = self._store.manners
        if compaction.is_due(body, context.read):
            writing.compaction = compaction.compacted(context.seen)
        generation = Generation(self._store, writing, context)
        generation.start(reply, self._tasks)
        return generation

    def _context(self, body: Json, model: models.Model) -> Context:
        new = items.taken(body.get("input") or [], "input")
        conversation, before = self._before(body)
        if conversation and conversation.locked_by and self._store.manners.locks:
            raise errors.locked()
        refused = self._store.manners.unstored_in_conversation == "refused"
        if conversation and refused and body.get("store") is False:
            text = "'conversation' requires 'store' to be true."
            raise ApiError(text, code="unsupported_value", param="store")
        items.check_additions(before, new)
        for call_id in items.unanswered([*before, *new]):
            raise errors.no_output(call_id)
        if self._store.manners.waits_for_approval and (left := items.undecided([*before, *new])):
            raise errors.not_approved(left)
        seen = compaction.visible([*before, *new])
        read, cached = self._cache.read(body, seen)
        if read > model.context:
            seen = _fitting(body, seen, read - model.context)
            read = tokens.read(body, seen)
        return Context(conversation, new, seen, read, cached)

    def _search(self, body: Json) -> Search | None:
        """Return the way to search the documents that the request offers."""
        tool = request_tools.searched(body)
        if tool is None:
            return None
        for store in tool["vector_store_ids"]:
            self._documents.find(store)
        most = tool.get("max_num_results", _MOST_FOUND)
        return lambda query: self._documents.search(tool["vector_store_ids"], [query], most)

    def _before(self, body: Json) -> tuple[Conversation | None, list[Json]]:
        """Return what was said before the request's own input."""
        if wanted := requests.conversation_id(body):
            conversation = self._store.conversation(wanted)
            return conversation, conversation.items
        previous = body.get("previous_response_id")
        if not previous:
            return None, []
        if previous not in self._store.responses:
            text = f"Previous response with id '{previous}' not found."
            raise ApiError(text, code="previous_response_not_found", param="previous_response_id")
        kept = self._store.responses[previous]
        return None, [*kept.seen, *_current(kept)["output"]]


async def _wait(generation: Generation) -> None:
    try:
        await generation.wait()
    except asyncio.CancelledError:  # the client has disconnected
        generation.abandon()
        raise


def _current(kept: StoredResponse) -> Json:
    return kept.ongoing.response if kept.ongoing else kept.shown


def _raise_failure(response: Json) -> None:
    """Raise if the response failed; without a stream that is an HTTP status."""
    if response["status"] == "failed" and response["error"]["code"] == "server_error":
        raise errors.trouble(500, "server_error", None)


def _fitting(body: Json, seen: list[Json], excess: int) -> list[Json]:
    """Return *seen* without the oldest items that are too much, if that may be."""
    if body.get("truncation") != "auto":
        raise ApiError(
            "Your input exceeds the context window of this model. "
            "Please adjust your input and try again.",
            code="context_length_exceeded",
            param="input",
        )
    first = 0
    while excess > 0 and first < len(seen) - 1:
        excess -= tokens.count(items.text_of(seen[first]))
        first += 1
    return seen[first:]


def with_findings(reply: Reply, request: ModelRequest) -> Reply:
    """Return *reply* with what its searches find, and with a search where one is demanded."""
    search = request.search
    if search is None:
        return reply
    searches = any(isinstance(step, LookUp | Status) for step in reply)
    if request.must_search and not searches:
        reply = [LookUp((request.last_user_text,)), *reply]
    return [_looked_up(step, search) if isinstance(step, LookUp) else step for step in reply]


def _looked_up(step: LookUp, search: Search) -> LookUp:
    found = {passage.text: passage for query in step.queries for passage in search(query)}
    return replace(step, found=tuple(found.values()))


def _as_the_model_sees_it(body: Json, context: Context, search: Search | None) -> ModelRequest:
    return ModelRequest(
        model=body["model"],
        instructions=body.get("instructions") or "",
        tools=request_tools.offered(body),
        may_call=request_tools.may_call(body),
        must_call=request_tools.must_call(body),
        schema=requests.schema(body),
        items=context.seen,
        search=search,
        must_search=request_tools.must_search(body),
        hosted=request_tools.hosted(body),
    )
