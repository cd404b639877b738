"""``/v1/threads/…/runs``: what may be asked of a run, and when."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from bot.json_types import Json
from bot.playground.background_tasks import BackgroundTasks
from bot.playground.openai import errors, models
from bot.playground.openai.api_types import ApiRequest, Handler, StreamedAnswer
from bot.playground.openai.assistants.assistants import Assistants
from bot.playground.openai.assistants.run_states import Run, begun, locked_for_run
from bot.playground.openai.assistants.run_writing import RunWriting, output_items
from bot.playground.openai.assistants.threads import Thread, Threads, nothing_found
from bot.playground.openai.conversations.store import Manners, checked_metadata
from bot.playground.openai.documents.vector_stores import VectorStores
from bot.playground.openai.errors import ApiError
from bot.playground.openai.event_log import EventLog
from bot.playground.openai.paging import page
from bot.playground.openai.responses.responses import with_findings
from bot.playground.openai.stand_in.brain import Brain, ModelRequest, Reply, Search, Status
from bot.playground.openai.tools import assistant_tools, request_tools

FIELDS = frozenset(
    {
        "additional_instructions", "additional_messages", "assistant_id", "instructions",
        "max_completion_tokens", "max_prompt_tokens", "metadata", "model",
        "parallel_tool_calls", "reasoning_effort", "response_format", "stream", "temperature",
        "tool_choice", "tools", "top_p", "truncation_strategy",
    }
)  # fmt: skip
_MOST_FOUND = 20  # passages in one search


class Runs:
    """Answers requests about runs; what *brain* returns writes them."""

    def __init__(
        self,
        threads: Threads,
        assistants: Assistants,
        brain: Callable[[], Brain],
        manners: Manners,
        documents: VectorStores,
        tasks: BackgroundTasks,
    ) -> None:
        self._threads = threads
        self._assistants = assistants
        self._brain = brain
        self._manners = manners
        self._documents = documents
        self._tasks = tasks

    @property
    def routes(self) -> Mapping[str, Handler]:
        """Who answers what."""
        runs = "/v1/threads/{thread}/runs"
        one = f"{runs}/{{run}}"
        return {
            f"POST {runs}": self._create,
            f"GET {runs}": self._list,
            f"GET {one}": self._retrieve,
            f"POST {one}": self._update,
            f"POST {one}/cancel": self._cancel,
            f"POST {one}/submit_tool_outputs": self._submit,
            f"GET {one}/steps": self._list_steps,
            f"GET {one}/steps/{{step}}": self._step,
        }

    async def _create(self, request: ApiRequest) -> Json | StreamedAnswer:
        thread, body = self._threads.find(request), request.body
        assistant = self._check(body)
        if active := thread.active:
            raise locked_for_run(thread.id, active.id)
        for given in body.get("additional_messages") or ():
            thread.add(given)
        run = begun(thread.id, assistant, body, self._manners.run_seconds)
        writing = RunWriting(thread, run, EventLog())
        reply = self._reply(writing)
        thread.runs.append(run)
        writing.report("thread.run.created", run.shown)
        writing.report("thread.run.queued", run.shown)
        return self._go_on(writing, reply, body)

    async def _list(self, request: ApiRequest) -> Json:
        runs = self._threads.find(request).runs
        for run in runs:
            _ = run.status  # may have expired meanwhile
        return page([run.shown for run in runs], request)

    async def _retrieve(self, request: ApiRequest) -> Json:
        return self._find(request)[1].shown

    async def _update(self, request: ApiRequest) -> Json:
        run = self._find(request)[1]
        run.shown["metadata"] = checked_metadata(request.body.get("metadata"))
        return run.shown

    async def _cancel(self, request: ApiRequest) -> Json:
        run = self._find(request)[1]
        if not run.is_active or run.status == "cancelling":
            raise ApiError(f"Cannot cancel run with status '{run.status}'.")
        run.move("cancelling")
        asyncio.get_running_loop().call_soon(run.move, "cancelled")
        return dict(run.shown)

    async def _submit(self, request: ApiRequest) -> Json | StreamedAnswer:
        thread, run = self._find(request)
        if run.status != "requires_action":
            raise ApiError(f"Runs in status '{run.status}' do not accept tool outputs.")
        given = request.body.get("tool_outputs") or []
        outputs = {one.get("tool_call_id"): one.get("output") or "" for one in given}
        wanted = [call["id"] for call in run.calls]
        if set(outputs) != set(wanted):
            raise ApiError(f"Expected tool outputs for call_ids {wanted}, got {list(outputs)}.")
        writing = RunWriting(thread, run, EventLog())
        reply = self._reply(writing, outputs)
        writing.take_outputs(outputs)
        return self._go_on(writing, reply, request.body)

    async def _list_steps(self, request: ApiRequest) -> Json:
        return page(self._find(request)[1].steps, request)

    async def _step(self, request: ApiRequest) -> Json:
        wanted = request.ids["step"]
        for step in self._find(request)[1].steps:
            if step["id"] == wanted:
                return step
        raise nothing_found("run step", wanted)

    def _find(self, request: ApiRequest) -> tuple[Thread, Run]:
        thread, wanted = self._threads.find(request), request.ids["run"]
        for run in thread.runs:
            if run.id == wanted:
                _ = run.status  # may have expired meanwhile
                return thread, run
        raise nothing_found("run", wanted)

    def _check(self, body: Json) -> Json:
        """Return the assistant that is to run; raise if the request is not a good one."""
        for name in body:
            if name not in FIELDS:
                raise errors.unknown_parameter(name)
        if "assistant_id" not in body:
            raise errors.missing("assistant_id")
        if "model" in body:
            models.find(body["model"])
        checked_metadata(body.get("metadata"))
        assistant_tools.check(body.get("tools") or [], assistant_tools.MOST_IN_RUN)
        return self._assistants.find(body["assistant_id"])

    def _reply(self, writing: RunWriting, outputs: Mapping[str, str] | None = None) -> Reply:
        """Ask the brain; raise if the request is to be refused."""
        search = self._search(writing)
        request = _as_the_model_sees_it(writing, output_items(outputs or {}), search)
        reply = with_findings(self._brain().reply(request), request)
        if reply and isinstance(status := reply[0], Status):
            raise errors.trouble(status.status, status.code, status.retry_after)
        return reply

    def _search(self, writing: RunWriting) -> Search | None:
        """Return the way to search the documents of the assistant and of the thread."""
        shown = writing.run.shown
        if (
            request_tools.searched({"tools": shown["tools"], "tool_choice": shown["tool_choice"]})
            is None
        ):
            return None
        assistant = self._assistants.find(shown["assistant_id"])
        stores = [*_stores(assistant), *_stores(writing.thread.shown())]
        for store in stores:
            self._documents.find(store)
        return lambda query: self._documents.search(stores, [query], _MOST_FOUND)

    def _go_on(self, writing: RunWriting, reply: Reply, body: Json) -> Json | StreamedAnswer:
        """Let the writing begin or go on."""
        shown = dict(writing.run.shown)
        self._tasks.start(writing.write(reply))
        return StreamedAnswer(writing.events) if body.get("stream") else shown


def _stores(owner: Json) -> list[str]:
    found = (owner.get("tool_resources") or {}).get("file_search") or {}
    return list(found.get("vector_store_ids") or ())


def _as_the_model_sees_it(
    writing: RunWriting, new: Sequence[Json], search: Search | None
) -> ModelRequest:
    shown = writing.run.shown
    flat = [{"type": "function", **t["function"]} for t in shown["tools"] if "function" in t]
    body = {"tools": flat, "tool_choice": shown["tool_choice"]}
    return ModelRequest(
        model=shown["model"],
        instructions=shown["instructions"],
        tools=request_tools.offered(body),
        may_call=request_tools.may_call(body),
        must_call=request_tools.must_call(body),
        items=[*writing.thread.items, *new],
        search=search,
        must_search=request_tools.must_search(body),
    )
