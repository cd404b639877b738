"""What writes the replies: a script for tests, or rules for the demo."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.playground.openai.state import Json, text_of


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What a model sees of a request."""

    model: str
    instructions: str
    tools: Sequence[Json]
    may_call: bool
    items: Sequence[Json]  # the whole conversation and the new input

    @property
    def last_user_text(self) -> str:
        """The newest message of the user's side."""
        return next((text_of(item) for item in reversed(self.items) if is_user(item)), "")


@dataclass(frozen=True, slots=True)
class Text:
    """The model writes a message."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """The model calls a function."""

    name: str
    arguments: Mapping[str, Any] | str
    call_id: str | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """The model takes its time."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Fail:
    """The response ends as failed."""

    code: str = "server_error"


@dataclass(frozen=True, slots=True)
class Incomplete:
    """The response ends before it is whole."""

    reason: str = "max_output_tokens"


@dataclass(frozen=True, slots=True)
class Cut:
    """The stream ends without a terminal event; with *reset*, the connection is torn down."""

    reset: bool = False
    stored: bool = False  # whether the response is finished and stored all the same


@dataclass(frozen=True, slots=True)
class Garble:
    """A chunk is malformed."""


Step = Text | Call | Pause | Fail | Incomplete | Cut | Garble
Reply = Sequence[Step]


class Brain(Protocol):
    """Writes replies."""

    def reply(self, request: ModelRequest) -> Reply:
        """Return what the model does on *request*."""
        ...


class ScriptedBrain:
    """Replies as a test says: in order, or by what the request looks like."""

    def __init__(self, otherwise: Callable[[ModelRequest], Reply] | None = None) -> None:
        self.asked: list[ModelRequest] = []
        self._queue: deque[Reply] = deque()
        self._otherwise = otherwise

    def then(self, *steps: Step | str) -> None:
        """Add a reply; a plain string is a text."""
        self._queue.append([Text(step) if isinstance(step, str) else step for step in steps])

    def reply(self, request: ModelRequest) -> Reply:
        self.asked.append(request)
        if self._queue:
            return self._queue.popleft()
        return self._otherwise(request) if self._otherwise else [Text("Hello.")]

    def assert_all_used(self) -> None:
        """Check that every scripted reply was asked for."""
        assert not self._queue, f"{len(self._queue)} replies were not asked for"  # noqa: S101 - for tests


def is_user(item: Json) -> bool:
    """Return whether the user's side said *item*."""
    return bool(item["type"] == "message" and item["role"] == "user")


def is_model(item: Json) -> bool:
    """Return whether the model's side said *item*."""
    return bool(item["type"] == "message" and item["role"] == "assistant")
