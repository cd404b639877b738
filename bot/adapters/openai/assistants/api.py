"""The endpoints of the Assistants API, version 2, that we use.

The client's own methods for them warn at each call that OpenAI has switched the API off. We speak
with other servers, so the requests are made here, and what they send is read leniently. Nor are its
types for them used: they take half a second to import.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from openai import AsyncOpenAI, AsyncStream, BaseModel
from openai.pagination import AsyncCursorPage

from bot.adapters.openai.reading.sent import Sent, sent_all


class _Object(BaseModel):
    """Any object; its other fields are kept as they are."""

    id: str | None = None  # by which the client goes from page to page


_Page = AsyncCursorPage[_Object]
RunStream = AsyncStream[_Object]

_VERSION = {"OpenAI-Beta": "assistants=v2"}
PAGE = 100  # objects: the most that the API gives at once


class AssistantsApi:
    """Requests to one server."""

    def __init__(self, client: AsyncOpenAI) -> None:
        self._client = client

    async def create_assistant(self, body: Mapping[str, Any]) -> Sent:
        return await self._post("/assistants", "assistant", body)

    async def update_assistant(self, assistant: str, body: Mapping[str, Any]) -> Sent:
        """Change what *body* names."""
        return await self._post(_path("assistants", assistant), "assistant", body)

    def assistants(self) -> AsyncIterator[Sent]:
        return self._list("/assistants", "assistant", order="desc")

    async def create_thread(self, metadata: Mapping[str, str]) -> Sent:
        return await self._post("/threads", "thread", {"metadata": metadata})

    async def thread(self, thread: str) -> Sent:
        return await self._get(_path("threads", thread), "thread")

    async def update_thread(self, thread: str, body: Mapping[str, Any]) -> Sent:
        """Change what *body* names: its metadata are replaced."""
        return await self._post(_path("threads", thread), "thread", body)

    async def delete_thread(self, thread: str) -> object:
        """Delete a thread with its messages and runs."""
        path = _path("threads", thread)
        return await self._client.delete(path, cast_to=_Object, options=_options())

    async def add_message(self, thread: str, body: Mapping[str, Any]) -> Sent:
        return await self._post(_path("threads", thread, "messages"), "message", body)

    async def delete_message(self, thread: str, message: str) -> object:
        path = _path("threads", thread, "messages", message)
        return await self._client.delete(path, cast_to=_Object, options=_options())

    async def newest_messages(self, thread: str, most: int = PAGE) -> list[Sent]:
        """Return the newest messages of a thread, newest first."""
        path = _path("threads", thread, "messages")
        query = {"order": "desc", "limit": most}
        page = await self._client.get(path, cast_to=_Page, options=_options(query))
        return sent_all(_data(page), "message")

    def messages(self, thread: str) -> AsyncIterator[Sent]:
        """Yield all messages of a thread, oldest first."""
        path = _path("threads", thread, "messages")
        return self._list(path, "message", order="asc")

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
        return await self._post(_path("threads", thread, "runs", run, "cancel"), "run", {})

    async def run(self, thread: str, run: str) -> Sent:
        return await self._get(_path("threads", thread, "runs", run), "run")

    async def update_run(self, thread: str, run: str, metadata: Mapping[str, str]) -> Sent:
        """Replace the metadata of a run."""
        return await self._post(
            _path("threads", thread, "runs", run), "run", {"metadata": metadata}
        )

    async def newest_run(self, thread: str) -> Sent | None:
        """Return the run of a thread that was started last."""
        query = {"order": "desc", "limit": 1}
        path = _path("threads", thread, "runs")
        page = await self._client.get(path, cast_to=_Page, options=_options(query))
        return next(iter(sent_all(_data(page), "run")), None)

    def runs(self, thread: str) -> AsyncIterator[Sent]:
        """Yield all runs of a thread, newest first."""
        return self._list(_path("threads", thread, "runs"), "run", order="desc")

    def steps(self, thread: str, run: str) -> AsyncIterator[Sent]:
        """Yield the steps of a run, oldest first."""
        path = _path("threads", thread, "runs", run, "steps")
        return self._list(path, "runstep", order="asc")

    async def _get(self, path: str, kind: str) -> Sent:
        return Sent(await self._client.get(path, cast_to=_Object, options=_options()), kind)

    async def _post(self, path: str, kind: str, body: Mapping[str, Any]) -> Sent:
        answer = await self._client.post(path, cast_to=_Object, body=body, options=_options())
        return Sent(answer, kind)

    async def _stream(self, path: str, body: Mapping[str, Any]) -> RunStream:
        return await self._client.post(
            path,
            cast_to=_Object,
            body={**body, "stream": True},
            options={"headers": _VERSION, "synthesize_event_and_data": True},
            stream=True,
            stream_cls=RunStream,
        )

    async def _list(self, path: str, kind: str, *, order: str) -> AsyncIterator[Sent]:
        options = _options({"order": order, "limit": PAGE})
        noted, seen = set[str](), set[str]()
        async for item in self._client.get_api_list(
            path, page=_Page, model=_Object, options=options
        ):
            found = Sent(item, kind, noted)
            if (id_ := found.text("id")) and id_ in seen:  # some list the same for ever
                return
            seen.add(id_)
            yield found


def _data(page: object) -> list[object]:
    data = getattr(page, "data", None)
    return data if isinstance(data, list) else []


def _options(query: Mapping[str, object] | None = None) -> Any:
    return {"headers": _VERSION, "params": query or {}}


def _path(*parts: str) -> str:
    return "".join(f"/{quote(part, safe='')}" for part in parts)
