"""The model that writes the replies: scripted for tests; for the demo see ``rules.py``."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bot.json_types import Json
from bot.playground.openai.items.items import text_of
from bot.playground.openai.stand_in.hosted_steps import CiteMade, CitePage, HostedStep


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document, as it is found."""

    file_id: str
    filename: str
    text: str
    attributes: Mapping[str, str | float | bool]
    score: float = 0.0

    def shown(self) -> Json:
        """Return it as a file search call's result."""
        return {
            "file_id": self.file_id,
            "filename": self.filename,
            "text": self.text,
            "attributes": dict(self.attributes),
            "score": self.score,
        }


Search = Callable[[str], Sequence[Passage]]


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What a model sees of a request."""

    model: str
    instructions: str
    tools: Sequence[Json]  # the functions that are offered
    may_call: bool
    items: Sequence[Json]  # the whole conversation and the new input
    must_call: bool = False
    schema: Json | None = None  # that the text has to follow
    search: Search | None = None  # in the documents, if these may be searched
    must_search: bool = False
    hosted: frozenset[str] = frozenset()  # the tools of its own that it may use
    remote: Mapping[str, Sequence[Json]] = field(default_factory=dict)  # servers' tools, by label

    @property
    def last_user_text(self) -> str:
        """The newest message of the user's side."""
        return next((text_of(item) for item in reversed(self.items) if is_user(item)), "")


@dataclass(frozen=True, slots=True)
class Cite:
    """A document that a message relies on, at a place in its text."""

    file_id: str
    filename: str
    index: int


AnyCite = Cite | CitePage | CiteMade


@dataclass(frozen=True, slots=True)
class Text:
    """The model writes a message."""

    text: str
    cites: tuple[AnyCite, ...] = ()


@dataclass(frozen=True, slots=True)
class LookUp:
    """The model searches its documents; the server adds what is found."""

    queries: tuple[str, ...]
    found: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class UseServer:
    """The model uses a remote server's tool, and is asked again when it has the output.

    Where that needs approval, it asks for it first and ends there.
    """

    server: str
    tool: str
    arguments: Mapping[str, Any] | str
    approved: str | None = None  # the request that somebody has approved


@dataclass(frozen=True, slots=True)
class Refusal:
    """The model declines, in a message of that kind."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """The model calls a function, and takes *seconds* to write the arguments."""

    name: str
    arguments: Mapping[str, Any] | str
    call_id: str | None = None
    seconds: float = 0.0
    likelihood: float | None = 0.9  # that it is wanted, where only that is asked; None: no answer


@dataclass(frozen=True, slots=True)
class Pause:
    """The model does nothing for some *seconds*."""

    seconds: float


@dataclass(frozen=True, slots=True)
class WaitFor:
    """The model waits until the test sets *until*."""

    until: asyncio.Event


@dataclass(frozen=True, slots=True)
class Status:
    """The request is refused with an HTTP status; nothing has happened."""

    status: int
    code: str | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Fail:
    """The response ends as failed, though the event may call it completed."""

    code: str = "server_error"
    as_completed: bool = False


@dataclass(frozen=True, slots=True)
class Error:
    """The stream ends with an ``error`` event."""

    code: str = "server_error"


@dataclass(frozen=True, slots=True)
class Incomplete:
    """The response ends before it is whole, though the event may call it completed."""

    reason: Literal["max_output_tokens", "content_filter"] = "max_output_tokens"
    as_completed: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """From here on the client receives nothing: the stream ends, is reset or falls silent.

    If *stored*, the response is written to its end and stored all the same.
    """

    reset: bool = False
    stored: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Garble:
    """A chunk is malformed."""


Step = (
    Text | LookUp | HostedStep | UseServer | Refusal | Call | Pause | WaitFor
    | Status | Fail | Error | Incomplete | Cut | Garble
)  # fmt: skip
Reply = Sequence[Step]
StreamItem = Json | Cut | Garble  # an event, or how the stream goes wrong there


class Brain(Protocol):
    """Writes replies."""

    def reply(self, request: ModelRequest) -> Reply:
        """Return the steps of the reply to *request*."""
        ...


def is_user(item: Json) -> bool:
    """Return whether the user's side said *item*."""
    return bool(item["type"] == "message" and item["role"] == "user")


def is_model(item: Json) -> bool:
    """Return whether the model's side said *item*."""
    return bool(item["type"] == "message" and item["role"] == "assistant")
