"""The model that writes the replies: scripted for tests; for the demo see ``rules.py``."""

import asyncio
from collections import deque
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


Condition = Callable[[ModelRequest], bool]


@dataclass(slots=True)
class _Rule:
    condition: Condition
    reply: Reply
    times: int | None  # None: always


class ScriptedBrain:
    """Replies by what the request looks like, else in order, else *otherwise* or “Hello.”."""

    def __init__(self, otherwise: Callable[[ModelRequest], Reply] | None = None) -> None:
        self.asked: list[ModelRequest] = []
        self._queue: deque[Reply] = deque()
        self._rules: list[_Rule] = []
        self._otherwise = otherwise

    def then(self, *steps: Step | str) -> None:
        """Add a reply to the queue; a plain string is a text."""
        self._queue.append(_reply(steps))

    def when(self, condition: Condition, *steps: Step | str, times: int | None = 1) -> None:
        """Reply with *steps* to requests that fulfil *condition*: *times* times; None: always."""
        self._rules.append(_Rule(condition, _reply(steps), times))

    def reply(self, request: ModelRequest) -> Reply:
        self.asked.append(request)
        for rule in self._rules:
            if rule.times != 0 and rule.condition(request):
                rule.times = rule.times and rule.times - 1
                return rule.reply
        if self._queue:
            return self._queue.popleft()
        return self._otherwise(request) if self._otherwise else [Text("Hello.")]

    def assert_all_used(self) -> None:
        """Check that every scripted reply was asked for."""
        left = [*self._queue, *(rule.reply for rule in self._rules if rule.times)]
        assert not left, f"never used: {left}"  # noqa: S101 - made for tests


def by_instructions(words: str) -> Condition:
    """Return the condition that the instructions contain *words*: one expert's requests."""
    return lambda request: words in request.instructions


def by_message(words: str) -> Condition:
    """Return the condition that the newest message of the user's side contains *words*."""
    return lambda request: words in request.last_user_text


def _reply(steps: tuple[Step | str, ...]) -> Reply:
    reply = [Text(step) if isinstance(step, str) else step for step in steps]
    if any(isinstance(step, Status) for step in reply[1:]):
        raise ValueError("a status comes first or not at all: later, the answer has begun")
    return reply


def is_user(item: Json) -> bool:
    """Return whether the user's side said *item*."""
    return bool(item["type"] == "message" and item["role"] == "user")


def is_model(item: Json) -> bool:
    """Return whether the model's side said *item*."""
    return bool(item["type"] == "message" and item["role"] == "assistant")
