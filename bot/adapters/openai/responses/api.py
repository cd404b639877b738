"""The endpoints of conversations and responses that we use, with answers as they were sent.

The client's own methods make models of answers and events, which nobody needs who reads them field
by field: to prepare that takes half a second of each process, and then half of each request.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx2
from openai import AsyncOpenAI, AsyncStream

from bot.adapters.openai import errors

Stream = AsyncStream[object]

PAGE = 100  # items: the most that the API gives at once


class ResponsesApi:
    """Requests to one server. They raise what the client raises, and errors in good answers."""

    def __init__(self, client: AsyncOpenAI) -> None:
        self._client = client

    async def open(self, metadata: Mapping[str, str] | None = None) -> object:
        """Create an empty conversation."""
        return await self._post(_path("conversations"), {"metadata": metadata} if metadata else {})

    async def conversation(self, conversation: str) -> object:
        """Return a conversation, without its items."""
        return await self._get(_path("conversations", conversation), {})

    async def update(self, conversation: str, metadata: Mapping[str, str]) -> object:
        """Replace the metadata of a conversation."""
        return await self._post(_path("conversations", conversation), {"metadata": metadata})

    async def delete(self, conversation: str) -> object:
        """Delete a conversation; its items outlive it."""
        return await self._delete(_path("conversations", conversation))

    async def add(self, conversation: str, items: Sequence[object]) -> object:
        """Add at most twenty items to a conversation."""
        return await self._post(_path("conversations", conversation, "items"), {"items": items})

    async def items(self, conversation: str, **query: object) -> object:
        """Return a page of a conversation's items, the newest first."""
        path = _path("conversations", conversation, "items")
        return await self._get(path, {"order": "desc", "limit": PAGE, **query})

    async def item(self, conversation: str, item: str) -> object:
        """Return an item of a conversation."""
        return await self._get(_path("conversations", conversation, "items", item), {})

    async def delete_item(self, conversation: str, item: str) -> object:
        """Delete an item of a conversation."""
        return await self._delete(_path("conversations", conversation, "items", item))

    async def response(self, response: str) -> object:
        """Return a response that is stored."""
        return await self._get(_path("responses", response), {})

    async def respond(self, request: Mapping[str, Any]) -> object:
        """Return a response when it is whole."""
        return await self._post(_path("responses"), request)

    async def stream(self, request: Mapping[str, Any]) -> Stream:
        """Begin a response and return its events."""
        path, body = _path("responses"), dict(request)
        return await self._client.post(
            path, body=body, cast_to=object, stream=True, stream_cls=Stream
        )

    async def _get(self, path: str, query: Mapping[str, object]) -> object:
        options: Any = {"params": query}
        return _answer(await self._client.get(path, cast_to=httpx2.Response, options=options))

    async def _post(self, path: str, body: Mapping[str, object]) -> object:
        return _answer(await self._client.post(path, cast_to=httpx2.Response, body=body))

    async def _delete(self, path: str) -> object:
        return _answer(await self._client.delete(path, cast_to=httpx2.Response))


def _answer(response: httpx2.Response) -> object:
    """Return what was answered; raise if it is an error, in spite of its status."""
    answer: object
    try:
        answer = json.loads(response.content)
    except ValueError:
        if response.headers.get("content-type", "").startswith("application/json"):
            raise
        answer = response.text  # a proxy's page
    errors.check_answer(answer, response)
    return answer


def _path(*parts: str) -> str:
    return "".join(f"/{quote(part, safe='')}" for part in parts)
