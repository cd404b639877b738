"""Ids of traces and spans that other processes, or later ones, find without being told.

A turn's trace has an id that follows from the turn's, and so has the span of its first attempt: a
later attempt links to it however the first has ended, as nothing had to be written down; so does
what people think of a reply tomorrow. All other spans have random ids.
"""

from hashlib import sha256

from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator

from bot.panel.model import CallId, TurnId

any_span = RandomIdGenerator().generate_span_id


class GivenIds(IdGenerator):
    """Gives the SDK the ids that were chosen."""

    trace = span = 0

    def generate_trace_id(self) -> int:
        return self.trace

    def generate_span_id(self) -> int:
        return self.span


def trace_of(turn: TurnId) -> int:
    """Return the id of the turn's trace."""
    return _derived(turn, 16)


def first_attempt(turn: TurnId) -> int:
    """Return the id of the span that the turn's first attempt has."""
    return _derived(f"{turn} 1", 8)


def consultation(turn: TurnId, call: CallId) -> int:
    """Return the id of the span in which an expert is asked first."""
    return _derived(f"{turn} {call}", 8)


def _derived(text: str, length: int) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:length])
