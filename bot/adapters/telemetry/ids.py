"""Ids of traces and spans that other processes, or later ones, find without being told.

A turn's trace has an id that follows from the turn's, and so has the span of its first attempt: a
later attempt links to it however the first has ended, as nothing had to be written down; so does
what people think of a reply tomorrow. All other spans have random ids.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator

from bot.panel.model import CallId, Message, ThreadRef, Turn, TurnId


class DerivedIds(IdGenerator):
    """Gives random ids, or those that are wanted at the moment."""

    def __init__(self) -> None:
        self._random = RandomIdGenerator()
        self._trace = self._span = 0

    @contextmanager
    def wanted(self, *, trace: int = 0, span: int = 0) -> Iterator[None]:
        """Give these ids inside the block, which must not wait: 0 is any."""
        self._trace, self._span = trace, span
        try:
            yield
        finally:
            self._trace = self._span = 0

    def generate_trace_id(self) -> int:
        return self._trace or self._random.generate_trace_id()

    def generate_span_id(self) -> int:
        return self._span or self._random.generate_span_id()


def trace_of(turn: TurnId) -> int:
    """Return the id of the turn's trace."""
    return _derived(turn, 16)


def first_attempt(turn: TurnId) -> int:
    """Return the id of the span that the turn's first attempt has."""
    return _derived(f"{turn} 1", 8)


def consultation(turn: TurnId, call: CallId) -> int:
    """Return the id of the span in which an expert is asked first."""
    return _derived(f"{turn} {call}", 8)


def turn_of(thread: ThreadRef, message: Message) -> TurnId:
    """Return the id of the turn that *message* begins, unless others wait there before it."""
    return Turn.of(thread, (message,)).id


def _derived(text: str, length: int) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:length])
