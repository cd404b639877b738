"""The endpoints of the Assistants API, version 2, that we use.

The client's own methods for them warn at each call that OpenAI has switched the API off. We speak
with other servers, so the requests are made here, and what they send is read leniently.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from openai import AsyncOpenAI, AsyncStream
from openai.pagination import AsyncCursorPage
from openai.types.beta import Assistant, AssistantStreamEvent, Thread, ThreadDeleted
from openai.types.beta.threads import Message, MessageDeleted, Run
from openai.types.beta.threads.runs import RunStep
from pydantic import BaseModel

from bot.adapters.openai.reading.sent import Sent, sent_all

T = TypeVar("T", bound=BaseModel)
RunStream = AsyncStream[AssistantStreamEvent]

_VERSION = {"OpenAI-Beta": "assistants=v2"}
PAGE = 100  # objects: the most that the API gives at once


class AssistantsApi:
    """Requests to one server."""

    def __init__(self, client: AsyncOpenAI) -> None:
        self._client = client

    async def create_assistant(self, body: Mapping[str, Any]) -> Sent:
        """Create an assistant."""
        return await self._post("/assistants", Assistant, body)

    async def update_assistant(self, assistant: str, body: Mapping[str, Any]) -> Sent:
        """Change what *body* names."""
        return await self._post(_path("assistants", assistant), Assistant, body)

    def assistants(self) -> AsyncIterator[Sent]:
        """Yield all assistants."""
        return self._list("/assistants", AsyncCursorPage[Assistant], Assistant, order="desc")

    async def create_thread(self, metadata: Mapping[str, str]) -> Sent:
        """Create an empty thread."""
        return await self._post("/threads", Thread, {"metadata": metadata})

    async def thread(self, thread: str) -> Sent:
        """Return a thread."""
        return await self._get(_path("threads", thread), Thread)

    async def update_thread(self, thread: str, body: Mapping[str, Any]) -> Sent:
        """Change what *body* names: its metadata are replaced."""
        return await self._post(_path("threads", thread), Thread, body)

    async def delete_thread(self, thread: str) -> object:
        """Delete a thread with its messages and runs."""
        path = _path("threads", thread)
        return await self._client.delete(path, cast_to=ThreadDeleted, options=_options())

    async def add_message(self, thread: str, body: Mapping[str, Any]) -> Sent:
        """Add a message to a thread."""
        return await self._post(_path("threads", thread, "messages"), Message, body)

    async def delete_message(self, thread: str, message: str) -> object:
        """Delete a message of a thread."""
        path = _path("threads", thread, "messages", message)
        return await self._client.delete(path, cast_to=MessageDeleted, options=_options())

    async def newest_messages(self, thread: str, most: int = PAGE) -> list[Sent]:
        """Return the newest messages of a thread, newest first."""
        path = _path("threads", thread, "messages")
        query = {"order": "desc", "limit": most}
        kind = AsyncCursorPage[Message]
        page = await self._client.get(path, cast_to=kind, options=_options(query))
        return sent_all(_data(page), "message")

    def messages(self, thread: str) -> AsyncIterator[Sent]:
        """Yield all messages of a thread, oldest first."""
        path = _path("threads", thread, "messages")
        return self._list(path, AsyncCursorPage[Message], Message, order="asc")

    async def start_run(self, thread: str, body: Mapping[str, Any]) -> RunStream:
        """Start a run and return its events."""
        return await self._stream(_path("threads", thread, "runs"), body)

    async def submit(
        self, thread: str, run: str, outputs: Sequence[Mapping[str, str]]
    ) -> RunStream:
        """Give a waiting run the outputs of its calls, and return its events from there."""
        path = _path("threads", thread, "runs", run, "submit_tool_outputs")
        return await self._stream(path, {"tool_outputs": outputs})

    async def cancel(self, thread: str, run: str) -> Sent:
        """Ask for the end of a run."""
        return await self._post(_path("threads", thread, "runs", run, "cancel"), Run, {})

    async def run(self, thread: str, run: str) -> Sent:
        """Return a run."""
        return await self._get(_path("threads", thread, "runs", run), Run)

    async def update_run(self, thread: str, run: str, metadata: Mapping[str, str]) -> Sent:
        """Replace the metadata of a run."""
        return await self._post(_path("threads", thread, "runs", run), Run, {"metadata": metadata})

    async def newest_run(self, thread: str) -> Sent | None:
        """Return the run of a thread that was started last."""
        query = {"order": "desc", "limit": 1}
        path, kind = _path("threads", thread, "runs"), AsyncCursorPage[Run]
        page = await self._client.get(path, cast_to=kind, options=_options(query))
        return next(iter(sent_all(_data(page), "run")), None)

    def runs(self, thread: str) -> AsyncIterator[Sent]:
        """Yield all runs of a thread, newest first."""
        return self._list(_path("threads", thread, "runs"), AsyncCursorPage[Run], Run, order="desc")

    def steps(self, thread: str, run: str) -> AsyncIterator[Sent]:
        """Yield the steps of a run, oldest first."""
        path = _path("threads", thread, "runs", run, "steps")
        return self._list(path, AsyncCursorPage[RunStep], RunStep, order="asc")

    async def _get(self, path: str, kind: type[T]) -> Sent:
        answer = await self._client.get(path, cast_to=kind, options=_options())
        return Sent(answer, kind.__name__.lower())

    async def _post(self, path: str, kind: type[T], body: Mapping[str, Any]) -> Sent:
        answer = await self._client.post(path, cast_to=kind, body=body, options=_options())
        return Sent(answer, kind.__name__.lower())

    async def _stream(self, path: str, body: Mapping[str, Any]) -> RunStream:
        return await self._client.post(
            path,
            cast_to=Run,
            body={**body, "stream": True},
            options={"headers": _VERSION, "synthesize_event_and_data": True},
            stream=True,
            stream_cls=RunStream,
        )

    async def _list(
        self, path: str, page: type[AsyncCursorPage[T]], kind: type[T], *, order: str
    ) -> AsyncIterator[Sent]:
        options = _options({"order": order, "limit": PAGE})
        noted, seen = set[str](), set[str]()
        async for item in self._client.get_api_list(path, page=page, model=kind, options=options):
            found = Sent(item, kind.__name__.lower(), noted)
            if (id_ := found.text("id")) and id_ in seen:  # some list the same for ever
                return
            seen.add(id_)
            yield found


def _data(page: object) -> list[object]:
    """Return what is on *page*."""
    data = getattr(page, "data", None)
    return data if isinstance(data, list) else []


def _options(query: Mapping[str, object] | None = None) -> Any:
    return {"headers": _VERSION, "params": query or {}}


def _path(*parts: str) -> str:
    return "".join(f"/{quote(part, safe='')}" for part in parts)
