"""The endpoints of conversations and responses that we use, with answers as they were sent."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from bot.adapters.openai import errors
from bot.adapters.openai.server.json_api import Answer, EventStream, JsonApi

PAGE = 100  # items: the most that the API gives at once


class ResponsesApi:
    """Requests to one server. They raise what the client raises, and errors in good answers."""

    def __init__(self, api: JsonApi) -> None:
        self._api = api

    async def open(self, metadata: Mapping[str, str] | None = None) -> object:
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
        return await self._get(_path("conversations", conversation, "items", item), {})

    async def delete_item(self, conversation: str, item: str) -> object:
        return await self._delete(_path("conversations", conversation, "items", item))

    async def response(self, response: str) -> object:
        return await self._get(_path("responses", response), {})

    async def respond(self, request: Mapping[str, Any]) -> object:
        """Return a response when it is whole."""
        return await self._post(_path("responses"), request)

    async def decide(self, request: Mapping[str, Any]) -> object:
        return await self._post(_path("decisions"), request)

    async def stream(self, request: Mapping[str, Any]) -> EventStream:
        """Begin a response and return its events."""
        return await self._api.stream(_path("responses"), request)

    async def _get(self, path: str, query: Mapping[str, object]) -> object:
        return _checked(*await self._api.send("GET", path, query=query))

    async def _post(self, path: str, body: Mapping[str, object]) -> object:
        return _checked(*await self._api.send("POST", path, body))

    async def _delete(self, path: str) -> object:
        return _checked(*await self._api.send("DELETE", path))


def _checked(told: object, answer: Answer) -> object:
    """Return what was *told*; raise if it is an error, in spite of its status."""
    errors.check_answer(told, answer)
    return told


def _path(*parts: str) -> str:
    return "".join(f"/{quote(part, safe='')}" for part in parts)
