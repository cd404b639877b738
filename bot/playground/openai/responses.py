"""``/v1/responses``: what may be asked, what is locked meanwhile and what is stored at the end."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from bot.playground.openai import requests, responding
from bot.playground.openai.brain import Brain, Garble, ModelRequest
from bot.playground.openai.conversations import page
from bot.playground.openai.responding import Latency, Writing
from bot.playground.openai.state import (
    ApiError,
    Conversation,
    Json,
    Store,
    stored_item,
)


class Broken(Exception):
    """The stream to the client breaks off."""

    def __init__(self, *, reset: bool, garbled: bool) -> None:
        super().__init__()
        self.reset = reset
        self.garbled = garbled


class Responses:
    """Answers requests about responses."""

    def __init__(self, store: Store, brain: Brain, latency: Latency) -> None:
        self.brain = brain
        self.goes_on_alone = True  # whether a response is finished when its client goes away
        self._store = store
        self._latency = latency
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Stop writing."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def create(self, request: web.Request, body: Json) -> Json | AsyncIterator[Json]:
        """Write a response, streamed or as a whole."""
        requests.check(body)
        events = self._begin(body)
        if body.get("stream"):
            return events
        last: Json = {}
        try:
            async for event in events:
                last = event
        except Broken:
            raise ApiError("The server had an error.", status=500, kind="server_error") from None
        response: Json = last["response"]
        return response

    async def retrieve(self, request: web.Request, body: Json) -> Json:
        """Return a stored response."""
        return self._of(request)

    async def delete(self, request: web.Request, body: Json) -> Json:
        """Forget a response."""
        found = self._of(request)
        del self._store.responses[found["id"]]
        return {"id": found["id"], "object": "response", "deleted": True}

    async def cancel(self, request: web.Request, body: Json) -> Json:
        """Cancel a background response; others cannot be."""
        if not self._of(request)["background"]:
            raise ApiError("Only background responses can be cancelled.")
        return self._of(request)

    async def list_input(self, request: web.Request, body: Json) -> Json:
        """Return what a response was shown."""
        return page(self._store.inputs[self._of(request)["id"]], request)

    async def count_tokens(self, request: web.Request, body: Json) -> Json:
        """Return how many tokens a request would take."""
        items = [stored_item(item) for item in requests.input_items(body)]
        counted = responding.usage(body, items, [])["input_tokens"]
        return {"object": "response.input_tokens", "input_tokens": counted}

    def _of(self, request: web.Request) -> Json:
        wanted = request.match_info["response"]
        found = self._store.responses.get(wanted)
        if found is None:
            raise ApiError(f"Response with id '{wanted}' not found.", status=404)
        return found

    def _begin(self, body: Json) -> AsyncIterator[Json]:
        """Check the request against the conversation, lock it, and start writing."""
        conversation = self._conversation(body)
        new = [stored_item(item) for item in requests.input_items(body)]
        before = list(conversation.items) if conversation else self._chain(body)
        _check_calls(before, new)
        if conversation:
            self._store.check_input(conversation, new)
            if conversation.locked:
                raise ApiError(
                    "Another process is currently operating on this conversation. "
                    "Please retry in a few seconds.",
                    code="conversation_locked",
                    param="conversation",
                )
            conversation.locked = True
        seen = [*before, *new]
        shown = responding.new_response(body, conversation.id if conversation else None, seen)
        writing = Writing(body, shown, self._latency)
        queue: asyncio.Queue[Json | Broken | None] = asyncio.Queue()
        writer = _Writer(self._store, writing, conversation, new, seen)
        task = asyncio.create_task(writer.run(self.brain, queue))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return self._relay(task, queue)

    async def _relay(
        self, task: asyncio.Task[None], queue: asyncio.Queue[Json | Broken | None]
    ) -> AsyncIterator[Json]:
        try:
            while (event := await queue.get()) is not None:
                if isinstance(event, Broken):
                    raise event
                yield event
        finally:
            if not self.goes_on_alone:
                task.cancel()

    def _conversation(self, body: Json) -> Conversation | None:
        wanted = requests.conversation_id(body)
        return self._store.conversation(wanted) if wanted else None

    def _chain(self, body: Json) -> list[Json]:
        """Return what the previous response saw and said."""
        previous = body.get("previous_response_id")
        if not previous:
            return []
        if previous not in self._store.responses:
            text = f"Previous response with id '{previous}' not found."
            raise ApiError(text, code="previous_response_not_found", param="previous_response_id")
        return [*self._store.inputs[previous], *self._store.responses[previous]["output"]]


class _Writer:
    """Writes one response to its end, whether anybody still listens or not."""

    def __init__(
        self,
        store: Store,
        writing: Writing,
        conversation: Conversation | None,
        new: list[Json],
        seen: list[Json],
    ) -> None:
        self._store = store
        self._writing = writing
        self._conversation = conversation
        self._new = new
        self._seen = seen

    async def run(self, brain: Brain, queue: asyncio.Queue[Json | Broken | None]) -> None:
        body, writing = self._writing.body, self._writing
        try:
            reply = brain.reply(
                ModelRequest(
                    model=body["model"],
                    instructions=body.get("instructions") or "",
                    tools=requests.offered_tools(body),
                    may_call=requests.may_call(body),
                    items=self._seen,
                )
            )
            async for event in responding.write(writing, reply):
                if event["type"] == "response.completed":
                    self._keep()
                    event["response"] = writing.snapshot()
                queue.put_nowait(event)
        except responding.Broken as broken:
            self._break(broken, queue)
        finally:
            if self._conversation:
                self._conversation.locked = False
            queue.put_nowait(None)

    def _break(self, broken: responding.Broken, queue: asyncio.Queue[Json | Broken | None]) -> None:
        step = broken.step
        if isinstance(step, Garble):
            queue.put_nowait(Broken(reset=False, garbled=True))
            return
        if step.stored:
            self._writing.shown["status"] = "completed"
            self._keep()
        queue.put_nowait(Broken(reset=step.reset, garbled=False))

    def _keep(self) -> None:
        """Store the response, and in its conversation what went in and what came out."""
        writing = self._writing
        writing.shown["usage"] = responding.usage(writing.body, self._seen, writing.output)
        if self._conversation:
            self._conversation.items += [*self._new, *writing.output]
        if writing.shown["store"]:
            self._store.responses[writing.shown["id"]] = writing.snapshot()
            self._store.inputs[writing.shown["id"]] = self._seen


def _check_calls(before: Sequence[Json], new: Sequence[Json]) -> None:
    """Raise if a call that was made before has no output yet."""
    items = [*before, *new]
    answered = {item["call_id"] for item in items if item["type"] == "function_call_output"}
    for item in items:
        if item["type"] == "function_call" and item["call_id"] not in answered:
            text = f"No tool output found for function call {item['call_id']}."
            raise ApiError(text, param="input")
