"""What the server stores: conversations and responses, in plain dicts.

Other parts of the API keep their objects in the module of their routes.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.items import items

MOST_ITEMS = 20  # in one request that adds
_MOST_PAIRS, _LONGEST_KEY, _LONGEST_VALUE = 16, 64, 512


@dataclass(slots=True)
class Manners:
    """How the server behaves where OpenAI's own way is unknown, or other servers differ."""

    locks: bool = True  # a conversation, while a response of it is being written
    locks_items: bool = False  # too: none is added or deleted meanwhile
    goes_on_alone: bool = True  # a response is written to its end after its client has gone
    waits_for_approval: bool = True  # says no to a request while one for approval is unanswered
    run_seconds: float = 600.0  # that an assistant's run has, the wait for outputs included
    metadata_updates: Literal["replace", "merge"] = "replace"
    unstored_in_conversation: Literal["kept there", "left out", "refused"] = "kept there"
    unfinished_leaves: Literal["nothing", "input", "finished items"] = "nothing"
    call_ids: Literal["own", "counted", "by name", "doubled", "null", "missing"] = "own"
    numbers_items: bool = True  # with ``output_index``; else every item is number 0


@dataclass(slots=True)
class Conversation:
    """One conversation, and the response that is being written into it."""

    id: str
    metadata: dict[str, str]
    created_at: int = field(default_factory=lambda: int(time.time()))
    items: list[Json] = field(default_factory=list)
    locked_by: str | None = None

    def shown(self) -> Json:
        """Return it as the API does."""
        return {
            "id": self.id,
            "object": "conversation",
            "created_at": self.created_at,
            "metadata": self.metadata,
        }

    def add(self, given: Any) -> list[Json]:
        """Add items of a request, at most twenty."""
        new = items.taken(given, "items")
        if len(new) > MOST_ITEMS:
            raise errors.too_many("items", MOST_ITEMS, len(new))
        items.check_additions(self.items, new)
        self.items += new
        return new


class BackgroundResponse(Protocol):
    """A background response that may still be generated."""

    @property
    def response(self) -> Json:
        """The response as it is now."""
        ...

    def cancel(self) -> None:
        """End it as cancelled, unless it has ended already."""
        ...


@dataclass(slots=True)
class StoredResponse:
    """A response that can be retrieved, and the items that the model read for it."""

    shown: Json
    seen: Sequence[Json]
    ongoing: BackgroundResponse | None = None  # if it was asked for in the background
    streamed: bool = False  # whether its events can be streamed again


class Store:
    """The conversations and responses that can be retrieved."""

    def __init__(self) -> None:
        self.conversations: dict[str, Conversation] = {}
        self.responses: dict[str, StoredResponse] = {}
        self.manners = Manners()

    def open(self, metadata: Any, given: Any) -> Conversation:
        """Start a conversation."""
        opened = Conversation(items.new_id("conv"), checked_metadata(metadata))
        opened.add(given or [])
        self.conversations[opened.id] = opened
        return opened

    def conversation(self, wanted: str) -> Conversation:
        """Return a conversation, or raise 404."""
        found = self.conversations.get(wanted)
        if found is None:
            raise errors.not_found("Conversation", wanted)
        return found

    def response(self, wanted: str) -> StoredResponse:
        """Return a response that was kept, or raise 404."""
        found = self.responses.get(wanted)
        if found is None:
            raise errors.not_found("Response", wanted)
        return found


def checked_metadata(metadata: Any) -> dict[str, str]:
    """Return *metadata* if they keep to the limits."""
    if metadata is None:
        return {}
    if not isinstance(metadata, dict):
        raise errors.wrong_type("metadata", "an object")
    if len(metadata) > _MOST_PAIRS:
        text = f"Invalid 'metadata': too many properties. Expected at most {_MOST_PAIRS}."
        raise errors.ApiError(text, code="object_above_max_properties", param="metadata")
    for key, value in metadata.items():
        if not isinstance(value, str):
            raise errors.wrong_type(f"metadata.{key}", "a string")
        if len(key) > _LONGEST_KEY:
            raise errors.too_long(f"metadata.{key}", _LONGEST_KEY, len(key))
        if len(value) > _LONGEST_VALUE:
            raise errors.too_long(f"metadata.{key}", _LONGEST_VALUE, len(value))
    return dict(metadata)
