"""Requests and answers of the API's parts, without HTTP.

A part (conversations, responses, models …) maps ``METHOD /v1/path`` to handlers; the endpoint
does the rest: keys, faults, errors, recording.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.stand_in.brain import Cut, Garble, StreamItem


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a form."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request: the ids in its path, its query and its body (of a form, its fields)."""

    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: Json
    include: Collection[str] = ()  # what the query asks to include

    def number(self, name: str, default: int) -> int:
        """Return a number from the query."""
        try:
            return int(self.query.get(name, default))
        except ValueError:
            raise errors.wrong_type(name, "an integer") from None


class Generation(Protocol):
    """Something that is being written, whether or not a client reads it."""

    def follow(self, after: int = -1) -> AsyncIterator[Sequence[StreamItem]]:
        """Yield the events after number *after* in batches, as they come."""
        ...

    async def wait(self) -> None:
        """Return when nothing more comes."""
        ...

    def abandon(self) -> None:
        """Take note that the client has disconnected."""
        ...


@dataclass(frozen=True, slots=True)
class StreamedAnswer:
    """An answer that comes as events, those after number *after*."""

    generation: Generation
    after: int = -1


@dataclass(frozen=True, slots=True)
class BrokenAnswer:
    """An answer that does not reach the client intact."""

    how: Cut | Garble


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer that is bytes."""

    content: bytes


Answer = Json | StreamedAnswer | BrokenAnswer | RawAnswer
Handler = Callable[[ApiRequest], Awaitable[Answer]]
