"""The endpoints of conversations and responses that we use, with answers as they were sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.adapters.openai.server.json_api import EventStream, JsonApi

PAGE = 100  # items: the most that the API gives at once


class ResponsesApi:
    """Requests to one server. They raise what the client raises, and errors in good answers."""

    def __init__(self, api: JsonApi) -> None:
        self._api = api

    async def open(self, metadata: Mapping[str, str] | None = None) -> object:
        given = {"metadata": metadata} if metadata else {}
        return await self._api.send("POST", "conversations", body=given)

    async def conversation(self, conversation: str) -> object:
        """Return a conversation, without its items."""
        return await self._api.send("GET", "conversations", conversation)

    async def update(self, conversation: str, metadata: Mapping[str, str]) -> object:
        """Replace the metadata of a conversation."""
        given = {"metadata": metadata}
        return await self._api.send("POST", "conversations", conversation, body=given)

    async def delete(self, conversation: str) -> object:
        """Delete a conversation; its items outlive it."""
        return await self._api.send("DELETE", "conversations", conversation)

    async def add(self, conversation: str, items: Sequence[object]) -> object:
        """Add at most twenty items to a conversation."""
        given = {"items": items}
        return await self._api.send("POST", "conversations", conversation, "items", body=given)

    async def items(self, conversation: str, **query: object) -> object:
        """Return a page of a conversation's items, the newest first."""
        query = {"order": "desc", "limit": PAGE, **query}
        return await self._api.send("GET", "conversations", conversation, "items", query=query)

    async def item(self, conversation: str, item: str) -> object:
        return await self._api.send("GET", "conversations", conversation, "items", item)

    async def delete_item(self, conversation: str, item: str) -> object:
        return await self._api.send("DELETE", "conversations", conversation, "items", item)

    async def response(self, response: str) -> object:
        return await self._api.send("GET", "responses", response)

    async def respond(self, request: Mapping[str, Any]) -> object:
        """Return a response when it is whole."""
        return await self._api.send("POST", "responses", body=request)

    async def decide(self, request: Mapping[str, Any]) -> object:
        return await self._api.send("POST", "decisions", body=request)

    async def stream(self, request: Mapping[str, Any]) -> EventStream:
        """Begin a response and return its events."""
        return await self._api.stream("responses", body=request)
