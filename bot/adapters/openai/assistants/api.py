"""The endpoints of the Assistants API, version 2, that we use, with answers as they were sent.

OpenAI has switched it off: we speak with other servers.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any

from bot.adapters.openai.reading.sent import Sent, pages
from bot.adapters.openai.server.client import Client
from bot.adapters.openai.server.json_api import EventStream

_VERSION = {"OpenAI-Beta": "assistants=v2"}
PAGE = 100  # objects: the most that the API gives at once


class AssistantsApi:
    """Requests to one server. They raise what the client raises, and errors in good answers."""

    def __init__(self, client: Client) -> None:
        self._api = client.json_with(_VERSION)

    async def create_assistant(self, body: Mapping[str, Any]) -> Sent:
        return await self._ask("POST", "assistants", body=body)

    async def update_assistant(self, assistant: str, body: Mapping[str, Any]) -> Sent:
        """Change what *body* names."""
        return await self._ask("POST", "assistants", assistant, body=body)

    def assistants(self) -> AsyncIterator[Sent]:
        return self._list("assistants", order="desc")

    async def create_thread(self, metadata: Mapping[str, str]) -> Sent:
        return await self._ask("POST", "threads", body={"metadata": metadata})

    async def thread(self, thread: str) -> Sent:
        return await self._ask("GET", "threads", thread)

    async def update_thread(self, thread: str, body: Mapping[str, Any]) -> Sent:
        """Change what *body* names: its metadata are replaced."""
        return await self._ask("POST", "threads", thread, body=body)

    async def delete_thread(self, thread: str) -> object:
        """Delete a thread with its messages and runs."""
        return await self._ask("DELETE", "threads", thread)

    async def add_message(self, thread: str, body: Mapping[str, Any]) -> Sent:
        return await self._ask("POST", "threads", thread, "messages", body=body)

    async def delete_message(self, thread: str, message: str) -> object:
        return await self._ask("DELETE", "threads", thread, "messages", message)

    async def newest_messages(self, thread: str, most: int = PAGE) -> Sequence[Sent]:
        """Return the newest messages of a thread, newest first."""
        query = {"order": "desc", "limit": most}
        return (await self._ask("GET", "threads", thread, "messages", query=query)).parts("data")

    def messages(self, thread: str) -> AsyncIterator[Sent]:
        """Yield all messages of a thread, oldest first."""
        return self._list("threads", thread, "messages", order="asc")

    async def start_run(self, thread: str, body: Mapping[str, Any]) -> EventStream:
        """Start a run and return its events."""
        given = {**body, "stream": True}
        return await self._api.stream("threads", thread, "runs", body=given, named=True)

    async def submit(
        self, thread: str, run: str, outputs: Sequence[Mapping[str, str]]
    ) -> EventStream:
        """Give a waiting run the outputs of its calls, and return its events from there."""
        path = ("threads", thread, "runs", run, "submit_tool_outputs")
        given = {"tool_outputs": outputs, "stream": True}
        return await self._api.stream(*path, body=given, named=True)

    async def cancel(self, thread: str, run: str) -> Sent:
        """Ask for the end of a run."""
        return await self._ask("POST", "threads", thread, "runs", run, "cancel", body={})

    async def run(self, thread: str, run: str) -> Sent:
        return await self._ask("GET", "threads", thread, "runs", run)

    async def update_run(self, thread: str, run: str, metadata: Mapping[str, str]) -> Sent:
        """Replace the metadata of a run."""
        return await self._ask("POST", "threads", thread, "runs", run, body={"metadata": metadata})

    async def newest_run(self, thread: str) -> Sent | None:
        """Return the run of a thread that was started last."""
        query = {"order": "desc", "limit": 1}
        page = await self._ask("GET", "threads", thread, "runs", query=query)
        return next(iter(page.parts("data")), None)

    def runs(self, thread: str) -> AsyncIterator[Sent]:
        """Yield all runs of a thread, newest first."""
        return self._list("threads", thread, "runs", order="desc")

    def steps(self, thread: str, run: str) -> AsyncIterator[Sent]:
        """Yield the steps of a run, oldest first."""
        return self._list("threads", thread, "runs", run, "steps", order="asc")

    async def _ask(self, method: str, *path: str, **more: Any) -> Sent:
        return Sent(await self._api.send(method, *path, **more), path[-1])

    async def _page(self, *path: str, **query: object) -> object:
        return await self._api.send("GET", *path, query=query)

    async def _list(self, *path: str, order: str) -> AsyncIterator[Sent]:
        page = partial(self._page, *path, order=order, limit=PAGE)
        async with aclosing(pages(page)) as listed:
            async for items in listed:
                for item in items:
                    yield item
