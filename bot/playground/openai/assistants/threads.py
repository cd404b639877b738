"""``/v1/threads`` and their messages, as in the Assistants API, version 2."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.api_types import ApiRequest, Handler
from bot.playground.openai.assistants.run_states import Run, locked_for_message
from bot.playground.openai.conversations.store import checked_metadata
from bot.playground.openai.items.items import new_id
from bot.playground.openai.paging import page

_ROLES = ("user", "assistant")


@dataclass(slots=True)
class Thread:
    """One thread: its messages, and in *items* also the calls and outputs of its runs."""

    id: str
    metadata: dict[str, str]
    tool_resources: Json = field(default_factory=dict)
    created_at: int = field(default_factory=lambda: int(time.time()))
    messages: list[Json] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    items: list[Json] = field(default_factory=list)  # items, as a response would have them

    @property
    def active(self) -> Run | None:
        """The run that holds the lock."""
        return next((run for run in self.runs if run.is_active), None)

    def shown(self) -> Json:
        """Return it as the API does."""
        return {
            "id": self.id,
            "object": "thread",
            "created_at": self.created_at,
            "tool_resources": self.tool_resources,
            "metadata": self.metadata,
        }

    def add(self, given: Json) -> Json:
        """Take in a message that was sent."""
        role, content = given.get("role"), given.get("content")
        if role not in _ROLES:
            raise errors.wrong_value("role", role, "'user', 'assistant'")
        if not content:
            raise errors.missing("content")
        text = content if isinstance(content, str) else _text(content)
        message = self.begin_message(role, checked_metadata(given.get("metadata")))
        self.finish_message(message, text)
        return message

    def begin_message(
        self, role: str, metadata: dict[str, str] | None = None, run: Run | None = None
    ) -> Json:
        """Begin another message and return it."""
        message: Json = {
            "id": new_id("msg"),
            "object": "thread.message",
            "created_at": int(time.time()),
            "thread_id": self.id,
            "status": "in_progress",
            "incomplete_details": None,
            "completed_at": None,
            "incomplete_at": None,
            "role": role,
            "content": [],
            "assistant_id": run.shown["assistant_id"] if run else None,
            "run_id": run.id if run else None,
            "attachments": [],
            "metadata": metadata or {},
        }
        self.messages.append(message)
        return message

    def finish_message(self, message: Json, text: str, annotations: Sequence[Json] = ()) -> None:
        """Let *message* be whole and say *text*."""
        content = [{"type": "text", "text": {"value": text, "annotations": [*annotations]}}]
        message.update(status="completed", completed_at=int(time.time()), content=content)
        part = {"type": "input_text" if message["role"] == "user" else "output_text", "text": text}
        item = {"type": "message", "role": message["role"], "content": [part]}
        self.items.append({**item, "id": message["id"]})


class Threads:
    """Answers requests about threads and their messages."""

    def __init__(self) -> None:
        self.threads: dict[str, Thread] = {}

    @property
    def routes(self) -> Mapping[str, Handler]:
        """Who answers what."""
        one = "/v1/threads/{thread}"
        return {
            "POST /v1/threads": self._create,
            f"GET {one}": self._retrieve,
            f"POST {one}": self._update,
            f"DELETE {one}": self._delete,
            f"POST {one}/messages": self._add,
            f"GET {one}/messages": self._list,
            f"GET {one}/messages/{{message}}": self._message,
            f"DELETE {one}/messages/{{message}}": self._delete_message,
        }

    def find(self, request: ApiRequest) -> Thread:
        """Return the thread that is meant, or raise 404."""
        wanted = request.ids["thread"]
        if wanted not in self.threads:
            raise nothing_found("thread", wanted)
        return self.threads[wanted]

    async def _create(self, request: ApiRequest) -> Json:
        _check(request.body, "messages", "metadata", "tool_resources")
        metadata = checked_metadata(request.body.get("metadata"))
        thread = Thread(new_id("thread"), metadata, request.body.get("tool_resources") or {})
        for given in request.body.get("messages") or ():
            thread.add(given)
        self.threads[thread.id] = thread
        return thread.shown()

    async def _retrieve(self, request: ApiRequest) -> Json:
        return self.find(request).shown()

    async def _update(self, request: ApiRequest) -> Json:
        thread = self.find(request)
        _check(request.body, "metadata", "tool_resources")
        if "metadata" in request.body:
            thread.metadata = checked_metadata(request.body["metadata"])
        if "tool_resources" in request.body:
            thread.tool_resources = request.body["tool_resources"] or {}
        return thread.shown()

    async def _delete(self, request: ApiRequest) -> Json:
        del self.threads[self.find(request).id]
        return {"id": request.ids["thread"], "object": "thread.deleted", "deleted": True}

    async def _add(self, request: ApiRequest) -> Json:
        thread = self.find(request)
        _check(request.body, "role", "content", "attachments", "metadata")
        if active := thread.active:
            raise locked_for_message(thread.id, active.id)
        return thread.add(request.body)

    async def _delete_message(self, request: ApiRequest) -> Json:
        thread, message = self.find(request), (await self._message(request))["id"]
        thread.messages = [one for one in thread.messages if one["id"] != message]
        thread.items = [one for one in thread.items if one.get("id") != message]
        return {"id": message, "object": "thread.message.deleted", "deleted": True}

    async def _list(self, request: ApiRequest) -> Json:
        return page(self.find(request).messages, request)

    async def _message(self, request: ApiRequest) -> Json:
        wanted = request.ids["message"]
        for message in self.find(request).messages:
            if message["id"] == wanted:
                return message
        raise nothing_found("message", wanted)


def nothing_found(what: str, wanted: str) -> errors.ApiError:
    """There is nothing with that id, in this API's words."""
    return errors.ApiError(f"No {what} found with id '{wanted}'.", status=404)


def _check(body: Json, *known: str) -> None:
    for name in body:
        if name not in known:
            raise errors.unknown_parameter(name)


def _text(parts: Any) -> str:
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise errors.wrong_type("content", "a string or an array of parts")
    return "".join(part.get("text") or "" for part in parts)
