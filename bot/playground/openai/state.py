"""Conversations and responses as plain state, with OpenAI's rules about them."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

Json = dict[str, Any]

MOST_ITEMS = 20
_MOST_PAIRS, _LONGEST_KEY, _LONGEST_VALUE = 16, 64, 512


class ApiError(Exception):
    """The server says no, in OpenAI's form."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str | None = None,
        param: str | None = None,
        kind: str = "invalid_request_error",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
        self.retry_after = retry_after


@dataclass(slots=True)
class Conversation:
    """One conversation; *locked* while a response is being written into it."""

    id: str
    created_at: int
    metadata: dict[str, str]
    items: list[Json] = field(default_factory=list)
    locked: bool = False

    def unanswered(self) -> list[str]:
        """Return the call ids that wait for an output."""
        answered = {item["call_id"] for item in self.items if _is(item, "function_call_output")}
        calls = [item["call_id"] for item in self.items if _is(item, "function_call")]
        return [call_id for call_id in calls if call_id not in answered]

    def shown(self) -> Json:
        """Return it as the API does."""
        return {
            "id": self.id,
            "object": "conversation",
            "created_at": self.created_at,
            "metadata": self.metadata,
        }


class Store:
    """Everything that the server remembers."""

    def __init__(self) -> None:
        self.conversations: dict[str, Conversation] = {}
        self.responses: dict[str, Json] = {}
        self.inputs: dict[str, list[Json]] = {}  # by response: all that it was shown

    def create(self, metadata: Any, items: Sequence[Json]) -> Conversation:
        """Start a conversation."""
        checked = check_metadata(metadata)
        opened = Conversation(new_id("conv"), int(time.time()), checked)
        self.conversations[opened.id] = opened
        self.add(opened, items)
        return opened

    def conversation(self, conversation_id: str) -> Conversation:
        """Return a conversation, or raise 404."""
        found = self.conversations.get(conversation_id)
        if found is None:
            raise ApiError(f"Conversation with id '{conversation_id}' not found.", status=404)
        return found

    def add(self, conversation: Conversation, items: Sequence[Json]) -> list[Json]:
        """Store items; at most twenty at once."""
        if len(items) > MOST_ITEMS:
            raise ApiError(f"Expected at most {MOST_ITEMS} items.", param="items")
        stored = [stored_item(item) for item in items]
        self.check_input(conversation, stored)
        conversation.items += stored
        return stored

    def check_input(self, conversation: Conversation, items: Sequence[Json]) -> None:
        """Raise if *items* do not fit what the conversation holds."""
        known = {item["id"] for item in conversation.items}
        calls = {item["call_id"] for item in (*conversation.items, *items) if _is_call(item)}
        for item in items:
            if item["id"] in known:
                raise ApiError(f"Duplicate item found with id {item['id']}.", param="input")
            if _is(item, "function_call_output") and item["call_id"] not in calls:
                call_id = item["call_id"]
                raise ApiError(
                    f"No tool call found for function call output with call_id {call_id}.",
                    param="input",
                )


def check_metadata(metadata: Any) -> dict[str, str]:
    """Return *metadata* if they keep to the limits."""
    if metadata is None:
        return {}
    if not isinstance(metadata, dict) or len(metadata) > _MOST_PAIRS:
        raise ApiError(f"Expected an object with at most {_MOST_PAIRS} pairs.", param="metadata")
    for key, value in metadata.items():
        if not isinstance(value, str):
            raise ApiError("Metadata values must be strings.", param=f"metadata.{key}")
        if len(key) > _LONGEST_KEY or len(value) > _LONGEST_VALUE:
            raise ApiError(
                "Metadata keys have at most 64 characters, values at most 512.",
                code="string_above_max_length",
                param=f"metadata.{key}",
            )
    return dict(metadata)


def new_id(prefix: str) -> str:
    """Return an id such as OpenAI's."""
    return f"{prefix}_{token_hex(24)}"


def stored_item(item: Any) -> Json:
    """Return an input item as it is stored: with an id, a status and content in parts."""
    match item:
        case {"role": str(role), "content": content} if item.get("type", "message") == "message":
            shown = {"type": "message", "id": item.get("id") or new_id("msg")}
            return shown | {"status": "completed", "role": role, "content": _parts(role, content)}
        case {"type": "function_call", "call_id": str(), "name": str(), "arguments": str()}:
            return {"id": new_id("fc"), "status": "completed", **item}
        case {"type": "function_call_output", "call_id": str(), "output": str() | list()}:
            return {"id": new_id("fco"), "status": "completed", **item}
        case {"type": "reasoning", "id": str()}:
            return dict(item)
        case _:
            raise ApiError("Invalid input item.", param="input")


def text_of(item: Mapping[str, Any]) -> str:
    """Return the text of a message, or of a function call's output."""
    content = item.get("output", item.get("content", ""))
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def count_tokens(*texts: str) -> int:
    """Return about how many tokens *texts* are."""
    return sum(len(re.findall(r"\w+|[^\w\s]", text)) for text in texts)


def _parts(role: str, content: Any) -> list[Json]:
    if isinstance(content, str):
        if role == "assistant":
            return [{"type": "output_text", "text": content, "annotations": [], "logprobs": []}]
        return [{"type": "input_text", "text": content}]
    if not isinstance(content, list):
        raise ApiError("Invalid content of a message.", param="input")
    return content


def _is(item: Json, kind: str) -> bool:
    return bool(item["type"] == kind)


def _is_call(item: Json) -> bool:
    return _is(item, "function_call")
